"""Days and deadlines: a day ends at 23:59:59 in the zone of whoever must act; business days skip holidays."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

LAST_SECOND = time(23, 59, 59)
SATURDAY = 5


def end_of_day(at: datetime, zone: ZoneInfo, *, days: int = 0) -> datetime:
    """The last second, in UTC, of the day that is `days` after `at`, as the calendar of `zone` counts."""
    day = at.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, LAST_SECOND, tzinfo=zone).astimezone(UTC)


def next_morning(at: datetime, zone: ZoneInfo, *, hour: int) -> datetime:
    """The first moment after `at`, in UTC, when it is `hour` o'clock in `zone`."""
    day = at.astimezone(zone).date()
    while True:
        morning = datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
        if morning > at:
            return morning
        day += timedelta(days=1)


def end_of_business_day(at: datetime, zone: ZoneInfo, *, days: int) -> datetime:
    """The last second, in UTC, of the `days`-th business day after `at` (Monday to Friday, no holiday)."""
    day = at.astimezone(zone).date()
    while days:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in settings.HOLIDAYS:
            days -= 1
    return datetime.combine(day, LAST_SECOND, tzinfo=zone).astimezone(UTC)
