"""An update keeps what people have: after the first migration of each app, all of them only add."""

from django.db import connection
from django.db.migrations import AddField, RemoveField, operations
from django.db.migrations.loader import MigrationLoader

OURS = {"accounts", "kernel", "ledger", "payments", "projects"}
TAKES_AWAY = (RemoveField, operations.DeleteModel, operations.RenameField, operations.RenameModel)


def later_operations(kind):
    """Those on tables that may have rows: a table of the same migration is empty."""
    loader = MigrationLoader(connection)
    for (app, name), migration in loader.disk_migrations.items():
        if app not in OURS or name.startswith("0001"):
            continue
        made = {one.name_lower for one in migration.operations if isinstance(one, operations.CreateModel)}
        for one in migration.operations:
            if isinstance(one, kind) and getattr(one, "model_name_lower", "") not in made:
                yield f"{app}.{name}: {one.describe()}", one


def test_nothing_is_taken_away(db):
    assert [where for where, _ in later_operations(TAKES_AWAY)] == []


def test_a_new_column_has_a_value_for_the_rows_that_are_there(db):
    added = [(where, one.field) for where, one in later_operations(AddField)]
    assert len(added) > 20
    assert [where for where, field in added if not has_a_value(field)] == []


def has_a_value(field):
    """By itself, or an empty text (Django's own rule for `blank`)."""
    return field.null or field.blank or field.has_default() or field.has_db_default() or field.generated
