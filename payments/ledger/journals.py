"""The journals of PAYMENTS.md 3.2, one function for each thing that can happen to money.

A decision moves what is held to somebody's payable; only a fact that Stripe confirms moves a payable out of
Stripe's balance. Facts carry the id of Stripe's balance transaction, decisions that of our operation.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.kernel.money import Money
from payments.ledger.chart import Code
from payments.ledger.models import Entry, Journal
from payments.ledger.posting import Draft, Line, credit, debit, post, post_new


def funded(
    *,
    hold: UUID,
    payment: str,
    gross: Money,
    processing_fee: Money,
    stripe_bt: str,
    occurred_at: datetime,
    operation: UUID | None = None,
    actor: str = "stripe",
) -> Journal:
    """J1: the card was charged `gross`, of which Stripe kept `processing_fee`. A hold is funded once."""
    lines = [*_received(gross, processing_fee), credit(Code.HELD, gross, hold)]
    return post(
        Journal.Kind.FUNDED,
        f"fund:{payment}",
        lines,
        hold=hold,
        operation=operation,
        stripe_id=payment,
        stripe_bt=stripe_bt,
        occurred_at=occurred_at,
        actor=actor,
    )


def unapplied(
    *,
    hold: UUID | None,
    payment: str,
    gross: Money,
    processing_fee: Money,
    stripe_bt: str,
    occurred_at: datetime,
    actor: str = "stripe",
) -> Journal:
    """J1b: money came that no hold waits for: a second payment, a wrong amount, one after a void."""
    return post(
        Journal.Kind.UNAPPLIED,
        f"unapplied:{payment}",
        [*_received(gross, processing_fee), credit(Code.UNAPPLIED, gross, payment)],
        hold=hold,
        stripe_id=payment,
        stripe_bt=stripe_bt,
        occurred_at=occurred_at,
        actor=actor,
    )


def release_decided(
    *, hold: UUID, operation: UUID, share: Money, fee: Money, occurred_at: datetime, actor: str = "system"
) -> Journal:
    """J2: `share` is promised to the student in full; `fee` is the platform's part that is earned with it."""
    key, lines, *_ = release(hold=hold, operation=operation, share=share, fee=fee)
    return post(
        Journal.Kind.RELEASE,
        key,
        lines,
        hold=hold,
        operation=operation,
        occurred_at=occurred_at,
        actor=actor,
    )


def release(*, hold: UUID, operation: UUID, share: Money, fee: Money) -> Draft:
    lines = [
        debit(Code.HELD, share + fee, hold),
        credit(Code.STUDENT_PAYABLE, share, hold),
        credit(Code.PLATFORM_FEE, fee),
    ]
    return Draft(f"release:{operation}", lines, hold, operation)


def releases_decided(releases: Sequence[Draft], *, occurred_at: datetime, actor: str = "system") -> None:
    """J2 for many new operations at once."""
    post_new(releases, kind=Journal.Kind.RELEASE, occurred_at=occurred_at, actor=actor)


def release_undone(*, operation: UUID, occurred_at: datetime, actor: str = "system") -> Journal:
    """J2r: the release is withdrawn before it was sent; its journal is posted the other way round.

    Raises Journal.DoesNotExist where `operation` has released nothing.
    """
    promise = Journal.objects.get(business_key=f"release:{operation}")
    return post(
        Journal.Kind.RELEASE_UNDONE,
        f"release-void:{operation}",
        _reversed(promise),
        hold=promise.hold_id,
        operation=operation,
        occurred_at=occurred_at,
        actor=actor,
    )


def leaving_decided(
    *, hold: UUID, operation: UUID, amount: Money, occurred_at: datetime, actor: str = "system"
) -> Journal:
    """Leaving pay: promised to the student without a platform fee, since no work is paid with it (PAYMENTS 0.2)."""
    return post(
        Journal.Kind.LEAVING,
        f"leaving:{operation}",
        [debit(Code.HELD, amount, hold), credit(Code.STUDENT_PAYABLE, amount, hold)],
        hold=hold,
        operation=operation,
        occurred_at=occurred_at,
        actor=actor,
    )


