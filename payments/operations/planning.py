"""Deciding: the operation's row and its journal, in the rule's transaction and before any network."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.failpoints import reach
from marketplace.kernel.money import Money, fee_part
from marketplace.kernel.statements import prepared
from marketplace.kernel.transactions import after_commit, relock
from payments import ledger
from payments.models import Hold, LeavingPay, Operation, Payee, Refund, Release, Share

# When a payment that nobody told us of is looked up first (`funding.confirm_awaited`).
PAGE_LOOK = timedelta(minutes=2)
CAPTURE_LOOK = timedelta(seconds=15)
UNAPPLIED, REFUSED = "unapplied-", "refused-"  # and the payment


class AlreadyOnItsWay(RuleViolation):
    """The transfer was sent, or is being sent; it cannot be called back."""

    code = "already_on_its_way"

    def __init__(self) -> None:
        super().__init__("The money is already on its way to the student.")


def plan(
    kind: Operation.Kind, *, slot: str, at: datetime, not_before: datetime | None = None, **whose: Any
) -> Operation:
    start = not_before or at
    operation = Operation.objects.create(
        kind=kind, slot=slot, created_at=at, not_before=start, next_try_at=start, **whose
    )
    reach("decided")
    transaction.on_commit(lambda: reach("decision_committed"))
    if start <= at:  # a nudge would find what is due later too early
        after_commit("payments.run_operation", operation.pk)
    return operation


def next_slot(owner: models.Model, kind: Operation.Kind, name: str) -> str:
    """`name`, then `name.2`, `name.3` where earlier operations of that name exist."""
    field = "hold" if isinstance(owner, Hold) else "payee"
    used = Operation.objects.filter(**{field: owner}, kind=kind, slot__regex=rf"^{name}(\.\d+)?$").count()
    return f"{name}.{used + 1}" if used else name


def plan_account(payee: Payee, *, at: datetime) -> Operation:
    """Open the payee's account at Stripe: one at a time."""
    opening = payee.operations.filter(kind=Operation.Kind.ACCOUNT).exclude(status__in=Operation.ENDS).first()
    if opening is not None:
        return opening
    slot = next_slot(payee, Operation.Kind.ACCOUNT, "account")  # another one where the first was closed
    return plan(Operation.Kind.ACCOUNT, slot=slot, at=at, payee=payee)


def plan_checkout(hold: Hold, *, by: User | None, at: datetime) -> Operation:
    """Open a payment page for the whole hold. Call it on a locked hold."""
    fresh: dict[str, Any] = {"checkout_session": None, "payment_intent": None, "next_look_at": at + PAGE_LOOK}
    hold.become(Hold.Status.CHECKOUT_OPEN, by=by, at=at, **fresh)
    slot = next_slot(hold, Operation.Kind.CHECKOUT, "page")
    return plan(
        Operation.Kind.CHECKOUT,
        slot=slot,
        at=at,
        hold=hold,
        amount_cents=hold.gross_cents,
        currency=hold.currency,
    )


def plan_capture(hold: Hold, *, by: User | None, at: datetime) -> Operation:
    """Charge the reservation in full. The database lets no void stand beside it."""
    hold.become(Hold.Status.CAPTURING, by=by, at=at, next_look_at=at + CAPTURE_LOOK)
    return plan(
        Operation.Kind.CAPTURE,
        slot="capture",
        at=at,
        hold=hold,
        amount_cents=hold.gross_cents,
        currency=hold.currency,
    )


def plan_void(hold: Hold, *, by: User | None, at: datetime, reason: str) -> Operation | None:
    """Give the reservation back, or close the payment page; None where neither exists yet."""
    if hold.status != Hold.Status.VOID:
        hold.become(Hold.Status.VOID, by=by, at=at, reason=reason, next_look_at=None)
    if not (hold.payment_intent or hold.checkout_session):
        return None
    slot = next_slot(hold, Operation.Kind.VOID, "void")
    return plan(Operation.Kind.VOID, slot=slot, at=at, hold=hold)


def plan_void_of_refused(hold: Hold, intent: str, *, at: datetime) -> None:
    """Give a reservation back that the bank refused to charge: it would stand on the card for a week.

    The hold forgets it, and the page that made it, so that what ends the hold later has nothing of it to close.
    """
    if hold.payment_intent == intent:
        hold.payment_intent = hold.checkout_session = None
        hold.save(update_fields=["payment_intent", "checkout_session"])
    plan(Operation.Kind.VOID, slot=REFUSED + intent, at=at, hold=hold)


def refused_payment(operation: Operation) -> str | None:
    """The payment whose reservation a void gives back, where it is not the hold's own."""
    return operation.slot.removeprefix(REFUSED) if operation.slot.startswith(REFUSED) else None


def promise_transfer(
    share: Share, *, at: datetime, not_before: datetime, undo_until: datetime, cents: int | None = None
) -> Release:
    """Promise the student `share`, or `cents` of it: journal, operation and release row. Call it with the hold locked.

    Raises ledger.Overdrawn where the hold has not that much left.
    """
    hold = share.hold
    cents = share.amount_cents if cents is None else cents
    fee = next_fee(share.hold, cents)
    operation = plan(
        Operation.Kind.TRANSFER,
        slot=next_slot(hold, Operation.Kind.TRANSFER, f"deliverable-{share.deliverable.number}"),
        at=at,
        not_before=not_before,
        hold=hold,
        amount_cents=cents,
        currency=hold.currency,
    )
    ledger.release_decided(
        hold=hold.pk, operation=operation.pk, share=Money(cents), fee=Money(fee), occurred_at=at
    )
    return Release.objects.create(
        share=share,
        operation=operation,
        student_cents=cents,
        platform_fee_cents=fee,
        decided_at=at,
        undo_until=undo_until,
    )


