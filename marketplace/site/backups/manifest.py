"""What a backup says of itself, and the same read from the database that one works on."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core.files.storage import Storage
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from payments import ledger

FILE, DUMP, FILES = "manifest.json", "database.dump", "files"
FORMAT = 1
PIECE = 1 << 20


@dataclass(frozen=True)
class State:
    """The rows of each table, and the sum of each account's code and currency in the book."""

    rows: dict[str, int]
    books: dict[str, int]
    migrations: list[str]


@dataclass(frozen=True)
class Manifest:
    made_at: str
    site: str
    state: State
    dump_sha256: str
    files: dict[str, str]  # the digest of each, by its path in the store
    gone: list[str]  # what a row named and the store no longer had, such as files just removed
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises OSError, ValueError, KeyError or TypeError where it is none."""
        found: dict[str, Any] = json.loads((folder / FILE).read_text())
        return cls(**{**found, "state": State(**found["state"])})


def state_now() -> State:
    """Of the database in use, as the caller's transaction sees it."""
    applied = MigrationRecorder(connection).applied_migrations()
    return State(
        rows=rows_of(model._meta.db_table for model in apps.get_models() if model._meta.managed),
        books=books(),
        migrations=sorted(f"{app}.{name}" for app, name in applied),
    )


def rows_of(tables: Iterable[str]) -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
            found[table] = cursor.fetchone()[0]
    return found


def books() -> dict[str, int]:
    """The sum of each code in each currency, in cents."""
    sums = ledger.trial_balance().sums
    return {f"{currency} {code.name.lower()}": cents for (currency, code), cents in sorted(sums.items())}


def stored_files() -> Iterator[tuple[Storage, str]]:
    """Every file that a row names, with where it lies."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                paths = model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
                for path in paths.exclude(**{f"{field.name}__isnull": True}).iterator():
                    yield field.storage, path


def digest(file: IO[bytes]) -> str:
    sha256 = hashlib.sha256()
    while piece := file.read(PIECE):
        sha256.update(piece)
    return sha256.hexdigest()
