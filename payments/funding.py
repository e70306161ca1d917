"""From the payment page to money that is held: what the card payment says is fetched and booked."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from accounts.models import User
from marketplace.kernel.transactions import locked, relock
from payments import operations, stripe_gateway
from payments.models import Hold
from projects.models import Engagement

AWAITED = (Hold.Status.CHECKOUT_OPEN, Hold.Status.AUTHORISED, Hold.Status.CAPTURING)


def confirm_payment(hold: Hold, *, at: datetime) -> Hold:
    """Fetch the payment of this hold and book what it shows; any number of times, in any order.

    Called when the person comes back, when Stripe tells us, and by the sweep. Raises StripeFailed.
    """
    hold.refresh_from_db()
    intent = hold.payment_intent or intent_of_page(hold)
    if intent is not None:
        operations.record_intent(hold, stripe_gateway.intent(intent), at=at)
        hold.refresh_from_db()
    return hold


def intent_of_page(hold: Hold) -> str | None:
    if hold.checkout_session is None:
        return None
    return stripe_gateway.session(hold.checkout_session).intent


def payment_page(hold: Hold) -> str | None:
    """The address of the open payment page; None where it is not open. It is fetched, never stored."""
    hold.refresh_from_db()
    if hold.status != Hold.Status.CHECKOUT_OPEN or hold.checkout_session is None:
        return None
    return stripe_gateway.session(hold.checkout_session).url


def retry_payment(engagement: Engagement, *, by: User, at: datetime) -> Hold:
    """After a refused card: a new payment page, which charges at once. Raises InvalidTransition."""
    with locked(engagement) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        hold = relock(engagement.holds.get())
        operations.plan_checkout(hold, by=by, at=at)
    return hold


def confirm_awaited(*, at: datetime, limit: int = 100) -> int:
    """Ask about every hold that waits for its payment, oldest first: the net under lost webhooks."""
    holds = Hold.objects.filter(status__in=AWAITED).order_by("created_at", "pk")[:limit]
    for hold in holds:
        try:
            confirm_payment(hold, at=at)
        except stripe_gateway.StripeFailed as failure:
            stripe_gateway.logger.warning("Hold %s could not be looked up: %s", hold.pk, failure)
    return len(holds)
