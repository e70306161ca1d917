"""Receipts of single moves: what was charged and given back for the company, what was sent for the student.

A receipt is numbered by where its journal stands among those of the engagement. The book only grows at its
end, so the number is for ever.
"""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from marketplace.kernel.money import Money, fee_part
from payments import ledger
from payments.accounting.papers import Line, Paper, day
from payments.accounting.statements import WORDS, parts_of
from payments.ledger import Standing
from payments.models import Hold, Journal
from projects.models import Engagement

Kind = Journal.Kind
OF_STUDENT: frozenset[str] = frozenset({Kind.TRANSFER})
OF_EMPLOYER: frozenset[str] = frozenset({Kind.FUNDED, Kind.UNAPPLIED, Kind.REFUND_BOOKED, Kind.REFUND_FAILED})
SEEN_BY = {"student": OF_STUDENT, "employer": OF_EMPLOYER, "moderator": OF_STUDENT | OF_EMPLOYER}
TITLES: dict[str, str] = {
    Kind.FUNDED: "Receipt of payment",
    Kind.UNAPPLIED: "Receipt of payment",
    Kind.TRANSFER: "Receipt of pay",
    Kind.REFUND_BOOKED: "Receipt of refund",
    Kind.REFUND_FAILED: "Refund that came back",
}


class Numbered(NamedTuple):
    """A journal with the number of its receipt."""

    number: int
    journal: Journal
    change: Standing


def numbered(engagement: Engagement) -> list[Numbered]:
    """Every move of an engagement's money with its number, in two queries."""
    holds = [hold.pk for hold in engagement.holds.all()]
    changes = ledger.changes_of(Journal.objects.of_holds(holds).oldest_first())
    return [Numbered(number, *change) for number, change in enumerate(changes, start=1)]


def receipt_of(engagement: Engagement, number: int, *, role: str, at: datetime) -> Paper | None:
    """The receipt that this side may see under this number; None where there is none."""
    move = next((move for move in numbered(engagement) if move.number == number), None)
    if move is None or move.journal.kind not in SEEN_BY[role]:
        return None
    journal = move.journal
    hold = next(hold for hold in engagement.holds.all() if hold.pk == journal.hold_id)
    lines = lines_of_charge(hold, journal) if journal.kind == Kind.FUNDED else [line_of(move)]
    is_pay = journal.kind in OF_STUDENT
    return Paper(
        title=f"{TITLES[journal.kind]} {engagement.public_id}-{number}",
        file_name=f"receipt-{engagement.public_id}-{number}",
        facts=[*facts_of(hold, engagement, journal, is_pay=is_pay), ("Made on", day(at))],
        columns=("What",),
        money_columns=("Student", "Platform fee", "Charged") if journal.kind == Kind.FUNDED else ("Amount",),
        lines=lines,
        notes=[note_of(journal.kind)],
    )


def facts_of(hold: Hold, engagement: Engagement, journal: Journal, *, is_pay: bool) -> list[tuple[str, str]]:
    order = hold.payment_request
    facts = [
        ("For", str(engagement.student if is_pay else engagement.company)),
        ("Project", str(engagement)),
        ("Company" if is_pay else "Student", str(engagement.company if is_pay else engagement.student)),
        ("Date", day(journal.occurred_at)),
        ("Currency", settings.CURRENCY.upper()),
        ("Through", settings.SITE_NAME),
    ]
    if order is not None and order.po_number and not is_pay:
        facts.append(("Purchase order", order.po_number))
    assert journal.stripe_id is not None  # each kind that has a receipt is of an object at Stripe
    return [*facts, ("Stripe’s reference", journal.stripe_id)]


def lines_of_charge(hold: Hold, journal: Journal) -> list[Line]:
    """A charge by deliverables; the platform fee is cut so that all adds up to what was charged."""
    lines, shares, fees = [], 0, 0
    for share in sorted(hold.shares.all(), key=lambda share: share.deliverable.number):
        shares += share.amount_cents
        fee = fee_part(hold.platform_fee_cents, hold.student_fee_cents, shares, fees)
        fees += fee
        student, platform = Money(share.amount_cents), Money(fee)
        lines.append(
            Line(journal.occurred_at, (str(share.deliverable),), (student, platform, student + platform))
        )
    return lines


def line_of(move: Numbered) -> Line:
    journal, change = move.journal, move.change
    about = parts_of([journal.operation_id]).get(journal.operation_id)
    amount = change.sent or change.returned or change.charged
    words = " · ".join(filter(None, (WORDS[Kind(journal.kind)], about)))
    return Line(journal.occurred_at, (words,), (amount,))


def note_of(kind: str) -> str:
    if kind in OF_STUDENT:
        return (
            "This is the posted fee in full. No tax was taken off, and Stripe pays it into your bank account."
        )
    if kind == Kind.FUNDED:
        return "The money is held until each part is approved. The platform fee is earned part by part."
    return "Banks show a refund within 5 to 10 business days."
