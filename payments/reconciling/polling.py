"""The net under webhooks: what Stripe's lists of events have and no webhook brought."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from payments import stripe_gateway
from payments.models import StripeEvent
from payments.stripe_gateway import Told

OVERLAP = timedelta(hours=1)  # lists may lag, and seconds are shared
REACH = timedelta(days=30)  # so far back go Stripe's lists
BATCH = 200


def poll_events(read_until: datetime | None, *, at: datetime) -> datetime:
    return poll(stripe_gateway.events_since, read_until, at=at)


def poll_thin_events(read_until: datetime | None, *, at: datetime) -> datetime:
    return poll(stripe_gateway.thin_events_since, read_until, at=at)


def poll(
    listed: Callable[[datetime], Iterator[tuple[datetime, Told]]],
    read_until: datetime | None,
    *,
    at: datetime,
) -> datetime:
    """Keep what is missing, for the inbox sweep to handle; the moment of the newest event there was.

    The place to go on from is Stripe's own time, so no clocks are compared. Raises StripeFailed; what was read
    until then is kept.
    """
    since, batch = read_until or at - REACH, list[Told]()
    newest = since
    for moment, told in listed(since - OVERLAP):
        newest = max(newest, moment)
        batch.append(told)
        if len(batch) == BATCH:
            StripeEvent.objects.keep_missing(batch, at=at)
            batch = []
    StripeEvent.objects.keep_missing(batch, at=at)
    return newest
