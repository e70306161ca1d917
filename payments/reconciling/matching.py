"""Every booking of Stripe is exactly one journal, and every journal that moves money at Stripe is one booking."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from marketplace.kernel.money import Money
from payments import ledger, operations, stripe_gateway
from payments.ledger import Code, Journal
from payments.models import BalanceTransaction, BankPayout
from payments.stripe_gateway import Moved

OVERLAP = timedelta(hours=1)
PATIENCE = timedelta(minutes=30)  # PAYMENTS.md 4.5: unmatched for so long rings
BATCH = 500
SHOWN = 200

Kind = Journal.Kind
Post = Callable[[BalanceTransaction], Journal]

# What is ours to book, by Stripe's type of booking (J12 to J14).
PLATFORMS: dict[str, Post] = {
    **dict.fromkeys(
        ("payout", "payout_cancel", "payout_failure", "topup", "topup_reversal"), ledger.bank_moved
    ),
    **dict.fromkeys(("stripe_fee", "stripe_fx_fee", "tax_fee"), ledger.fee_charged),
    **dict.fromkeys(
        (
            *("reserve_transaction", "reserved_funds", "reserve_hold", "reserve_release"),
            *("payout_minimum_balance_hold", "payout_minimum_balance_release"),
        ),
        ledger.reserve_moved,
    ),
}
# What an operation, a payment or a dispute books itself, when Stripe tells of it.
AWAITED = {
    *("charge", "payment", "refund", "payment_refund", "refund_failure", "payment_failure_refund"),
    *("transfer", "transfer_refund", "transfer_cancel", "transfer_failure"),
}
DISPUTES = {"dispute", "dispute_reversal"}  # reported so; their type is `adjustment`
AT_STRIPE = Q(entries__account__code=Code.STRIPE_BALANCE)
FEES = (Code.PROCESSING_FEE, Code.DISPUTE_FEE, Code.CONNECT_FEE)


def import_transactions(read_until: datetime | None, *, at: datetime) -> datetime | None:
    """Keep every booking since then, without those that move nothing; the moment of the newest.

    Raises StripeFailed; what was read until then is kept.
    """
    newest, batch = read_until, list[Moved]()
    for moved in stripe_gateway.balance_transactions(read_until - OVERLAP if read_until else None):
        newest = max(newest or moved.created_at, moved.created_at)
        if moved.amount_cents or moved.fee_cents:
            batch.append(moved)
        if len(batch) == BATCH:
            keep(batch, at=at)
            batch = []
    keep(batch, at=at)
    return newest


def keep(batch: list[Moved], *, at: datetime) -> None:
    """What was seen before must still be the same: Stripe's bookings do not change."""
    rows = {moved.id: BalanceTransaction(**vars(moved), imported_at=at) for moved in batch}
    known = BalanceTransaction.objects.in_bulk(list(rows))
    for pk, before in known.items():
        if any(getattr(before, name) != getattr(rows[pk], name) for name in ("amount_cents", "fee_cents")):
            operations.ring("bt_changed", pk, f"It was {before}, and now is {rows[pk]}.", at=at)
    missing = [row for pk, row in rows.items() if pk not in known]
    BalanceTransaction.objects.bulk_create(missing, ignore_conflicts=True)


def match(*, at: datetime) -> int:
    """Find the journal of each booking that has none, or post it where it is ours; returns how many were matched."""
    waiting = BalanceTransaction.objects.unmatched().order_by("created_at", "pk")
    return sum(match_one(pk, at=at) for pk in list(waiting.values_list("pk", flat=True)))


def match_one(pk: str, *, at: datetime) -> bool:
    with transaction.atomic():
        booked = BalanceTransaction.objects.select_for_update(of=("self",)).get(pk=pk)
        if booked.journal_id is not None:
            return False
        journal = journal_of(booked) or posted(booked, at=at)
        if journal is None:
            return False
        booked.journal = journal
        booked.save(update_fields=["journal"])
    return True


