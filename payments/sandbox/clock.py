"""The stand-in's time: a source of seconds, moved forward by an offset."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Clock:
    """Sandbox seconds since 1970: `source()` plus an offset that only grows; below zero, it began in the past."""

    def __init__(self, source: Callable[[], float] | None = None) -> None:
        self.source = source
        self.offset = 0

    def wall(self) -> int:
        """The receiver's time, which signatures carry whatever the sandbox's own clock says."""
        return int(self.source() if self.source else time.time())

    def now(self) -> int:
        return self.wall() + self.offset


def rfc3339(seconds: int) -> str:
    """The form of time that Stripe's v2 API writes."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def from_rfc3339(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def weekday_and_day(seconds: int) -> tuple[str, int]:
    """`("monday", 2)`, in UTC."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return WEEKDAYS[moment.weekday()], moment.day


def midnight_after(seconds: int, *, business_days: int) -> int:
    """Midnight UTC at the start of the nth business day after this moment."""
    day = datetime.fromtimestamp(seconds, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while business_days:
        day += timedelta(days=1)
        business_days -= day.weekday() < 5
    return int(day.timestamp())


def next_midnight(seconds: int) -> int:
    return (seconds // DAY + 1) * DAY
