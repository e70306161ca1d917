"""Where money stands, as people see it: each line of the book in the column of whoever it is for.

A journal sums to zero, so what came in is always what the other columns hold together, whatever happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet, Sum

from marketplace.kernel.money import Money
from payments.ledger.chart import Code
from payments.ledger.models import Entry, Journal
from payments.ledger.reading import NOTHING


class Column(StrEnum):
    """Whose a cent is."""

    CHARGED = "charged"
    HELD = "held"
    PROMISED = "promised"
    SENT = "sent"
    FEE = "fee"
    RETURNING = "returning"
    RETURNED = "returned"
    TAKEN = "taken"
    DISPUTED = "disputed"
    BORNE = "borne"


BY_CODE = {
    Code.HELD: Column.HELD,
    Code.CLAWBACK_HELD: Column.HELD,
    Code.UNAPPLIED: Column.HELD,
    Code.STUDENT_PAYABLE: Column.PROMISED,
    Code.PLATFORM_FEE: Column.FEE,
    Code.REFUND_PAYABLE: Column.RETURNING,
    Code.DISPUTE_SUSPENSE: Column.DISPUTED,
    Code.DISPUTE_FEE: Column.TAKEN,
}
"""What no line of this table names is borne by the platform: losses, goodwill, what somebody owes it."""

AT_STRIPE = {Code.BANK, Code.STRIPE_BALANCE, Code.STRIPE_RESERVED, Code.PROCESSING_FEE, Code.CONNECT_FEE}
BY_KIND: dict[str, Column] = {
    Journal.Kind.FUNDED: Column.CHARGED,
    Journal.Kind.UNAPPLIED: Column.CHARGED,
    Journal.Kind.TRANSFER: Column.SENT,
    Journal.Kind.REVERSAL: Column.SENT,
    Journal.Kind.REFUND_BOOKED: Column.RETURNED,
    Journal.Kind.REFUND_FAILED: Column.RETURNED,
    Journal.Kind.REFUND_OTHERWISE: Column.RETURNED,
}
"""What money that moves at Stripe means, by the kind of its journal; of all other kinds it is the bank's."""


def column_of(kind: str, code: int) -> Column:
    if code in AT_STRIPE:
        return BY_KIND.get(kind, Column.TAKEN)
    return BY_CODE.get(Code(code), Column.BORNE)


@dataclass(frozen=True)
class Standing:
    """What came in, and where it is: `charged` is the sum of all the others."""

    charged: Money = NOTHING
    held: Money = NOTHING
    promised: Money = NOTHING
    sent: Money = NOTHING
    fee: Money = NOTHING
    returning: Money = NOTHING
    returned: Money = NOTHING
    taken: Money = NOTHING
    disputed: Money = NOTHING
    borne: Money = NOTHING

    def __add__(self, other: "Standing") -> "Standing":
        return Standing(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def student(self) -> Money:
        """The student's: what is promised and what was sent."""
        return self.promised + self.sent

    @property
    def back(self) -> Money:
        """The employer's: what is on its way to the card and what is there."""
        return self.returning + self.returned

    @property
    def bank(self) -> Money:
        """What a bank keeps: what it has taken, less what is not decided yet and counts where it was before."""
        return self.taken + self.disputed

    @property
    def adds_up(self) -> bool:
        return self.charged == self.held + self.student + self.fee + self.back + self.bank + self.borne


Sums = Iterable[tuple[str, int, int]]


def standing(sums: Sums) -> Standing:
    """From rows of kind, code and cents (debits positive)."""
    cents: dict[str, int] = dict.fromkeys(Column, 0)
    for kind, code, amount in sums:
        column = column_of(kind, code)
        cents[column] += amount if column is Column.CHARGED else -amount
    return Standing(**{name: Money(amount) for name, amount in cents.items()})


def standing_of(journals: "QuerySet[Journal]") -> Standing:
    """Of all these journals together, summed by the database in one query."""
    entries = Entry.objects.filter(journal__in=journals)
    return standing(entries.values_list("journal__kind", "account__code").annotate(cents=Sum("amount_cents")))


def standing_of_each(holds: Iterable[UUID]) -> dict[UUID, Standing]:
    """Of each of these holds, in one query; nothing for one that was never charged."""
    sums: dict[UUID, list[tuple[str, int, int]]] = {pk: [] for pk in holds}
    rows = Entry.objects.filter(journal__hold_id__in=list(sums)).values_list(
        "journal__hold_id", "journal__kind", "account__code"
    )
    for hold, *row in rows.annotate(cents=Sum("amount_cents")):
        sums[hold].append(tuple(row))
    return {pk: standing(of_hold) for pk, of_hold in sums.items()}


def changes_of(journals: "QuerySet[Journal]") -> list[tuple[Journal, Standing]]:
    """Each of these journals with what it changed, in their order, in two queries."""
    found = list(journals)
    sums: dict[int, list[tuple[str, int, int]]] = {journal.pk: [] for journal in found}
    kinds = {journal.pk: journal.kind for journal in found}
    lines = Entry.objects.filter(journal__in=list(sums)).values_list(
        "journal_id", "account__code", "amount_cents"
    )
    for pk, code, cents in lines:
        sums[pk].append((kinds[pk], code, cents))
    return [(journal, standing(sums[journal.pk])) for journal in found]
