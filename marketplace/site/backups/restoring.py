"""Restoring a backup onto an empty database, and comparing what stands there with what must."""

from collections.abc import Iterable
from pathlib import Path

from django.core.files.storage import Storage, default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from marketplace.site.backups import programs
from marketplace.site.backups.making import digest_of
from marketplace.site.backups.manifest import DUMP, FILES, Manifest, books, digest, rows_of, stored_files
from marketplace.site.management.commands.migrate import as_owner
from payments import ledger, operations
from payments.models import SendingStop


def restore(folder: Path) -> Manifest:
    """Files first, then the database in one transaction, so that a killed run is simply begun again. At the end
    nothing is sent to Stripe until what happened there since the backup is in the book.

    Raises CommandError where the backup is broken or newer than this release, where the database is not
    empty, or where at the end rows, books or files are not those of the backup.
    """
    manifest = read(folder)
    refuse_newer(manifest)
    refuse_what_is_there()
    for path, expected in manifest.files.items():
        put_back(folder / FILES / path, path, expected, storage=default_storage)
    options = ("--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={name()}")
    programs.run("pg_restore", *options, str(folder / DUMP))
    check_rows(manifest)
    call_command("migrate", verbosity=0)  # what this release adds, and the rights of the app's role
    check_books_and_files(manifest)
    operations.stop_sending(SendingStop.Reason.RESTORED, at=timezone.now())
    return manifest


def read(folder: Path) -> Manifest:
    try:
        manifest = Manifest.read(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{folder} holds no backup of this site: {error}") from error
    if digest_of(folder / DUMP) != manifest.dump_sha256:
        raise CommandError(f"{folder / DUMP} is not what the backup wrote.")
    return manifest


def refuse_newer(manifest: Manifest) -> None:
    known = {f"{app}.{migration}" for app, migration in MigrationLoader(None).disk_migrations}
    unknown = [one for one in manifest.state.migrations if one not in known and is_ours(one)]
    if unknown:
        raise CommandError(f"The backup is of a newer release: this one does not know {unknown[0]}.")


def is_ours(migration: str) -> bool:
    return migration.partition(".")[0] in {"kernel", "accounts", "projects", "payments", "ledger"}


def refuse_what_is_there() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone()[0]:
            raise CommandError(
                f"The database {name()} is not empty, and a restore never overwrites. Name an empty one."
            )


def put_back(source: Path, path: str, expected: str, *, storage: Storage) -> None:
    if digest_of(source) != expected:
        raise CommandError(f"{source} is not what the backup wrote.")
    if not storage.exists(path):
        with source.open("rb") as file:
            storage.save(path, file)
    with storage.open(path) as file:
        if digest(file) != expected:
            raise CommandError(f"Another file lies at {path} in the store already.")


def check_rows(manifest: Manifest) -> None:
    """Before this release changes anything."""
    with as_owner(connection):
        now = rows_of(manifest.state.rows)
    refuse_where(
        f"{table} has {now[table]} rows, not {rows}"
        for table, rows in manifest.state.rows.items()
        if now[table] != rows
    )


def check_books_and_files(manifest: Manifest) -> None:
    now, known = books(), {*manifest.files, *manifest.gone}
    refuse_where(
        [
            *([] if now == manifest.state.books else [f"the books say {now}"]),
            *(f"an account differs from its entries: {found}" for found in ledger.verify()),
            *(f"{path} is missing" for _, path in stored_files() if path not in known),
        ]
    )


def refuse_where(wrong: Iterable[str]) -> None:
    if found := "; ".join(wrong):
        raise CommandError(f"What was restored is not what was saved: {found}.")


def name() -> str:
    return str(connection.settings_dict["NAME"])
