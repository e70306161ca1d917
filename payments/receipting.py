"""What a receipt says: the same three columns for both sides, and every move of the money."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.kernel.money import Money, fee_part, total
from payments.ledger.models import Entry, Journal
from payments.models import Hold, LeavingPay, Refund

WORDS = {
    Journal.Kind.FUNDED: "Charged to the card and held",
    Journal.Kind.RELEASE: "Released to the student, with the platform’s part",
    Journal.Kind.RELEASE_UNDONE: "Release taken back before it was sent",
    Journal.Kind.LEAVING: "Released to the student, who left because promised materials stayed away",
    Journal.Kind.TRANSFER: "Sent to the student",
    Journal.Kind.REFUND: "Refund decided",
    Journal.Kind.REFUND_UNDONE: "Refund withdrawn: the bank gave the money back itself",
    Journal.Kind.REFUND_BOOKED: "Refunded to the card",
    Journal.Kind.REFUND_FAILED: "The refund came back from the bank",
    Journal.Kind.REVERSAL: "Taken back from the student, after a finding of fraud",
    Journal.Kind.DISPUTE_MOVED: "Moved by the bank, which took the payment back or gave it back",
    Journal.Kind.DISPUTE_LOST: "The bank kept it: taken from what nobody handed in, the rest is borne by the site",
    Journal.Kind.DISPUTE_RECOVERED: "Won back from the bank",
}


COLUMNS = ("Employer pays", "Student receives", "Platform fee")


@dataclass(frozen=True)
class Row:
    """One line: what the employer pays, of it the student's, of it the platform's."""

    label: str
    amounts: tuple[Money, Money, Money]
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Receipt:
    columns: tuple[str, str, str]
    rows: list[Row]
    totals: tuple[Money, Money, Money]


@dataclass(frozen=True)
class Move:
    what: str
    amount: Money
    at: datetime


def receipt_for(hold: Hold) -> Receipt:
    """The hold by deliverables, then what was given back; the platform fee is cut so that all adds up."""
    rows, shares, fees = [], 0, 0
    parts = hold.shares.select_related("deliverable", "refund__operation").order_by("deliverable__number")
    for share in parts:
        shares += share.amount_cents
        fee = fee_part(hold.platform_fee_cents, hold.student_fee_cents, shares, fees)
        fees += fee
        student, platform = Money(share.amount_cents), Money(fee)
        done = share.deliverable.approved_at
        note = share.deliverable.get_status_display()
        rows.append(Row(str(share.deliverable), (student + platform, student, platform), done, note))
    left = LeavingPay.objects.filter(hold=hold).select_related("refund", "hold__engagement").first()
    rows += rows_of_leaving(left) if left else []
    rows += [given_back(share.refund) for share in parts if hasattr(share, "refund")]
    employer, student, platform = (total([row.amounts[n] for row in rows]) for n in range(3))
    return Receipt(COLUMNS, rows, (employer, student, platform))


def rows_of_leaving(left: LeavingPay) -> list[Row]:
    """What was not handed in goes back whole, and of it the student is paid for leaving."""
    student, platform = Money(left.share_cents), Money(left.platform_fee_cents)
    note, pay = "Promised materials stayed away.", left.amount
    return [
        Row("Ended without a delivery", (-(student + platform), -student, -platform), left.decided_at, note),
        Row("Leaving pay", (pay, pay, Money(0)), left.sent_at or left.decided_at, "Without a platform fee."),
    ]


def given_back(refund: Refund) -> Row:
    student, platform = Money(refund.student_cents), Money(refund.platform_fee_cents)
    at, note = refund.operation.done_at, "Nothing was handed in."
    label = f"{refund.share.deliverable}: {'given back' if at else 'on its way back'} to the card"
    return Row(label, (-refund.amount, -student, -platform), at or refund.decided_at, note)


def moves_of(hold: Hold) -> list[Move]:
    """Every journal of this hold in words, oldest first, each with the sum of its debits."""
    journals = Journal.objects.filter(hold_id=hold.pk, kind__in=WORDS).order_by("pk")
    sums: dict[int, int] = {}
    for entry in Entry.objects.filter(journal__in=journals, amount_cents__gt=0):
        sums[entry.journal_id] = sums.get(entry.journal_id, 0) + entry.amount_cents
    return [Move(WORDS[Journal.Kind(j.kind)], Money(sums[j.pk]), j.occurred_at) for j in journals]
