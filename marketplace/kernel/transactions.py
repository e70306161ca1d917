"""One row locked for one rule, and what may start once it is safe."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

from celery import current_app
from django.db import models, transaction

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=models.Model)

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
    """Ask a worker to run `task` soon; losing the message loses nothing."""
    try:
        current_app.send_task(task, args=[str(i) for i in ids], retry=False)
    except current_app.connection_for_write().recoverable_connection_errors as error:
        logger.warning("The broker did not take %s: %s", task, error)
