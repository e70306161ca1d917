"""What each Stripe event means to us: the object it points at is fetched again and its facts are booked.

So order, duplicates, twins and stale payloads do not matter: an event says where to look, never what is so.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, models, transaction
from django.db.models.functions import Now

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.failpoints import reach
from marketplace.kernel.transactions import locked
from payments import funding, operations, paying_out, stripe_gateway
from payments.ledger import JournalMismatch
from payments.models import Hold, Operation, Payee, StripeEvent

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=models.Model)

LEASE = timedelta(minutes=2)
RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 360, 480)  # 8 more tries over 24 h (PAYMENTS 5)


class UnknownObject(Exception):
    """The event is about something that we cannot find, or that Stripe has not booked, perhaps not yet."""


def session_changed(event: StripeEvent, *, at: datetime) -> None:
    session = stripe_gateway.session(event.object_id)
    hold = one_hold(session.hold_id)
    if session.intent is not None and session.status == "complete":
        operations.record_intent(hold, stripe_gateway.intent(session.intent), at=at)
    else:
        funding.confirm_payment(hold, at=at)


def intent_changed(event: StripeEvent, *, at: datetime) -> None:
    facts = stripe_gateway.intent(event.object_id)
    if not operations.record_intent(one_hold(facts.hold_id), facts, at=at):
        raise UnknownObject("Its charge is not booked yet.")


def charge_changed(event: StripeEvent, *, at: datetime) -> None:
    intent = stripe_gateway.intent_of(event.object_id)
    if intent is None:
        raise UnknownObject(event.object_id)
    facts = stripe_gateway.intent(intent)
    operations.record_intent(one_hold(facts.hold_id), facts, at=at)


def card_refused(event: StripeEvent, *, at: datetime) -> None:
    """A card that the bank refused is kept, even where another pays a moment later."""
    tried = stripe_gateway.one_try(event.object_id)
    with locked(one_hold(tried.hold_id)) as hold:
        operations.note_card(hold, charge=tried.id, fingerprint=tried.fingerprint, failed=True, at=at)


def dispute_changed(event: StripeEvent, *, at: datetime) -> None:
    facts = stripe_gateway.dispute(event.object_id)
    operations.record_dispute(hold_of_charge(facts.charge), facts, at=at)


def fraud_suspected(event: StripeEvent, *, at: datetime) -> None:
    warned = stripe_gateway.early_warning(event.object_id)
    operations.record_warning(hold_of_charge(warned.charge), warned, at=at)


def hold_of_charge(charge: str) -> Hold:
    hold = Hold.objects.select_related("engagement").filter(charge=charge).first()
    if hold is None:  # of a payment that nobody waited for, or one that is not booked yet
        raise UnknownObject(charge)
    return hold


def account_changed(event: StripeEvent, *, at: datetime) -> None:
    payee = payee_of(event.object_id)
    if payee.stripe_account == event.object_id:
        paying_out.refresh_payee(payee, at=at)


def bank_changed(event: StripeEvent, *, at: datetime) -> None:
    """Another bank account at a student's account: the event names the account, its object is only the bank's."""
    payee = payee_of(event.account)
    if payee.stripe_account == event.account:
        paying_out.refresh_payee(payee, at=at)


def access_ended(event: StripeEvent, *, at: datetime) -> None:
    """A student cut us off from their account: the event names it, its object is only our application.

    It may be ours all the same by now, or it may be our key that is refused: so it is asked.
    """
    payee = payee_of(event.account)
    paying_out.look_whether_gone(payee, account=event.account, at=at)


def payee_of(account: str) -> Payee:
    """Whose account it is, or was until it closed: then much of what is told of it is over. Raises UnknownObject."""
    payee = Payee.objects.filter(stripe_account=account).first()
    if payee is None:
        opened = Operation.objects.filter(kind=Operation.Kind.ACCOUNT, stripe_id=account)
        payee = Payee.objects.filter(operations__in=opened).first()
    if payee is None:
        raise UnknownObject(account)
    return payee


def payout_changed(event: StripeEvent, *, at: datetime) -> None:
    """On the way to the student's bank, there, or sent back: their own balance at Stripe, nothing of our book."""
    if not event.account:
        if event.type == "payout.failed":
            detail = "Our own bank sent a payout back."
            operations.ring("payout_failed", event.object_id, detail, at=at)
        return
    payee = payee_of(event.account)
    paying_out.record_payout(payee, stripe_gateway.payout(event.object_id, account=event.account), at=at)


def transfer_made(event: StripeEvent, *, at: datetime) -> None:
    object_made(stripe_gateway.transfer(event.object_id), at=at)


