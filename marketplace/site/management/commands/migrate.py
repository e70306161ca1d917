"""Django's `migrate`, done by the database's owner, who then gives the app's role its rights."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from marketplace.site import grants
from marketplace.site.migration_states import drawn_quickly


class Command(migrate.Command):
    help = "Bring the database up to date as its owner, then give the app's role its rights."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        role = connection.settings_dict["USER"]
        with as_owner(connection):
            refuse_old_server(connection)
            with nullcontext() if MigrationRecorder(connection).has_table() else drawn_quickly():
                super().handle(*args, **options)  # an update goes Django's own way
            changes_nothing = options["check_unapplied"] or options["plan"]
            if role != connection.settings_dict["USER"] and not changes_nothing:
                grants.grant(connection, role)


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Connect as DATABASE_OWNER_URL says, where it is given; the database stays the one in use."""
    before = dict(connection.settings_dict)
    owner = {key: value for key, value in settings.DATABASE_OWNER.items() if key != "NAME"}
    connection.close()
    connection.settings_dict.update(owner)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def refuse_old_server(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    if version < grants.LEAST_SERVER:
        raise CommandError(f"The server is PostgreSQL {version // 10000}; Foothold needs 18 or newer.")
