"""From the payment page to money that is held: what the card payment says is fetched and booked."""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from payments import operations, stripe_gateway
from payments.ledger import JournalMismatch
from payments.models import Hold
from projects.models import Engagement

logger = logging.getLogger(__name__)

# How long until the next look at a payment of which nothing is heard: half of the time it was waited for.
SOONEST, LATEST = timedelta(seconds=15), timedelta(hours=1)


def confirm_payment(hold: Hold, *, at: datetime) -> Hold:
    """Fetch the payment of this hold and book what it shows; any number of times, in any order.

    Called when the person comes back, when Stripe tells us, and by the sweep. Raises StripeFailed.
    """
    hold.refresh_from_db()
    intent = hold.payment_intent or intent_of_page(hold, at=at)
    if intent is not None:
        operations.record_intent(hold, stripe_gateway.intent(intent), at=at)
    hold.refresh_from_db()
    return hold


def intent_of_page(hold: Hold, *, at: datetime) -> str | None:
    if hold.checkout_session is None:
        return None
    session = stripe_gateway.session(hold.checkout_session)
    if session.status == "expired":
        operations.page_expired(hold, session.id, at=at)
    return session.intent if session.status == "complete" else None


def payment_page(hold: Hold) -> str | None:
    """The address of the open payment page; None where it is not open. It is fetched, never stored.

    Raises StripeFailed.
    """
    hold.refresh_from_db()
    if hold.status != Hold.Status.CHECKOUT_OPEN or hold.checkout_session is None:
        return None
    return stripe_gateway.session(hold.checkout_session).url


def retry_payment(engagement: Engagement, *, by: User, at: datetime) -> Hold:
    """The payment page for an employer who comes back: the one that is open, else a new one.

    After a refused card the new page charges at once. Raises BeingChecked, and InvalidTransition where nothing
    is to be paid.
    """
    with locked(engagement) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        operations.check_may_pay(engagement.company)
        hold = relock(engagement.holds.get(number=1))
        if hold.status != Hold.Status.CHECKOUT_OPEN:
            operations.plan_checkout(hold, by=by, at=at)
    return hold


def confirm_awaited(*, at: datetime, limit: int = 100) -> int:
    """Ask about holds that wait for their payment: the net under lost webhooks. Returns how many were asked.

    Each is asked by one sweep only, and less and less often: reads at Stripe are counted.
    """
    return sum(confirm_one(hold, at=at) for hold in Hold.objects.to_look_at(at=at)[:limit])


def confirm_one(hold: Hold, *, at: datetime) -> bool:
    since = max((step.at for step in hold.history.all()), default=hold.created_at)
    next_look_at = at + min(max((at - since) / 2, SOONEST), LATEST)
    mine = Hold.objects.filter(pk=hold.pk, next_look_at=hold.next_look_at)
    if not mine.update(next_look_at=next_look_at):
        return False
    try:
        confirm_payment(hold, at=at)
    except stripe_gateway.StripeFailed as failure:
        logger.warning("Hold %s could not be looked up: %s", hold.pk, failure)
    except (RuleViolation, DatabaseError, JournalMismatch):
        logger.exception("The payment of hold %s could not be booked", hold.pk)
        operations.ring("payment_not_booked", str(hold.pk), "What Stripe did is not in our book.", at=at)
    return True
