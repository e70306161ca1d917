"""Telling people afterwards: a decision notes what happened, a worker writes the notices and letters.

So nobody who decides waits for words. The note is a row of the decision's own transaction, and it goes in the one
that writes the letters: whoever dies between the two leaves the row, and what was told is not told again.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.failpoints import reach
from marketplace.kernel.models import Untold
from marketplace.kernel.statements import prepared
from marketplace.kernel.sweeping import work_off
from marketplace.kernel.transactions import after_commit, without_nudges

logger = logging.getLogger(__name__)

RETRY_MINUTES = (1, 5, 15, 60)  # before what one began is tried anew; the last for ever
CLAIM = """
UPDATE kernel_untold SET attempts = attempts + 1,
    next_try_at = %s + (%s::integer[])[least(attempts + 1, %s)] * interval '1 minute'
WHERE id IN (SELECT id FROM kernel_untold WHERE next_try_at <= %s ORDER BY next_try_at, id LIMIT %s
             FOR UPDATE SKIP LOCKED)
RETURNING id"""


class Teller(Protocol):
    def __call__(self, subject: str, *, at: datetime) -> None: ...


TELLERS: dict[str, Teller] = {}


def teller(what: str) -> Callable[[Teller], Teller]:
    """The function tells of it: `subject` is what `later` was given, `at` when it happened."""

    def kept(function: Teller) -> Teller:
        TELLERS[what] = function
        return function

    return kept


def later(what: str, subjects: Sequence[Any], *, at: datetime) -> None:
    """People are to be told of this, once for each subject; call it in the rule's transaction."""
    with prepared() as cursor:
        cursor.execute(
            "INSERT INTO kernel_untold (what, subject, at, next_try_at, attempts)"
            " SELECT %s::text, unnest(%s::text[]), %s::timestamptz, %s::timestamptz, 0",
            [what, [str(subject) for subject in subjects], at, at],
        )
    after_commit("kernel.send_letters")


def tell_due(*, at: datetime, limit: int = 200) -> int:
    """Tell what nobody was told of yet, each in a transaction of its own. Returns how many were told.

    One that fails is logged and waits for its next try; so does what a killed worker had claimed.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [at, list(RETRY_MINUTES), len(RETRY_MINUTES), at, limit])
        claimed = sorted(pk for (pk,) in cursor.fetchall())
    with without_nudges():  # who tells sends as well
        return work_off(claimed, tried)


def tried(pk: int) -> bool:
    try:
        return tell(Untold(pk=pk))
    except (RuleViolation, DatabaseError, ObjectDoesNotExist):
        logger.exception("Nobody could be told of number %s; it will be tried again", pk)
        return False


def tell(waiting: Untold) -> bool:
    """False where somebody else has just told, or is telling."""
    with transaction.atomic():
        row = Untold.objects.select_for_update(skip_locked=True).filter(pk=waiting.pk).first()
        if row is None:
            return False
        TELLERS[row.what](row.subject, at=row.at)
        reach("told")
        row.delete()
    reach("told_committed")
    return True


def tell_first(what: str, subject: Any) -> None:
    """Before something else is told that would come out of order: inside the rule's transaction."""
    waiting = Untold.objects.filter(what=what, subject=subject).first()
    if waiting is not None:
        tell(waiting)
