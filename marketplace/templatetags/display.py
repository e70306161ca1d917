"""How amounts and moments are written on a page and in a letter."""

from datetime import datetime, timedelta

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.kernel.money import Money

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400


@register.filter
def money(amount: Money | int | None) -> str:
    """`30000|money` or `project.fee|money` → $300.00; nothing for no amount."""
    if amount is None:
        return ""
    return str(amount if isinstance(amount, Money) else Money(amount))


@register.simple_tag
def number(name: str) -> int:
    """`{% number "MAX_QUESTIONS" %}` → 3: a number of this site, from its settings."""
    return int(getattr(settings, name))


@register.simple_tag
def time_of(name: str) -> str:
    """`{% time_of "OFFER_HOURS" %}` → 72 hours: a length of time from the settings, its unit from the name."""
    count, unit = number(name), name.rpartition("_")[2].lower()
    return f"{count} {unit.removesuffix('s') if count == 1 else unit}"


def span(seconds: float) -> str:
    """A length of time in its one fitting unit, rounded down: nobody is promised more time than is left."""
    for unit, name, least in ((DAY, "day", 2 * DAY), (HOUR, "hour", HOUR), (MINUTE, "minute", MINUTE)):
        if seconds >= least:
            count = int(seconds // unit)
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "less than a minute"


@register.filter
def length_of(length: timedelta | None) -> str:
    """`35 minutes`, `3 days`."""
    return "" if length is None else span(length.total_seconds())


@register.filter
def timeleft(at: datetime | None, now: datetime | None = None) -> str:
    """`in 3 days`, `in 5 hours`, `2 days ago`."""
    if at is None:
        return ""
    seconds = (at - (now or timezone.now())).total_seconds()
    return f"in {span(seconds)}" if seconds > 0 else f"{span(-seconds)} ago"


@register.filter
def left(at: datetime | None, now: datetime | None = None) -> str:
    """`2 days left`, or `time is up`."""
    if at is None:
        return ""
    seconds = (at - (now or timezone.now())).total_seconds()
    return f"{span(seconds)} left" if seconds > 0 else "time is up"


@register.filter
def past(at: datetime | None, now: datetime | None = None) -> bool:
    """Whether this moment is over."""
    return at is not None and at <= (now or timezone.now())


@register.filter
def soon(at: datetime | None, now: datetime | None = None) -> bool:
    """Whether less than a day is left."""
    return at is not None and at - (now or timezone.now()) < timedelta(days=1)


@register.filter
def day(at: datetime | None) -> str:
    """`Thu 26 Nov` in the reader's zone, with the year when it is another."""
    if at is None:
        return ""
    here = timezone.localtime(at)
    text = f"{here:%a} {here.day} {here:%b}"
    return text if here.year == timezone.localtime().year else f"{text} {here.year}"


@register.filter
def moment(at: datetime | None) -> str:
    """`Thu 26 Nov, 23:59`; the zone is named where it is not the reader's own."""
    if at is None:
        return ""
    zone = " UTC" if timezone.get_current_timezone_name() == "UTC" else ""
    return f"{day(at)}, {timezone.localtime(at):%H:%M}{zone}"


@register.filter
def until(at: datetime | None, now: datetime | None = None) -> str:
    """`Friday` within the coming six days, else `Fri 4 Dec`."""
    if at is None:
        return ""
    days = (timezone.localtime(at).date() - timezone.localtime(now or timezone.now()).date()).days
    if days == 0:
        return f"today, {timezone.localtime(at):%H:%M}"
    return f"{timezone.localtime(at):%A}" if 0 < days < 7 else day(at)


@register.filter
def bothways(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """`in 3 days · Thu 26 Nov, 23:59`; the first half is kept fresh in the browser."""
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}" data-relative>{}</time> · {}', at.isoformat(), timeleft(at, now), moment(at)
    )


@register.filter
def filesize(count: int | None) -> str:
    """`48 KB`, `1.3 MB` from a number of bytes."""
    if count is None:
        return ""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} KB" if count else "0 KB"
    return f"{count / 1_000_000:.1f} MB"


@register.filter
def listed(names: str, most: int = 4) -> list[str]:
    """The first `most` of comma-separated names."""
    return [name for part in names.split(",") if (name := part.strip())][:most]
