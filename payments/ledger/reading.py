"""What stands in the book, and whether it agrees with itself."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from uuid import UUID

from django.conf import settings
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from marketplace.kernel.money import Money
from marketplace.kernel.statements import prepared
from payments.ledger.chart import Code, Scope
from payments.ledger.models import Account, Entry, Journal

RELEASES = (Journal.Kind.RELEASE, Journal.Kind.RELEASE_UNDONE)
NOTHING = Money(0)


@dataclass(frozen=True)
class HoldBalances:
    """What of one hold lies where. All zero before the capture and after everything is paid out."""

    held: Money = NOTHING
    student_payable: Money = NOTHING
    refund_payable: Money = NOTHING
    clawback_held: Money = NOTHING

    def __bool__(self) -> bool:
        """Whether anything is still open."""
        return any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True)
class Released:
    """The shares promised to the student so far and the fee recognised with them, without undone ones."""

    share: Money
    fee: Money


@dataclass(frozen=True)
class TrialBalance:
    """The sum of each code in each currency, each in its account's own direction."""

    sums: dict[tuple[str, Code], int]

    @property
    def difference(self) -> dict[str, int]:
        """Debits less credits by currency, where they differ: always empty."""
        totals: dict[str, int] = {}
        for (currency, code), cents in self.sums.items():
            totals[currency] = totals.get(currency, 0) + cents * code.side
        return {currency: cents for currency, cents in totals.items() if cents}


@dataclass(frozen=True)
class Discrepancy:
    """A guarded account whose running balance (None: no row) is not the sum of its entries."""

    account_id: int
    posted: int | None
    entries: int


def balance(code: Code, scope: UUID | str | int | None = None) -> Money:
    """The balance of one account in its own direction: what a liability owes, what an asset holds."""
    account = Account.objects.filter(code=code, currency=settings.CURRENCY)
    account = account.filter(scope_id=None if scope is None else str(scope))
    if code.guarded:
        return Money(account.values_list("balance__posted_cents", flat=True).first() or 0)
    entries = Entry.objects.filter(account__in=account)
    return Money((entries.aggregate(cents=Sum("amount_cents"))["cents"] or 0) * code.side)


def balances_of(hold: UUID) -> HoldBalances:
    return balances_of_holds([hold])[hold]


def balances_of_holds(holds: Iterable[UUID]) -> dict[UUID, HoldBalances]:
    """The balances of many holds by one query; zeros for one that was never funded."""
    found: dict[str, dict[str, Money]] = {str(hold): {} for hold in holds}
    rows = Account.objects.filter(
        scope_type=Scope.HOLD, scope_id__in=found, currency=settings.CURRENCY, guarded=True
    ).values_list("scope_id", "code", "balance__posted_cents")
    for scope, code, cents in rows:
        found[scope or ""][Code(code).name.lower()] = Money(cents)
    return {UUID(scope): HoldBalances(**amounts) for scope, amounts in found.items()}


def released_so_far(hold: UUID) -> Released:
    return released_of_holds([hold])[hold]


def released_of_holds(holds: Collection[UUID]) -> dict[UUID, Released]:
    """What was released of many holds, by one query; zeros where nothing was."""
    with prepared() as cursor:
        cursor.execute(
            """
            SELECT j.hold_id, coalesce(sum(-e.amount_cents) FILTER (WHERE a.code = %s), 0)::bigint,
                coalesce(sum(-e.amount_cents) FILTER (WHERE a.code = %s), 0)::bigint
            FROM ledger_journal j
            JOIN ledger_entry e ON e.journal_id = j.id JOIN ledger_account a ON a.id = e.account_id
            WHERE j.hold_id = ANY(%s::uuid[]) AND j.kind = ANY(%s::text[]) GROUP BY j.hold_id
            """,
            [int(Code.STUDENT_PAYABLE), int(Code.PLATFORM_FEE), list(holds), list(RELEASES)],
        )
        found = {hold: Released(Money(share), Money(fee)) for hold, share, fee in cursor.fetchall()}
    return {hold: found.get(hold, Released(NOTHING, NOTHING)) for hold in holds}


def trial_balance() -> TrialBalance:
    rows = Entry.objects.values_list("currency", "account__code").annotate(cents=Sum("amount_cents"))
    return TrialBalance({(currency, Code(code)): cents * Code(code).side for currency, code, cents in rows})


def verify() -> list[Discrepancy]:
    """Recompute every guarded balance from its entries; empty when all agree."""
    entries = (
        Entry.objects.filter(account=OuterRef("pk")).values("account").annotate(cents=Sum("amount_cents"))
    )
    rows = (
        Account.objects.filter(guarded=True)
        .annotate(computed=Coalesce(Subquery(entries.values("cents")), 0) * F("normal"))
        .values_list("pk", "balance__posted_cents", "computed")
    )
    return [Discrepancy(pk, posted, computed) for pk, posted, computed in rows if posted != computed]
