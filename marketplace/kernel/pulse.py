"""The pulse of the background work: when the clock, the broker and a worker last did something together."""

from datetime import datetime, timedelta

from django.core.cache import cache

KEY = "pulse"


def beat(*, at: datetime) -> None:
    cache.set(KEY, at, timeout=None)


def silence(*, at: datetime) -> timedelta | None:
    """How long ago the last beat was; None where none is known."""
    last: datetime | None = cache.get(KEY)
    return None if last is None else at - last
