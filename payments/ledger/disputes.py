"""The journals of chargebacks (PAYMENTS.md 3.2, J8 to J11): each movement of the bank's, and who bears the end."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from marketplace.kernel.money import Money
from payments.ledger.chart import Code
from payments.ledger.models import Entry, Journal
from payments.ledger.posting import credit, debit, post


class Moved(Protocol):
    """A balance transaction of a dispute: negative where the bank took money."""

    @property
    def id(self) -> str: ...
    @property
    def amount_cents(self) -> int: ...
    @property
    def fee_cents(self) -> int: ...
    @property
    def at(self) -> datetime: ...


def dispute_moved(*, hold: UUID, dispute: str, booking: Moved, actor: str = "stripe") -> Journal:
    """J8 and J9: one movement as Stripe booked it, either way, whatever its fee."""
    amount, fee = Money(booking.amount_cents), Money(booking.fee_cents)
    lines = [
        debit(Code.STRIPE_BALANCE, amount - fee),
        debit(Code.DISPUTE_FEE, fee),
        credit(Code.DISPUTE_SUSPENSE, amount, dispute),
    ]
    return post(
        Journal.Kind.DISPUTE_MOVED,
        f"bt:{booking.id}",
        lines,
        hold=hold,
        stripe_id=dispute,
        stripe_bt=booking.id,
        occurred_at=booking.at,
        actor=actor,
    )


def dispute_lost(
    *,
    hold: UUID,
    dispute: str,
    number: int,
    from_held: Money,
    loss: Money,
    occurred_at: datetime,
    actor: str = "system",
) -> Journal:
    """J10 and J11: `from_held` was for work that nobody handed in, `loss` the platform bears."""
    lines = [
        debit(Code.HELD, from_held, hold),
        debit(Code.CHARGEBACK_LOSS, loss),
        credit(Code.DISPUTE_SUSPENSE, from_held + loss, dispute),
    ]
    return post(
        Journal.Kind.DISPUTE_LOST,
        f"lost:{dispute}:{number}",
        lines,
        hold=hold,
        stripe_id=dispute,
        occurred_at=occurred_at,
        actor=actor,
    )


def dispute_recovered(
    *,
    hold: UUID,
    dispute: str,
    number: int,
    to_loss: Money,
    to_held: Money,
    occurred_at: datetime,
    actor: str = "system",
) -> Journal:
    """Won on appeal after a loss was booked: the platform's part first, the rest is held again."""
    lines = [
        debit(Code.DISPUTE_SUSPENSE, to_loss + to_held, dispute),
        credit(Code.CHARGEBACK_LOSS, to_loss),
        credit(Code.HELD, to_held, hold),
    ]
    return post(
        Journal.Kind.DISPUTE_RECOVERED,
        f"recovered:{dispute}:{number}",
        lines,
        hold=hold,
        stripe_id=dispute,
        occurred_at=occurred_at,
        actor=actor,
    )


def lost_of(dispute: str) -> Money:
    """What the platform bears of this dispute so far."""
    entries = Entry.objects.filter(
        journal__stripe_id=dispute, account__code=Code.CHARGEBACK_LOSS, currency=settings.CURRENCY
    )
    return Money(entries.aggregate(cents=Sum("amount_cents"))["cents"] or 0)
