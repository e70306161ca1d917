"""Reading the book line by line, for operators: sums by account, accounts, entries, and the whole as rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from payments.ledger.chart import Code
from payments.ledger.models import Account, Entry, Journal

FACTS = ("fund", "unapplied", "transfer", "re", "re-fail", "bt", "release", "release-void", "refund")
"""What stands before an id in the business key of its journal (`journals`)."""


@dataclass(frozen=True)
class CodeSum:
    """One code of the chart in one currency: what was debited and credited in all, in cents."""

    code: Code
    currency: str
    debit: int
    credit: int

    @property
    def name(self) -> str:
        return self.code.name.replace("_", " ").capitalize()

    @property
    def balance(self) -> int:
        """In the account's own direction: what a liability owes, what an asset holds."""
        return (self.debit - self.credit) * self.code.side


def sums_by_code() -> list[CodeSum]:
    """Every code that was ever used, in the order of the chart, by one query."""
    rows = (
        Entry.objects.values_list("currency", "account__code")
        .annotate(
            debit=Sum("amount_cents", filter=Q(amount_cents__gt=0), default=0),
            credit=Sum(-F("amount_cents"), filter=Q(amount_cents__lt=0), default=0),
        )
        .order_by("currency", "account__code")
    )
    return [CodeSum(Code(code), currency, debit, credit) for currency, code, debit, credit in rows]


def accounts_of(code: Code) -> "QuerySet[Account]":
    """The accounts of one code with the `cents` of each in its own direction; newest first."""
    sums = Sum("entries__amount_cents", default=0) * F("normal")
    return Account.objects.filter(code=code).annotate(cents=sums).order_by("-pk")


def entries_of(account: Account) -> "QuerySet[Entry]":
    """Newest first; an index on the account and the id serves each page."""
    return Entry.objects.filter(account=account).select_related("journal").order_by("-pk")


def journals_about(words: str, holds: list[UUID], operations: list[UUID]) -> "QuerySet[Journal]":
    """By the id of anything at Stripe, a whole business key, or what our own rows are known by; by indexes alone."""
    keys = [words, *(f"{fact}:{name}" for fact in FACTS for name in (words, *map(str, operations)))]
    about = Q(business_key__in=keys) | Q(stripe_bt=words)
    if holds:
        about |= Q(hold_id__in=holds)
    return Journal.objects.filter(about).order_by("-pk")


def rows_between(since: datetime, before: datetime) -> Iterator[Entry]:
    """Every line of the journals of that time, in the order of the book, a few thousand at once in memory."""
    lines = Entry.objects.filter(journal__occurred_at__gte=since, journal__occurred_at__lt=before)
    return lines.select_related("journal", "account").order_by("journal_id", "line").iterator(2000)