def transferred(
    *,
    hold: UUID,
    operation: UUID,
    transfer: str,
    amount: Money,
    stripe_bt: str | None,
    occurred_at: datetime,
    actor: str = "stripe",
) -> Journal:
    """J3: the transfer to the student exists at Stripe. Its balance transaction may not be known yet."""
    return post(
        Journal.Kind.TRANSFER,
        f"transfer:{transfer}",
        [debit(Code.STUDENT_PAYABLE, amount, hold), credit(Code.STRIPE_BALANCE, amount)],
        hold=hold,
        operation=operation,
        stripe_id=transfer,
        stripe_bt=stripe_bt,
        occurred_at=occurred_at,
        actor=actor,
    )


def refund_decided(
    *, hold: UUID, operation: UUID, amount: Money, occurred_at: datetime, actor: str = "system"
) -> Journal:
    """J4: `amount` of what is held is promised back to the employer, the platform's part included."""
    return post(
        Journal.Kind.REFUND,
        f"refund:{operation}",
        [debit(Code.HELD, amount, hold), credit(Code.REFUND_PAYABLE, amount, hold)],
        hold=hold,
        operation=operation,
        occurred_at=occurred_at,
        actor=actor,
    )


def refund_undone(*, operation: UUID, occurred_at: datetime, actor: str = "system") -> Journal:
    """J4r: a refund that was never sent is withdrawn, because the bank gave the money back itself."""
    refund = Journal.objects.get(business_key=f"refund:{operation}")
    return post(
        Journal.Kind.REFUND_UNDONE,
        f"refund-void:{operation}",
        _reversed(refund),
        hold=refund.hold_id,
        operation=operation,
        occurred_at=occurred_at,
        actor=actor,
    )


def unapplied_refund_decided(
    *,
    hold: UUID,
    operation: UUID,
    payment: str,
    amount: Money,
    occurred_at: datetime,
    actor: str = "system",
) -> Journal:
    """J4 for money of J1b: it goes back, by an operation of the hold that it was meant for."""
    return post(
        Journal.Kind.REFUND,
        f"refund:{operation}",
        [debit(Code.UNAPPLIED, amount, payment), credit(Code.REFUND_PAYABLE, amount, hold)],
        hold=hold,
        operation=operation,
        occurred_at=occurred_at,
        actor=actor,
    )


def refund_booked(
    *,
    hold: UUID,
    operation: UUID,
    refund: str,
    amount: Money,
    stripe_bt: str,
    occurred_at: datetime,
    actor: str = "stripe",
) -> Journal:
    """J5: Stripe took the refund from our balance. Its fee on the payment is not given back."""
    return post(
        Journal.Kind.REFUND_BOOKED,
        f"re:{refund}",
        [debit(Code.REFUND_PAYABLE, amount, hold), credit(Code.STRIPE_BALANCE, amount)],
        hold=hold,
        operation=operation,
        stripe_id=refund,
        stripe_bt=stripe_bt,
        occurred_at=occurred_at,
        actor=actor,
    )


def refund_failed(
    *,
    hold: UUID,
    operation: UUID,
    refund: str,
    amount: Money,
    stripe_bt: str,
    occurred_at: datetime,
    actor: str = "stripe",
) -> Journal:
    """J6: the bank sent the refund back (up to 30 days later): it is owed to the employer again."""
    return post(
        Journal.Kind.REFUND_FAILED,
        f"re-fail:{stripe_bt}",
        [debit(Code.STRIPE_BALANCE, amount), credit(Code.REFUND_PAYABLE, amount, hold)],
        hold=hold,
        operation=operation,
        stripe_id=refund,
        stripe_bt=stripe_bt,
        occurred_at=occurred_at,
        actor=actor,
    )


def refund_paid_otherwise(
    *, hold: UUID, reference: str, amount: Money, occurred_at: datetime, actor: str
) -> Journal:
    """What J6 left owed was paid from our own bank account, under the bank's `reference`."""
    return post(
        Journal.Kind.REFUND_OTHERWISE,
        f"otherwise:{hold}:{reference}",
        [debit(Code.REFUND_PAYABLE, amount, hold), credit(Code.BANK, amount)],
        hold=hold,
        occurred_at=occurred_at,
        actor=actor,
    )


def _received(gross: Money, processing_fee: Money) -> list[Line]:
    return [
        debit(Code.STRIPE_BALANCE, gross - processing_fee),
        debit(Code.PROCESSING_FEE, processing_fee),
    ]


def _reversed(journal: Journal) -> list[Line]:
    entries = Entry.objects.filter(journal=journal).select_related("account")
    return [Line(Code(entry.account.code), -entry.amount_cents, entry.account.scope_id) for entry in entries]