def journal_of(booked: BalanceTransaction) -> Journal | None:
    """The one that names it; or that is about the same object, moved as much and did not know its booking yet."""
    named = Journal.objects.filter(stripe_bt=booked.pk).first()
    if named is not None or not booked.source:
        return named
    unnamed = Journal.objects.filter(
        AT_STRIPE, stripe_id=booked.source, stripe_bt=None, balance_transaction=None
    )
    alike = list(at_stripe(unnamed).filter(moved=booked.net_cents)[:2])
    return alike[0] if len(alike) == 1 else None


def at_stripe(journals: QuerySet[Journal, Journal]) -> Any:
    """Each with what it moved on our balance."""
    return journals.annotate(moved=Coalesce(Sum("entries__amount_cents", filter=AT_STRIPE), 0))


def posted(booked: BalanceTransaction, *, at: datetime) -> Journal | None:
    """Its journal where it is ours to book; None where somebody else will; in quarantine where nobody knows."""
    if booked.type in PLATFORMS:
        if booked.type == "payout" and is_foreign(booked):
            amount = Money(-booked.amount_cents)
            operations.ring("payout_foreign", booked.pk, f"{amount} by {booked.source}.", at=at)
        return PLATFORMS[booked.type](booked)
    if booked.type in AWAITED or booked.reporting_category in DISPUTES:
        return None
    words = f"{booked} ({booked.reporting_category}) of {booked.source or 'nothing'}."
    operations.ring("quarantine", booked.pk, words, at=at)
    return ledger.quarantined(booked)


def is_foreign(payout: BalanceTransaction) -> bool:
    """No payout of ours asked for it, and none is on its way whose answer may be lost."""
    ours = BankPayout.objects.filter(Q(stripe_id=payout.source) | Q(status__in=BankPayout.OPEN))
    return not ours.exists()


# Detectors


def unmatched(*, at: datetime) -> dict[str, str]:
    """Bookings of which our book knew nothing when they were seen, and knows nothing yet."""
    late = BalanceTransaction.objects.unmatched().filter(imported_at__lte=at - PATIENCE)
    return {row.pk: f"{row} of {row.source}" for row in late.order_by("created_at", "pk")[:SHOWN]}


def different(*, since: datetime | None = None) -> dict[str, str]:
    """Bookings whose journal says another amount, fee or currency."""
    code = "journal__entries__account__code"
    cents = "journal__entries__amount_cents"
    rows = BalanceTransaction.objects.filter(journal__isnull=False)
    if since is not None:
        rows = rows.filter(imported_at__gte=since)
    rows = rows.annotate(
        ours=Coalesce(Sum(cents, filter=Q(**{code: Code.STRIPE_BALANCE})), 0),
        fees=Coalesce(Sum(cents, filter=Q(**{f"{code}__in": FEES})), 0),
        lines=Count("journal__entries"),
        same=Count("journal__entries", filter=Q(journal__entries__currency=F("currency"))),
    )
    by_fee = ~Q(journal__kind__in=[Kind.STRIPE_FEE]) & ~Q(fees=F("fee_cents"))
    wrong: Any = rows.filter(~Q(ours=F("net_cents")) | by_fee | ~Q(same=F("lines")))
    return {row.pk: f"{row}, in our book {Money(row.ours)}" for row in wrong.order_by("pk")[:SHOWN]}


def without_booking(*, at: datetime, since: datetime | None = None) -> dict[str, str]:
    """Journals that moved our balance at Stripe where Stripe booked nothing. Ask right after an import."""
    rows = Journal.objects.filter(posted_at__lt=at - PATIENCE, balance_transaction=None)
    if since is not None:
        rows = rows.filter(posted_at__gte=since)
    late = at_stripe(rows.filter(AT_STRIPE)).exclude(moved=0).order_by("pk")
    return {str(row.pk): f"{row.business_key}: {Money(row.moved)}" for row in late[:SHOWN]}


def follow(*, at: datetime, since: datetime | None = None) -> dict[str, dict[str, str]]:
    """Ring for all of it, or for what is younger than `since`; what was found by kind of alarm."""
    causes = {
        "bt_unmatched": unmatched(at=at),
        "bt_differs": different(since=since),
        "journal_without_bt": without_booking(at=at, since=since),
    }
    for kind, found in causes.items():
        if since is None or kind == "bt_unmatched":
            operations.follow(kind, found, at=at)
        else:
            operations.ring_all(kind, found, at=at)
    return causes
