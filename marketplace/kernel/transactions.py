"""One row locked for one rule, and what may start once it is safe."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

from celery import current_app
from django.db import models, transaction

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=models.Model)

QUIET = 0.5  # seconds between two nudges to the same task that name no row
RUNS: dict[str, float] = {}  # when the last of these runs, on this process's monotonic clock

unheard: ContextVar[bool] = ContextVar("unheard", default=False)


@contextmanager
def locked(row: M) -> Iterator[M]:
    """Open a transaction and yield a fresh copy of `row` that nobody else can change meanwhile.

    The caller's copy is stale from here on, so rebind the name: `with locked(project) as project:`.
    """
    with transaction.atomic():
        yield relock(row)


def relock(row: M) -> M:
    """A fresh, locked copy of `row` inside the open transaction: the child after its parent."""
    model: type[M] = row.__class__  # not type(row): `request.user` is a lazy stand-in
    return model._base_manager.select_for_update(of=("self",)).get(pk=row.pk)


def after_commit(task: str, *ids: Any) -> None:
    """Nudge the task of that name once the transaction is safe.

    A broker that is down is logged, not raised: the row is the queue, and the task's sweep finds it.
    """
    if not unheard.get():
        transaction.on_commit(partial(nudge, task, *ids), robust=True)


@contextmanager
def without_nudges() -> Iterator[None]:
    """For a great deal of work at once that nobody waits for: its rows are left to the sweeps."""
    before = unheard.set(True)
    try:
        yield
    finally:
        unheard.reset(before)


def nudge(task: str, *ids: Any) -> None:
    """Ask a worker to run `task` soon; losing the message loses nothing.

    One that names no row finds all that are there, so that of many such nudges few are sent: see `wait_for`.
    """
    wait = 0.0 if ids else wait_for(task)
    if wait is None:
        return
    try:
        current_app.send_task(task, args=[str(i) for i in ids], countdown=wait or None, retry=False)
    except current_app.connection_for_write().recoverable_connection_errors as error:
        logger.warning("The broker did not take %s: %s", task, error)


def wait_for(task: str) -> float | None:
    """In how many seconds a nudge of this process is to run; None where one sent before is still to run.

    The first runs at once; what follows within half a second is found together, by one that runs at its end.
    """
    now = time.monotonic()
    last = RUNS.get(task, -QUIET)
    if now < last:
        return None
    RUNS[task] = max(now, last + QUIET)
    return RUNS[task] - now
