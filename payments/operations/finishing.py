"""What each success means: operation, journal and states move together, in one transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from marketplace.kernel.failpoints import reach
from marketplace.kernel.money import Money
from marketplace.kernel.transactions import relock
from payments import emails, ledger
from payments.emails import refunds, supplies
from payments.models import Deadline, Hold, LeavingPay, Operation, Payee, Release
from payments.operations import adding, planning, reversing
from payments.operations.alarms import ring as ring
from payments.stripe_gateway import Done

REFUND_PATIENCE = timedelta(
    days=1
)  # after which a refund that Stripe leaves pending is looked at by a person


def finish(pk: UUID, done: Done, *, at: datetime) -> None:
    """T2: book the success once, however often it is reported."""
    with transaction.atomic():
        operation = lock(pk)
        if not is_news(operation):
            compare(operation, done, at=at)
            if operation.stripe_id == done.id:
                came_back(operation, done, at=at)
            return
        if done.amount_cents not in (None, operation.amount_cents):
            freeze(pk, "other_amount", f"{done.id} is over {Money(done.amount_cents)}", at=at)
            return
        operation.stripe_id = done.id
        if operation.kind == Operation.Kind.REFUND and done.booking is None:
            await_booking(operation, done, at=at)
            return
        operation.status, operation.done_at, operation.lease_until = Operation.Status.SUCCEEDED, at, None
        operation.save(update_fields=["status", "stripe_id", "done_at", "lease_until"])
        AFTER[Operation.Kind(operation.kind)](operation, done, at)
        came_back(operation, done, at=at)
        reach("before_finished")
    reach("finished")


def lock(pk: UUID) -> Operation:
    """The operation, locked after its engagement and its hold: parent before child."""
    operation = Operation.objects.select_related("hold__engagement").get(pk=pk)
    hold = lock_hold(operation.hold) if operation.hold else None
    operation = relock(operation)
    if hold is not None:
        operation.hold = hold
    return operation


def lock_hold(hold: Hold) -> Hold:
    engagement = relock(hold.engagement)
    hold = relock(hold)
    hold.engagement = engagement
    return hold


def is_news(operation: Operation) -> bool:
    """Whether its object is booked for the first time. One that waits for a person is booked all the same."""
    frozen = operation.status == Operation.Status.FROZEN
    return operation.is_open and not (frozen and operation.stripe_id is not None)


def compare(operation: Operation, done: Done, *, at: datetime) -> None:
    """A second report of the same thing is nothing new; another object for one operation is an alarm."""
    if operation.stripe_id != done.id:
        ring("operation_two_objects", str(operation.pk), f"{operation.stripe_id}, {done.id}", at=at)


def await_booking(operation: Operation, done: Done, *, at: datetime) -> None:
    """The refund exists and is not in Stripe's books yet, or the bank refused it: then a person helps."""
    operation.status, operation.lease_until = Operation.Status.UNKNOWN, None
    operation.next_try_at = at + timedelta(minutes=min(5 * operation.attempts, 60))
    if at - operation.created_at > REFUND_PATIENCE:
        ring("refund_waits", str(operation.pk), f"{done.id} is {done.status}", at=at)
    if done.is_gone:
        operation.status, operation.blocked_reason = Operation.Status.FROZEN, "refund_failed"
        refunds.refund_came_back(operation, the_hold(operation).engagement, at=at)
        ring("refund_failed", str(operation.pk), f"{done.id} is {done.status}", at=at)
    operation.save(update_fields=["status", "stripe_id", "blocked_reason", "lease_until", "next_try_at"])


def came_back(operation: Operation, done: Done, *, at: datetime) -> None:
    """The bank sent a booked refund back: the employer is owed it again, and a person pays it another way."""
    if done.failure is None:
        return
    hold = the_hold(operation)
    ledger.refund_failed(
        hold=hold.pk,
        operation=operation.pk,
        refund=done.id,
        amount=operation.amount,
        stripe_bt=done.failure.id,
        occurred_at=done.failure.at,
    )
    if hold.status == Hold.Status.SETTLED:
        hold.become(Hold.Status.FUNDED, by=None, at=at, reason="A refund came back from the bank.")
    refunds.refund_came_back(operation, hold.engagement, at=at)
    ring("refund_failed", str(operation.pk), f"{done.id} is {done.status}", at=at)


def fail(pk: UUID, why: str, *, at: datetime) -> None:
    """A capture or a void that can never succeed: the end of this operation."""
    with transaction.atomic():
        operation = lock(pk)
        if not operation.is_open:
            return
        operation.status, operation.done_at, operation.lease_until = Operation.Status.FAILED, at, None
        operation.save(update_fields=["status", "done_at", "lease_until"])
        hold = the_hold(operation)
        if operation.kind == Operation.Kind.CAPTURE:
            refused = hold.payment_intent if hold.status == Hold.Status.CAPTURING else None
            capture_failed(hold, why, at=at)
            if refused:
                planning.plan_void_of_refused(hold, refused, at=at)
        elif operation.kind == Operation.Kind.REVERSAL:
            reversing.refused(operation, hold, at=at)
            settle(hold, at=at)
            ring("reversal_refused", str(operation.pk), f"{operation.amount} are owed by the student.", at=at)
        elif "intent" in (operation.params or {}):
            ring("void_failed", str(hold.pk), why, at=at)
        else:  # somebody paid on the page: whoever looks next finds out what
            hold.next_look_at = at
            hold.save(update_fields=["next_look_at"])
        reach("before_failed")
    reach("failed")


