"""What sweeps over rows share: one row that fails stops no other."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded

T = TypeVar("T")


def work_off(rows: Iterable[T], act: Callable[[T], int]) -> int:
    """Let `act` do each row; returns the sum of what it says that it did.

    `act` logs what it foresees. What nobody foresaw is a mistake of ours, and is raised once the other rows are done:
    raised at once, it would keep them from ever being done, since the next sweep comes to the same row first.
    """
    done, mistakes = 0, list[Exception]()
    for row in rows:
        try:
            done += act(row)
        except SoftTimeLimitExceeded:
            raise
        except Exception as mistake:  # noqa: BLE001 - all of them are raised below
            mistakes.append(mistake)
    if mistakes:
        raise ExceptionGroup(f"{len(mistakes)} rows of a sweep failed as nobody foresaw", mistakes)
    return done