def next_fee(hold: Hold, cents: int) -> int:
    """The cents of the platform fee that go with the next `cents` of the student's fee (PAYMENTS 0.2).

    Released and refunded shares are counted together, so that any order of them adds up to the whole fee.
    """
    shares, earned = allotted({hold.pk})[hold.pk]
    return fee_part(hold.platform_fee_cents, hold.student_fee_cents, shares + cents, earned)


def allotted(holds: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """The cents of each hold that were released or refunded so far: of the student's fee, and of the platform's."""
    found = {
        hold: (released.share.cents, released.fee.cents)
        for hold, released in ledger.released_of_holds(holds).items()
    }
    with prepared() as cursor:
        cursor.execute(
            "SELECT hold_id, sum(student_cents)::bigint, sum(platform_fee_cents)::bigint FROM payments_refund"
            " JOIN payments_share ON payments_share.id = share_id WHERE hold_id = ANY(%s::uuid[]) GROUP BY hold_id",
            [list(holds)],
        )
        for hold, share, fee in cursor.fetchall():
            shares, fees = found[hold]
            found[hold] = shares + share, fees + fee
    return found


def plan_leaving(hold: Hold, *, pay: Money, shares: Money, fee: Money, at: datetime) -> LeavingPay:
    """Promise a student who leaves their pay, and the rest of what is held to the card. The hold is locked."""
    operation = plan(
        Operation.Kind.TRANSFER,
        slot="leaving",
        at=at,
        hold=hold,
        amount_cents=pay.cents,
        currency=hold.currency,
    )
    ledger.leaving_decided(hold=hold.pk, operation=operation.pk, amount=pay, occurred_at=at)
    left = LeavingPay(
        hold=hold,
        operation=operation,
        student_cents=pay.cents,
        share_cents=shares.cents,
        platform_fee_cents=fee.cents,
        decided_at=at,
    )
    if left.given_back:
        left.refund = plan_back(hold, "leaving", amount=left.given_back, at=at)
    left.save()
    return left


def plan_anew(operation: Operation, hold: Hold, *, at: datetime) -> Operation:
    """The same payment under another row, whose words may differ; `operation` was cancelled. The hold is locked."""
    slot = next_slot(hold, Operation.Kind.TRANSFER, f"{operation.slot.split('.r')[0]}.r")
    return plan(
        Operation.Kind.TRANSFER,
        slot=slot,
        at=at,
        not_before=max(at, operation.not_before),
        hold=hold,
        amount_cents=operation.amount_cents,
        currency=operation.currency,
    )


def plan_back(hold: Hold, slot: str, *, amount: Money, at: datetime) -> Operation:
    """Give `amount` of what is held back to the card. Raises ledger.Overdrawn where that much is not left."""
    operation = plan(
        Operation.Kind.REFUND,
        slot=slot,
        at=at,
        hold=hold,
        amount_cents=amount.cents,
        currency=hold.currency,
    )
    ledger.refund_decided(hold=hold.pk, operation=operation.pk, amount=amount, occurred_at=at)
    return operation


def undo_release(release: Release, *, at: datetime) -> None:
    """Withdraw a promise whose transfer was never sent. Raises AlreadyOnItsWay. The hold is locked."""
    operation = relock(release.operation)
    never_sent = operation.first_sent_at is None
    if operation.status not in {Operation.Status.PLANNED, Operation.Status.BLOCKED} or not never_sent:
        raise AlreadyOnItsWay
    operation.status, operation.done_at = Operation.Status.CANCELLED, at
    operation.save(update_fields=["status", "done_at"])
    ledger.release_undone(operation=operation.pk, occurred_at=at)
    Release.objects.filter(pk=release.pk).update(undone_at=at)


def plan_refund(hold: Hold, *, at: datetime) -> Operation:
    """Give the hold of an unstarted engagement back in full, platform fee included. The hold is locked."""
    return plan_back(hold, "unstarted", amount=hold.gross, at=at)


def plan_share_refund(share: Share, *, at: datetime, cents: int | None = None) -> Refund:
    """Give one share back, or `cents` of it, with its part of the platform fee, once. The hold is locked.

    Raises ledger.Overdrawn where the hold has not that much left.
    """
    cents = share.amount_cents if cents is None else cents
    hold, fee = share.hold, next_fee(share.hold, cents)
    amount = Money(cents + fee)
    operation = plan_back(hold, f"deliverable-{share.deliverable.number}", amount=amount, at=at)
    return Refund.objects.create(
        share=share,
        operation=operation,
        student_cents=cents,
        platform_fee_cents=fee,
        decided_at=at,
    )


def plan_return(hold: Hold, *, payment: str, amount: Money, at: datetime) -> None:
    """Give back money that no hold waited for, once for each payment. The hold is locked."""
    slot = UNAPPLIED + payment
    if hold.operations.filter(kind=Operation.Kind.REFUND, slot=slot).exists():
        return
    operation = plan(
        Operation.Kind.REFUND,
        slot=slot,
        at=at,
        hold=hold,
        amount_cents=amount.cents,
        currency=hold.currency,
    )
    ledger.unapplied_refund_decided(
        hold=hold.pk, operation=operation.pk, payment=payment, amount=amount, occurred_at=at
    )


def unapplied_payment(operation: Operation) -> str | None:
    """The payment that `plan_return` gives back with this operation."""
    named = operation.slot.startswith(UNAPPLIED)
    return operation.slot.removeprefix(UNAPPLIED) if named else None
