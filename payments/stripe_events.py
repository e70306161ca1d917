"""What each Stripe event means to us: the object it points at is fetched again and its facts are booked."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models.functions import Now

from payments import funding, operations, paying_out, stripe_gateway
from payments.models import Hold, Operation, Payee, StripeEvent

LEASE = timedelta(minutes=2)
RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 360, 480)  # 8 tries over 24 h (PAYMENTS 5)


class UnknownObject(Exception):
    """The event is about something that we cannot find, perhaps not yet."""


def session_changed(event: StripeEvent, *, at: datetime) -> None:
    hold = Hold.objects.filter(checkout_session=event.object_id).first()
    confirm(hold or hold_of(stripe_gateway.session(event.object_id).hold_id), at=at)


def intent_changed(event: StripeEvent, *, at: datetime) -> None:
    facts = stripe_gateway.intent(event.object_id)
    hold = hold_of(facts.hold_id)
    if hold is None:
        raise UnknownObject
    operations.record_intent(hold, facts, at=at)


def confirm(hold: Hold | None, *, at: datetime) -> None:
    if hold is None:
        raise UnknownObject
    funding.confirm_payment(hold, at=at)


def hold_of(id_: str) -> Hold | None:
    return Hold.objects.filter(pk=id_).first() if id_ else None


def account_changed(event: StripeEvent, *, at: datetime) -> None:
    payee = Payee.objects.filter(stripe_account=event.object_id).first()
    if payee is None:
        raise UnknownObject
    paying_out.refresh_payee(payee, at=at)


def operation_confirmed(_event: StripeEvent, *, at: datetime) -> None:
    """A transfer or a refund exists: the operation that made it looks it up and ends."""
    waiting = Operation.objects.filter(status__in=Operation.OPEN, kind__in=["transfer", "refund"])
    for operation in waiting.filter(first_sent_at__isnull=False):
        operations.run_now(operation, at=at)


Handler = Callable[..., None]
HANDLERS: dict[str, Handler] = {
    "checkout.session.completed": session_changed,
    "checkout.session.expired": session_changed,
    "checkout.session.async_payment_succeeded": session_changed,
    "payment_intent.amount_capturable_updated": intent_changed,
    "payment_intent.succeeded": intent_changed,
    "payment_intent.canceled": intent_changed,
    "transfer.created": operation_confirmed,
    "refund.updated": operation_confirmed,
    "v2.core.account[configuration.recipient].capability_status_updated": account_changed,
    "v2.core.account[requirements].updated": account_changed,
}


def handle_due(*, at: datetime, limit: int = 200) -> int:
    """Handle the events that wait, oldest first; returns how many."""
    due = StripeEvent.objects.due(at=at).order_by("next_try_at", "pk").values_list("pk", flat=True)
    return sum(handle(pk, at=at) for pk in list(due[:limit]))


def handle(pk: str, *, at: datetime) -> bool:
    """Handle one event; a second time does nothing. What cannot be found yet is tried again, then rings."""
    event = claim(pk, at=at)
    if event is None:
        return False
    handler = HANDLERS.get(event.type)
    try:
        if handler is not None:
            handler(event, at=at)
    except (UnknownObject, stripe_gateway.StripeFailed) as error:
        try_again(event, error, at=at)
        return True
    status = StripeEvent.Status.HANDLED if handler else StripeEvent.Status.IGNORED
    StripeEvent.objects.filter(pk=pk).update(status=status, handled_at=at, lease_until=None)
    return True


def claim(pk: str, *, at: datetime) -> StripeEvent | None:
    with transaction.atomic():
        event = StripeEvent.objects.due(at=at).select_for_update(skip_locked=True).filter(pk=pk).first()
        if event is not None:
            leased = StripeEvent.objects.filter(pk=pk)
            leased.update(lease_until=Now() + LEASE, tries=models.F("tries") + 1)
    return event


def try_again(event: StripeEvent, error: Exception, *, at: datetime) -> None:
    row = StripeEvent.objects.filter(pk=event.pk)
    if event.tries + 1 >= StripeEvent.RETRIES:
        row.update(status=StripeEvent.Status.ORPHANED, lease_until=None, last_error=repr(error))
        operations.ring("event_orphaned", event.pk, f"{event.type} {event.object_id}", at=at)
        return
    minutes = RETRY_MINUTES[min(event.tries, len(RETRY_MINUTES) - 1)]
    row.update(next_try_at=at + timedelta(minutes=minutes), lease_until=None, last_error=repr(error))
