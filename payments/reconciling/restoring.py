"""Reconcile first: after a restore nothing is sent until what happened at Stripe since the backup is in our book."""

import logging
from datetime import datetime, timedelta

from payments import operations
from payments.models import BalanceTransaction, Job, SendingStop, StripeEvent
from payments.reconciling import matching

logger = logging.getLogger(__name__)

READINGS = ("events", "thin_events", "transactions")
TOO_LONG = timedelta(hours=1)

RESTORED = SendingStop.Reason.RESTORED


def catch_up(*, at: datetime) -> bool:
    """Go on a step, and send again once nothing is missing. Whether it ended. Raises StripeFailed.

    Events are read and handled by their own jobs; what is booked at Stripe and stays without a journal is for a
    person, who then runs `manage.py halt --end`.
    """
    stop = SendingStop.objects.standing().filter(reason=RESTORED).first()
    if stop is None:
        return False
    read = Job.objects.filter(name__in=READINGS, done_at__gte=stop.began_at).count() == len(READINGS)
    if not read:
        Job.objects.filter(name__in=READINGS).exclude(done_at__gte=stop.began_at).update(due_at=at)
        return False
    if StripeEvent.objects.filter(status=StripeEvent.Status.NEW).exists():
        return False
    found = operations.look_for_open(at=at)
    logger.info("Looked for all open operations at Stripe: %s were there", found)
    matching.match(at=at)
    if BalanceTransaction.objects.unmatched().exists():
        return False
    operations.send_again(RESTORED, at=at)
    return True


def stopped_for_long(*, at: datetime) -> dict[str, str]:
    stops = SendingStop.objects.standing().filter(began_at__lt=at - TOO_LONG)
    return {stop.reason: str(stop) for stop in stops}
