"""Everything that lasts, in one SQLite file behind one lock: what is written is written in one order."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Body = dict[str, Any]
Row = sqlite3.Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, account TEXT NOT NULL,
  created INTEGER NOT NULL, body TEXT NOT NULL, private TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_kind ON object (account, kind, seq);
CREATE INDEX IF NOT EXISTS object_time ON object (created, seq);
CREATE INDEX IF NOT EXISTS object_group ON object (kind, json_extract(body, '$.transfer_group'));
CREATE INDEX IF NOT EXISTS object_intent ON object (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS object_charge ON object (kind, json_extract(body, '$.source_transaction'));
CREATE INDEX IF NOT EXISTS object_source ON object (kind, json_extract(body, '$.source'));
CREATE TABLE IF NOT EXISTS timer (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, action TEXT NOT NULL, ref TEXT NOT NULL,
  UNIQUE (action, ref));
CREATE INDEX IF NOT EXISTS timer_due ON timer (due, seq);
CREATE TABLE IF NOT EXISTS idempotency (
  account TEXT NOT NULL, version TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, at INTEGER NOT NULL,
  status INTEGER, answer TEXT, PRIMARY KEY (account, version, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, ref TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS posting (
  journal INTEGER NOT NULL REFERENCES journal, account TEXT NOT NULL, currency TEXT NOT NULL, cents INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS posting_account ON posting (account, currency, cents);
CREATE TABLE IF NOT EXISTS total (
  account TEXT NOT NULL, currency TEXT NOT NULL, cents INTEGER NOT NULL,
  PRIMARY KEY (account, currency)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS booking (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, currency TEXT NOT NULL, net INTEGER NOT NULL, available_on INTEGER NOT NULL,
  payout TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS booking_owner ON booking (owner, currency, available_on, net);
CREATE TABLE IF NOT EXISTS delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, channel TEXT NOT NULL, url TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, due INTEGER, done INTEGER, status INTEGER);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due) WHERE done IS NULL;
CREATE INDEX IF NOT EXISTS delivery_event ON delivery (event);
CREATE TABLE IF NOT EXISTS attempt (
  delivery INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, status INTEGER, error TEXT);
CREATE TABLE IF NOT EXISTS fault (
  id INTEGER PRIMARY KEY AUTOINCREMENT, spec TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0,
  fired INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS request (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, id TEXT NOT NULL, method TEXT NOT NULL,
  path TEXT NOT NULL, account TEXT NOT NULL, key TEXT, params TEXT NOT NULL, status INTEGER NOT NULL,
  replayed INTEGER NOT NULL, fault TEXT);
"""
TABLES = (
    *("meta", "object", "timer", "idempotency", "posting", "journal", "total", "booking"),
    *("delivery", "attempt", "fault", "request"),
)


class Store:
    def __init__(self, path: str) -> None:
        self.lock = threading.RLock()
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(SCHEMA)

    def close(self) -> None:
        with self.lock:
            self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[Row]:
        return self.db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> Row | None:
        found: Row | None = self.db.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, *values: Any) -> Any:
        found = self.row(sql, *values)
        return None if found is None else found[0]

    def run(self, sql: str, *values: Any) -> int:
        """Write; answers the id of the row that was added, if one was."""
        return self.db.execute(sql, values).lastrowid or 0

    def meta(self, name: str, default: str = "") -> str:
        found = self.value("SELECT value FROM meta WHERE name = ?", name)
        return default if found is None else str(found)

    def set_meta(self, name: str, value: str) -> None:
        self.run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value,
        )

    def count(self, name: str) -> int:
        """One more than the last time this was asked."""
        number = int(self.meta(name, "0")) + 1
        self.set_meta(name, str(number))
        return number

    def add(self, body: Body, *, account: str, created: int, private: Body | None = None) -> Body:
        self.run(
            "INSERT INTO object (id, kind, account, created, body, private) VALUES (?, ?, ?, ?, ?, ?)",
            *(body["id"], body["object"], account, created, json.dumps(body), json.dumps(private or {})),
        )
        return body

    def save(self, body: Body) -> None:
        self.run("UPDATE object SET body = ? WHERE id = ?", json.dumps(body), body["id"])

    def get(self, id_: str, *, kind: str | None = None, account: str | None = None) -> Body | None:
        found = self.row("SELECT kind, account, body FROM object WHERE id = ?", id_)
        if found is None or kind not in (None, found["kind"]) or account not in (None, found["account"]):
            return None
        body: Body = json.loads(found["body"])
        return body

    def private(self, id_: str) -> Body:
        found: Body = json.loads(self.value("SELECT private FROM object WHERE id = ?", id_) or "{}")
        return found

    def save_private(self, id_: str, private: Body) -> None:
        self.run("UPDATE object SET private = ? WHERE id = ?", json.dumps(private), id_)

    def find(self, kind: str, **fields: Any) -> list[Body]:
        """All of a kind whose fields are so, oldest first."""
        tests = "".join(f" AND json_extract(body, '$.{name}') = ?" for name in fields)
        sql = f"SELECT body FROM object WHERE kind = ?{tests} ORDER BY seq"  # noqa: S608 - names are ours
        return [json.loads(row["body"]) for row in self.rows(sql, kind, *fields.values())]

    def empty(self) -> None:
        for table in TABLES:
            self.run(f"DELETE FROM {table}")  # noqa: S608 - names are ours