def refund_changed(event: StripeEvent, *, at: datetime) -> None:
    refund = stripe_gateway.refund(event.object_id)
    if not is_of_reservation(refund):
        object_made(refund, at=at)
    if refund.is_gone and refund.booking is not None and refund.failure is None:
        raise UnknownObject("What the bank sent back is not booked yet.")


def is_of_reservation(refund: stripe_gateway.Done) -> bool:
    """What a cancelled reservation leaves behind: done, of no operation, and no money moved (PAYMENTS 0.3)."""
    return refund.status == "succeeded" and not refund.operation_id and refund.booking is None


def object_made(done: stripe_gateway.Done, *, at: datetime) -> None:
    """Finish the operation whose mark the object carries, even if its answer never came."""
    operation = one(Operation.objects.all(), done.operation_id)
    operations.finish(operation.pk, done, at=at)


def one_hold(id_: str) -> Hold:
    return one(Hold.objects.select_related("engagement"), id_)


def one(rows: models.QuerySet[M], id_: str) -> M:
    """The row with this id. Raises UnknownObject: somebody else's mark may be anything."""
    try:
        return rows.get(pk=UUID(id_))
    except (ValueError, ObjectDoesNotExist):
        raise UnknownObject(id_) from None


Handler = Callable[..., None]
HANDLERS: dict[str, Handler] = {
    "checkout.session.completed": session_changed,
    "checkout.session.expired": session_changed,
    "checkout.session.async_payment_succeeded": session_changed,
    "payment_intent.amount_capturable_updated": intent_changed,
    "payment_intent.succeeded": intent_changed,
    "payment_intent.canceled": intent_changed,
    "charge.failed": card_refused,
    "charge.captured": charge_changed,
    "charge.expired": charge_changed,
    "charge.updated": charge_changed,
    **{
        f"charge.dispute.{what}": dispute_changed
        for what in ("created", "updated", "funds_withdrawn", "funds_reinstated", "closed")
    },
    "radar.early_fraud_warning.created": fraud_suspected,
    "radar.early_fraud_warning.updated": fraud_suspected,
    **{f"payout.{what}": payout_changed for what in ("created", "paid", "failed")},
    "transfer.created": transfer_made,
    "refund.created": refund_changed,
    "refund.updated": refund_changed,
    "refund.failed": refund_changed,
    "v2.core.account[configuration.recipient].capability_status_updated": account_changed,
    "v2.core.account[requirements].updated": account_changed,
    "v2.core.account.closed": account_changed,
    "account.application.deauthorized": access_ended,
    **{f"account.external_account.{what}": bank_changed for what in ("created", "updated")},
}


def handle_due(*, at: datetime, limit: int = 200) -> int:
    """Handle the events that wait, oldest first; returns how many."""
    due = StripeEvent.objects.due(at=at).order_by("next_try_at", "pk").values_list("pk", flat=True)
    return sum(handle(pk, at=at) for pk in list(due[:limit]))


def handle(pk: str, *, at: datetime) -> bool:
    """Handle one event; a second time does nothing. What cannot be booked yet is tried again, then rings."""
    event = claim(pk, at=at)
    if event is None:
        return False
    reach("event_claimed")
    handler = HANDLERS.get(event.type)
    try:
        if handler is not None:
            handler(event, at=at)
        reach("event_booked")
    except (UnknownObject, stripe_gateway.StripeFailed) as error:
        try_again(event, error, at=at)
    except (RuleViolation, DatabaseError, JournalMismatch) as error:
        logger.exception("Event %s could not be booked", pk)
        try_again(event, error, at=at)
    else:
        status = StripeEvent.Status.HANDLED if handler else StripeEvent.Status.IGNORED
        StripeEvent.objects.filter(pk=pk).update(status=status, handled_at=at, lease_until=None)
        if handler is not None and event.object_id:
            answered = [kind for kind, of in HANDLERS.items() if of is handler]
            others = StripeEvent.objects.waiting_for(event, answered, at=at)
            others.update(status=status, handled_at=at)  # reads at Stripe are counted
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
    if event.tries >= StripeEvent.RETRIES:
        row.update(status=StripeEvent.Status.ORPHANED, lease_until=None, last_error=repr(error))
        operations.ring("event_orphaned", event.pk, f"{event.type} {event.object_id}: {error!r}", at=at)
        return
    minutes = RETRY_MINUTES[event.tries]
    row.update(next_try_at=at + timedelta(minutes=minutes), lease_until=None, last_error=repr(error))
