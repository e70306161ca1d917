"""The journals of money taken back for fraud (PAYMENTS.md 3.2, J7a and J7b)."""

from datetime import datetime
from uuid import UUID

from marketplace.kernel.money import Money
from payments.ledger.chart import Code
from payments.ledger.models import Journal
from payments.ledger.posting import credit, debit, post


def reversed_(
    *, hold: UUID, operation: UUID, reversal: str, amount: Money, stripe_bt: str | None, occurred_at: datetime
) -> Journal:
    """J7a: the student's account gave `amount` back; it is nobody's yet."""
    return post(
        Journal.Kind.REVERSAL,
        f"trr:{reversal}",
        [debit(Code.STRIPE_BALANCE, amount), credit(Code.CLAWBACK_HELD, amount, hold)],
        hold=hold,
        operation=operation,
        stripe_id=reversal,
        stripe_bt=stripe_bt,
        occurred_at=occurred_at,
        actor="stripe",
    )


def reversal_refused(
    *, hold: UUID, operation: UUID, payee: int, amount: Money, occurred_at: datetime
) -> Journal:
    """The account has not that much: the student owes it, and it is for this payment once it comes."""
    return post(
        Journal.Kind.REVERSAL_REFUSED,
        f"owed:{operation}",
        [debit(Code.RECEIVABLE_STUDENT, amount, payee), credit(Code.CLAWBACK_HELD, amount, hold)],
        hold=hold,
        operation=operation,
        occurred_at=occurred_at,
    )


def clawback_refund_decided(
    *, hold: UUID, operation: UUID, share: Money, fee: Money, occurred_at: datetime
) -> Journal:
    """J7b: what was taken back goes to the card, with the platform fee that was earned with it."""
    lines = [
        debit(Code.CLAWBACK_HELD, share, hold),
        debit(Code.PLATFORM_FEE, fee),
        credit(Code.REFUND_PAYABLE, share + fee, hold),
    ]
    return post(
        Journal.Kind.REFUND,
        f"refund:{operation}",
        lines,
        hold=hold,
        operation=operation,
        occurred_at=occurred_at,
    )


def clawback_kept(*, hold: UUID, operation: UUID, amount: Money, occurred_at: datetime) -> Journal:
    """The bank gave the cardholder the money long ago: what was taken back makes the platform's loss good."""
    return post(
        Journal.Kind.CLAWBACK_KEPT,
        f"kept:{operation}",
        [debit(Code.CLAWBACK_HELD, amount, hold), credit(Code.CHARGEBACK_LOSS, amount)],
        hold=hold,
        operation=operation,
        occurred_at=occurred_at,
    )
