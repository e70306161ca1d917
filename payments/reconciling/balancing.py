"""Is there as much money as the book says, does the book agree with itself, and is what we owe covered?"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum

from marketplace.kernel.money import Money, in_currency
from payments import ledger, operations, stripe_gateway
from payments.ledger import Code, Journal
from payments.ledger.chart import Scope
from payments.models import Account, Alarm, BalanceTransaction, Entry, Hold
from payments.reconciling import matching
from payments.stripe_gateway import Funds

READS = 3  # of the balance, until two with all bookings between them are equal
LIABILITIES = (2000, 2999)


@dataclass(frozen=True)
class Check:
    """One comparison and its outcome; `causes` are what rings, by subject."""

    name: str
    is_green: bool
    words: str
    causes: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Fence:
    """The balance at Stripe at a moment of which we have every booking."""

    funds: Funds
    newest: str
    read_until: datetime | None


class Moving(Exception):
    """The balance went on changing while it was read: try again soon."""

    def __init__(self) -> None:
        super().__init__("the balance at Stripe went on changing while it was read. Try again in a minute.")


def fence(read_until: datetime | None, *, at: datetime) -> Fence:
    """Read the balance, import every booking, read it again: equal reads have nothing between them.

    Raises Moving, StripeFailed.
    """
    before = stripe_gateway.balance()
    for _ in range(READS):
        read_until = matching.import_transactions(read_until, at=at)
        after = stripe_gateway.balance()
        if after == before:
            newest = BalanceTransaction.objects.order_by("-created_at", "-pk").values_list("pk", flat=True)
            return Fence(after, newest.first() or "", read_until)
        before = after
    raise Moving


def compare_balance(read_until: datetime | None, *, at: datetime) -> tuple[Fence, Check]:
    """Σ(1000) + Σ(1100) is available + pending + reserved, but for what is on its way into the book or from it.

    What others book between the readings looks like a difference, so one rings where two fences show the same.
    Raises Moving, StripeFailed.
    """
    before: dict[str, str] = {}
    found, causes = compared(read_until, at=at)
    for _ in range(READS):
        if causes == before:  # nothing, or the same once more
            break
        before, (found, causes) = causes, compared(found.read_until, at=at)
    else:
        raise Moving
    operations.follow("balance_differs", causes, at=at)
    return found, Check("balance", not causes, "; ".join(causes.values()) or "Equal to the cent.", causes)


def compared(read_until: datetime | None, *, at: datetime) -> tuple[Fence, dict[str, str]]:
    """A fence, and what differs there by currency."""
    causes, found = {}, fence(read_until, at=at)
    matching.match(at=at)
    for currency in sorted(found.funds.currencies | {settings.CURRENCY}):
        ours, theirs = at_stripe(currency), found.funds.total(currency)
        if ours - theirs != on_its_way(currency, at=at):
            said, heard, less = (in_currency(cents, currency) for cents in (ours, theirs, ours - theirs))
            causes[currency] = f"Our book says {said}, Stripe {heard}: {less} of difference."
    return found, causes


def at_stripe(currency: str) -> int:
    mine = Entry.objects.filter(
        currency=currency, account__code__in=[Code.STRIPE_BALANCE, Code.STRIPE_RESERVED]
    )
    return int(mine.aggregate(cents=Sum("amount_cents"))["cents"] or 0)


def on_its_way(currency: str, *, at: datetime) -> int:
    """What may be in one of both only: booked by us and not seen yet, less seen and not booked by us yet."""
    young = at - matching.PATIENCE
    journals = Journal.objects.filter(posted_at__gte=young, balance_transaction=None)
    ours = Entry.objects.filter(
        journal__in=journals, currency=currency, account__code=Code.STRIPE_BALANCE
    ).aggregate(cents=Sum("amount_cents"))
    theirs = (
        BalanceTransaction.objects.unmatched()
        .filter(imported_at__gt=young, currency=currency)
        .aggregate(cents=Sum("net_cents"))
    )
    return int(ours["cents"] or 0) - int(theirs["cents"] or 0)


def compare_bookings(*, at: datetime) -> Check:
    causes = matching.follow(at=at)
    found = {subject: words for kind in causes.values() for subject, words in kind.items()}
    matched = BalanceTransaction.objects.filter(journal__isnull=False).count()
    words = "; ".join(found.values()) or f"{matched} bookings, each one journal."
    return Check("bookings", not found, words, found)


def check_trial_balance(*, at: datetime) -> Check:
    difference = ledger.trial_balance().difference
    causes = {currency: in_currency(cents, currency) for currency, cents in difference.items()}
    operations.follow("trial_balance", causes, at=at)
    return Check("trial_balance", not causes, "; ".join(causes.values()) or "Debits equal credits.", causes)


def check_running_balances(*, at: datetime) -> Check:
    causes = {
        str(
            one.account_id
        ): f"Account {one.account_id} is {Money(one.posted or 0)}, its entries {Money(one.entries)}."
        for one in ledger.verify()
    }
    operations.follow("balances_differ", causes, at=at)
    return Check("running_balances", not causes, "; ".join(causes.values()) or "All are their sums.", causes)


def check_quarantine(*, at: datetime) -> Check:
    """Its bookings rang when they came; it rings anew where they were answered and nothing was put right."""
    left = ledger.balance(Code.QUARANTINE)
    causes = {str(int(Code.QUARANTINE)): f"{left} is in quarantine."} if left else {}
    if causes and not Alarm.objects.waiting().filter(kind="quarantine").exists():
        operations.ring_all("quarantine", causes, at=at)
    return Check("quarantine", not causes, "; ".join(causes.values()) or "Empty.", causes)


def check_settled_holds(*, at: datetime) -> Check:
    left = Account.objects.filter(
        scope_type=Scope.HOLD, guarded=True, balance__posted_cents__gt=0
    ).values_list("scope_id", flat=True)
    settled = Hold.objects.filter(pk__in=set(left), status=Hold.Status.SETTLED)
    causes = {str(hold.pk): f"Hold {hold.public_id}: {ledger.balances_of(hold.pk)}" for hold in settled}
    operations.follow("settled_hold_open", causes, at=at)
    return Check(
        "settled_holds", not causes, "; ".join(causes.values()) or "Nothing is left of them.", causes
    )


def owed() -> int:
    """Σ of all liabilities, in cents."""
    low, high = LIABILITIES
    mine = Entry.objects.filter(currency=settings.CURRENCY, account__code__range=(low, high))
    return -int(mine.aggregate(cents=Sum("amount_cents"))["cents"] or 0)


def check_coverage(funds: Funds, *, at: datetime) -> Check:
    """All that we owe is at Stripe, and of our own the operating float and the reserve for chargebacks."""
    own = funds.total(settings.CURRENCY) - owed()
    wanted = settings.OPERATING_FLOAT_CENTS + settings.DISPUTE_RESERVE_CENTS
    words = f"{Money(own)} of our own, {Money(wanted)} wanted, {Money(owed())} owed."
    negative = {"balance": words} if own < 0 else {}
    low = {"balance": words} if 0 <= own < wanted else {}
    operations.follow("coverage_negative", negative, at=at)
    operations.follow("float_low", low, at=at)
    return Check("coverage", not negative and not low, words, negative | low)


def figures(funds: Funds) -> dict[str, int]:
    """What is kept of each run beside its checks, in cents; coverage in thousandths."""
    currency, debts = settings.CURRENCY, owed()
    total = funds.total(currency)
    return {
        "available": funds.available.get(currency, 0),
        "pending": funds.pending.get(currency, 0),
        "reserved": funds.reserved.get(currency, 0),
        "owed": debts,
        "own": total - debts,
        "coverage_permille": total * 1000 // debts if debts else 0,
    }
