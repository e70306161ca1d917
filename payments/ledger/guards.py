"""Are the guards in the database those that the SQL files wrote? Asked at start-up and by `readyz`."""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
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

# What the app's role may do beside reading and adding. Whoever owns the tables migrates, and is not asked.
RIGHTS = """
SELECT format('%%s may %%s %%s', current_user, word, c.relname)
  FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS word
 WHERE c.oid = ANY (%(tables)s::regclass[]) AND pg_get_userbyid(c.relowner) <> current_user
   AND has_table_privilege(c.oid, word)
   AND CASE WHEN c.relname = 'ledger_balance' THEN true
            WHEN word = 'INSERT' THEN false
            WHEN c.relname LIKE 'ledger%%' THEN true
            ELSE word IN ('TRUNCATE', 'TRIGGER') END
UNION ALL
SELECT format('%%s may call %%s', current_user, p.proname) FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY (%(function)s) AND p.prosecdef
   AND pg_get_userbyid(p.proowner) <> current_user AND has_function_privilege(p.oid, 'EXECUTE')
UNION ALL
SELECT DISTINCT format('%%s may act as %%s', current_user, pg_get_userbyid(c.relowner)) FROM pg_class c
 WHERE c.oid = ANY (%(tables)s::regclass[]) AND pg_get_userbyid(c.relowner) <> current_user
   AND pg_has_role(c.relowner, 'MEMBER')
"""

Guards = dict[tuple[str, str], str]  # kind and name: the definition, in one line
Names = dict[str, list[str]]


def guard_differences(using: str = "default") -> list[str]:
    """How the guards differ from the SQL files of the applied migrations, and what the app's role may do beyond
    reading and adding; empty when all is as it should be.
    """
    connection = connections[using]
    written, names = _written(_files(connection))
    if not written:
        return []
    present = _present(connection, names)
    differences = [
        f"{kind} {name} {'is missing' if not there else 'differs' if ours else 'was added'}"
        for kind, name in sorted(written.keys() | present.keys())
        if (ours := written.get((kind, name))) != (there := present.get((kind, name)))
    ]
    return differences + _rights(connection, names)


def guards_fingerprint(using: str = "default") -> str:
    """SHA-256 of the guards as they stand in the database: the same on every healthy installation."""
    connection = connections[using]
    present = _present(connection, _written(_files(connection))[1])
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


def _files(connection: BaseDatabaseWrapper) -> tuple[Path, ...]:
    """The SQL files whose migration of the same name is applied, the later after the earlier."""
    applied = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "payments"}
    return tuple(path for path in sorted(SQL.glob("*.sql")) if path.stem in applied)


@cache
def _written(files: tuple[Path, ...]) -> tuple[Guards, Names]:
    """What the files write, its names by kind, and under `tables` where their triggers stand."""
    found: Guards = {}
    tables: set[str] = set()
    for text in (path.read_text() for path in files):
        tables |= {f"public.{table}" for table in WATCHED_TABLE.findall(text)}
        for kind, pattern in WRITTEN.items():
            for match in pattern.finditer(text):
                definition = next(group for group in match.groups() if group != match["name"])
                found[kind, match["name"]] = _in_one_line(definition)
    names = {kind: [name for one, name in found if one == kind] for kind in WRITTEN}
    return found, {**names, "tables": sorted(tables)}


def _present(connection: BaseDatabaseWrapper, names: Names) -> Guards:
    with connection.cursor() as cursor:
        cursor.execute(PRESENT, names)
        return {(kind, name): _in_one_line(definition) for kind, name, definition in cursor.fetchall()}


def _rights(connection: BaseDatabaseWrapper, names: Names) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, names)
        return sorted(row[0] for row in cursor.fetchall())


def _in_one_line(definition: str) -> str:
    """PostgreSQL qualifies names by the session's search path and breaks lines as it likes."""
    return " ".join(definition.replace("public.", "").split())
