"""Are the guards in the database those that the SQL files wrote? Asked at start-up and by `readyz`."""

import hashlib
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

SQL = Path(__file__).parent / "sql"

WRITTEN = {
    "function": re.compile(
        r"^(CREATE OR REPLACE FUNCTION public\.(?P<name>\w+)\(.*?^\$function\$);", re.M | re.S
    ),
    "trigger": re.compile(r"^(CREATE (?:CONSTRAINT )?TRIGGER (?P<name>\w+) .*);$", re.M),
    "constraint": re.compile(r"^ALTER TABLE \S+ ADD CONSTRAINT (?P<name>\w+) (.*);$", re.M),
    "index": re.compile(r"^(CREATE UNIQUE INDEX (?P<name>\w+) .*);$", re.M),
    "firing": re.compile(r"^ALTER TABLE \S+ ENABLE (ALWAYS) TRIGGER (?P<name>\w+);$", re.M),
}
WATCHED_TABLE = re.compile(r"^CREATE (?:CONSTRAINT )?TRIGGER .* ON public\.(\w+) ", re.M)

# Beside the guards we wrote, every other trigger or rule on a watched table: one of those can undo a guard.
PRESENT = """
SELECT 'function', p.proname, pg_get_functiondef(p.oid) FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY (%(function)s)
UNION ALL
SELECT 'trigger', t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
 WHERE t.tgrelid = ANY (%(tables)s::regclass[]) AND NOT t.tgisinternal
UNION ALL
SELECT 'firing', t.tgname, CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE t.tgenabled::text END
  FROM pg_trigger t
 WHERE t.tgrelid = ANY (%(tables)s::regclass[]) AND NOT t.tgisinternal
UNION ALL
SELECT 'constraint', c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
 WHERE c.connamespace = 'public'::regnamespace AND c.conname = ANY (%(constraint)s)
UNION ALL
SELECT 'index', i.relname, pg_get_indexdef(i.oid) FROM pg_class i
 WHERE i.relnamespace = 'public'::regnamespace AND i.relname = ANY (%(index)s)
UNION ALL
SELECT 'rule', r.rulename, pg_get_ruledef(r.oid) FROM pg_rewrite r
 WHERE r.ev_class = ANY (%(tables)s::regclass[])
"""

Guards = dict[tuple[str, str], str]  # kind and name: the definition, in one line


def guard_differences(using: str = "default") -> list[str]:
    """How the guards differ from the SQL files of the applied migrations; empty when they agree."""
    connection = connections[using]
    written = _written(connection)
    present = _present(connection) if written else {}
    return [
        f"{kind} {name} {'is missing' if not there else 'differs' if ours else 'was added'}"
        for kind, name in sorted(written.keys() | present.keys())
        if (ours := written.get((kind, name))) != (there := present.get((kind, name)))
    ]


def guards_fingerprint(using: str = "default") -> str:
    """SHA-256 of the guards as they stand in the database: the same on every healthy installation."""
    present = _present(connections[using])
    text = "\n".join(f"{kind} {name}: {present[kind, name]}" for kind, name in sorted(present))
    return hashlib.sha256(text.encode()).hexdigest()


def check_guards(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Django's system check, tagged `database`: `check --database default` and `migrate` run it."""
    return [
        Error(
            f"A money guard in the database is not what the migrations wrote: {difference}.",
            hint="Find out who changed it before any money moves; then restore it from payments/ledger/sql.",
            id="payments.E001",
        )
        for using in databases or ()
        for difference in guard_differences(using)
    ]


def _files(connection: BaseDatabaseWrapper) -> Collection[Path]:
    """The SQL files whose migration of the same name is applied, the later after the earlier."""
    applied = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "payments"}
    return [path for path in sorted(SQL.glob("*.sql")) if path.stem in applied]


def _written(connection: BaseDatabaseWrapper) -> Guards:
    found: Guards = {}
    for path in _files(connection):
        text = path.read_text()
        for kind, pattern in WRITTEN.items():
            for match in pattern.finditer(text):
                definition = next(group for group in match.groups() if group != match["name"])
                found[kind, match["name"]] = _in_one_line(definition)
    return found


def _present(connection: BaseDatabaseWrapper) -> Guards:
    wanted = _written(connection)
    names: dict[str, list[str]] = {kind: [n for k, n in wanted if k == kind] for kind in WRITTEN}
    tables = {f"public.{t}" for path in _files(connection) for t in WATCHED_TABLE.findall(path.read_text())}
    with connection.cursor() as cursor:
        cursor.execute(PRESENT, {**names, "tables": sorted(tables)})
        return {(kind, name): _in_one_line(definition) for kind, name, definition in cursor.fetchall()}


def _in_one_line(definition: str) -> str:
    """PostgreSQL qualifies names by the session's search path and breaks lines as it likes."""
    return " ".join(definition.replace("public.", "").split())