def capture_failed(hold: Hold, why: str, *, at: datetime) -> None:
    """The bank refused, or the reservation ended: the employer has 48 h to pay again (PAYMENTS 0.3)."""
    if hold.status != Hold.Status.CAPTURING:
        return
    hold.become(Hold.Status.CAPTURE_FAILED, by=None, at=at, reason=why, next_look_at=None)
    ends_at = at + timedelta(hours=settings.CAPTURE_RETRY_HOURS)
    if hold.number > 1:
        adding.refused(hold, ends_at=ends_at, at=at)
        return
    kind = Deadline.Kind.CAPTURE_RETRY_ENDS
    Deadline.objects.create(kind=kind, engagement=hold.engagement, due_at=ends_at)
    emails.card_refused(hold.engagement, ends_at=ends_at, at=at)


def freeze(pk: UUID, kind: str, detail: str, *, at: datetime) -> None:
    """Stop an operation that only a person may touch again, and ring."""
    with transaction.atomic():
        operation = relock(Operation(pk=pk))
        if operation.is_open:
            operation.status, operation.lease_until = Operation.Status.FROZEN, None
            operation.blocked_reason = kind
            operation.save(update_fields=["status", "lease_until", "blocked_reason"])
        ring(f"operation_{kind}", str(pk), detail, at=at)


# What a success means, by kind


def account_opened(operation: Operation, done: Done, _at: datetime) -> None:
    assert operation.payee is not None
    payee = relock(operation.payee)
    payee.stripe_account = done.id
    payee.transfers_status = Payee.TransfersStatus.PENDING
    payee.save(update_fields=["stripe_account", "transfers_status"])


def page_opened(operation: Operation, done: Done, at: datetime) -> None:
    hold = the_hold(operation)
    hold.checkout_session = done.id
    hold.save(update_fields=["checkout_session"])
    if hold.status == Hold.Status.VOID:  # withdrawn while the page was being opened
        planning.plan_void(hold, by=None, at=at, reason="")


def nothing_more(operation: Operation, done: Done, at: datetime) -> None:
    """A capture is booked from the payment itself (`recording`); a void moved nothing."""


def transferred(operation: Operation, done: Done, at: datetime) -> None:
    hold = the_hold(operation)
    ledger.transferred(
        hold=hold.pk,
        operation=operation.pk,
        transfer=done.id,
        amount=operation.amount,
        stripe_bt=done.booking.id if done.booking else None,
        occurred_at=done.at or at,
    )
    release = Release.objects.select_related("share__deliverable__engagement").filter(operation=operation)
    for one in release:
        Release.objects.filter(pk=one.pk).update(sent_at=at)
        emails.money_sent(one, at=at)
    for left in LeavingPay.objects.filter(operation=operation):
        LeavingPay.objects.filter(pk=left.pk).update(sent_at=at)
        supplies.leaving_pay_sent(left, hold.engagement, at=at)
    settle(hold, at=at)


def refunded(operation: Operation, done: Done, at: datetime) -> None:
    hold = the_hold(operation)
    assert done.booking is not None
    ledger.refund_booked(
        hold=hold.pk,
        operation=operation.pk,
        refund=done.id,
        amount=operation.amount,
        stripe_bt=done.booking.id,
        occurred_at=done.booking.at,
    )
    settle(hold, at=at)
    if done.failure is None:
        refunds.refund_sent(operation, hold.engagement, at=at)


def reversed_(operation: Operation, done: Done, at: datetime) -> None:
    """The reversal is in the books first; only then is anything refunded (PAYMENTS 2.2, the order rule)."""
    hold = the_hold(operation)
    ledger.reversed_(
        hold=hold.pk,
        operation=operation.pk,
        reversal=done.id,
        amount=operation.amount,
        stripe_bt=done.booking.id if done.booking else None,
        occurred_at=done.at or at,
    )
    reversing.give_on(operation, hold, at=at)
    settle(hold, at=at)


def settle(hold: Hold, *, at: datetime) -> None:
    """A funded hold of which nothing is left, nor on its way, is done."""
    if hold.status == Hold.Status.FUNDED and not ledger.balances_of(hold.pk):
        hold.become(Hold.Status.SETTLED, by=None, at=at)
        Deadline.objects.pending().filter(hold=hold).update(done_at=at)


def the_hold(operation: Operation) -> Hold:
    assert operation.hold is not None
    return operation.hold


AFTER: dict[Operation.Kind, Callable[[Operation, Done, datetime], None]] = {
    Operation.Kind.ACCOUNT: account_opened,
    Operation.Kind.CHECKOUT: page_opened,
    Operation.Kind.CAPTURE: nothing_more,
    Operation.Kind.VOID: nothing_more,
    Operation.Kind.TRANSFER: transferred,
    Operation.Kind.REVERSAL: reversed_,
    Operation.Kind.REFUND: refunded,
}
