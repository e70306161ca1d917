"""Acts that happen at once, for certain: none writes before every other has read or waits for a lock.

So a lock that is missing is seen each time, not once in a thousand runs; and the control is the same code,
the same statements, with nothing but the words that lock taken out.
"""

import os
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Lock
from typing import Any

import psycopg
from django.db import connection

from marketplace.kernel.errors import RuleViolation

SECONDS = 30
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")  # no query of ours begins so
LOCKING = re.compile(r"\sFOR (?:NO KEY )?UPDATE\b.*$", re.S)


class Meeting:
    """Where threads wait for each other: before their first write, or before the first to each of `points`."""

    def __init__(self, points: tuple[str, ...]) -> None:
        self.points = points
        self.passed: dict[int, int] = {}  # of each session, the meetings that it has come to
        self.over: set[int] = set()
        self.watching = Lock()
        self.watcher = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

    def come(self, session: int) -> None:
        """Return when all others have come as far, wait for a lock, or have ended."""
        self.passed[session] += 1
        end = time.monotonic() + SECONDS
        while not self.all_are_there(self.passed[session]):
            if time.monotonic() > end:
                raise TimeoutError
            time.sleep(0.003)

    def all_are_there(self, number: int) -> bool:
        late = {session for session, count in list(self.passed.items()) if count < number} - self.over
        return not late or late <= self.waiting_for_locks()

    def waiting_for_locks(self) -> set[int]:
        with self.watching:
            rows = self.watcher.execute("SELECT pid FROM pg_locks WHERE NOT granted").fetchall()
        return {pid for (pid,) in rows}

    def is_point(self, sql: str, session: int) -> bool:
        number = self.passed[session]
        if not sql.lstrip().startswith(WRITES) or number >= len(self.points):
            return False
        return self.points[number] in sql


def at_once(*acts: Callable[[], Any], points: tuple[str, ...] = ("",), locks: bool = True) -> list[Any]:
    """What each act returned, or what it raised. Without `locks` no row is ever locked by reading it."""
    meeting = Meeting(points)
    all_began = len(acts)

    def run(act: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        session = connection.connection.info.backend_pid

        def watched(execute: Any, sql: str, *rest: Any) -> Any:
            if meeting.is_point(sql, session):
                meeting.come(session)
            return execute(sql if locks else LOCKING.sub("", sql), *rest)

        meeting.passed[session] = 0
        while len(meeting.passed) < all_began:
            time.sleep(0.001)
        try:
            with connection.execute_wrapper(watched):
                return act()
        except Exception as broken:  # noqa: BLE001 - told to the test
            return broken
        finally:
            meeting.over.add(session)
            connection.close()

    with ExitStack() as ends, ThreadPoolExecutor(len(acts)) as threads:
        ends.callback(meeting.watcher.close)
        return list(threads.map(run, acts))


def is_decided(outcomes: list[Any]) -> bool:
    """Exactly one act won, and every other was told no: by a rule, or by nothing being left to do."""
    lost = [o is None or o is False or isinstance(o, RuleViolation) for o in outcomes]
    broke = [isinstance(o, Exception) and not isinstance(o, RuleViolation) for o in outcomes]
    return lost.count(False) == 1 and not any(broke)
