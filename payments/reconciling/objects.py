"""What hangs at Stripe on the holds that moved lately is what our operations did: nothing else, and nothing less.

It finds what somebody did by hand in Stripe's Dashboard.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from marketplace.kernel.money import Money
from payments import operations, stripe_gateway
from payments.ledger import Journal
from payments.models import Hold, Operation
from payments.operations.planning import unapplied_payment
from payments.reconciling.balancing import Check
from payments.stripe_gateway import Done

Kind = Operation.Kind
MOVING = {Kind.TRANSFER, Kind.REVERSAL, Kind.REFUND}
LATELY = timedelta(hours=36)
ON_ITS_WAY = timedelta(minutes=30)
KINDS = ("object_foreign", "object_missing", "object_differs")

Causes = dict[str, dict[str, str]]


def compare_objects(*, since: datetime | None, at: datetime) -> Check:
    """Of every hold that the book touched since then. Raises StripeFailed."""
    touched = Journal.objects.filter(posted_at__gte=since or at - LATELY).exclude(hold_id=None)
    holds = Hold.objects.filter(pk__in=touched.values("hold_id")).order_by("pk")
    causes: Causes = {kind: {} for kind in KINDS}
    for hold in holds:
        for kind, found in compare_hold(hold, at=at).items():
            causes[kind] |= found
    for kind, found in causes.items():
        operations.ring_all(kind, found, at=at)
    red = {subject: words for found in causes.values() for subject, words in found.items()}
    return Check(
        "objects", not red, "; ".join(red.values()) or f"{len(holds)} holds are as we left them.", red
    )


def compare_hold(hold: Hold, *, at: datetime) -> Causes:
    there = {one.id: one for one in objects_of(hold)}
    mine = {o.stripe_id: o for o in hold.operations.filter(kind__in=MOVING).exclude(stripe_id=None)}
    young = {str(o.pk) for o in hold.operations.filter(kind__in=MOVING, status__in=Operation.OPEN)}
    foreign = {
        pk: f"{pk} over {cents_of(one)} at hold {hold.public_id}."
        for pk, one in there.items()
        if pk not in mine and not (one.operation_id in young or is_young(one, at=at))
    }
    missing = {
        str(o.pk): f"{o.kind} {pk} over {o.amount}."
        for pk, o in mine.items()
        if o.status == "succeeded" and pk not in there
    }
    differs = {
        str(o.pk): f"{pk} is over {cents_of(there[pk])}, the operation over {o.amount}."
        for pk, o in mine.items()
        if pk in there and there[pk].amount_cents not in (None, o.amount_cents)
    }
    return {"object_foreign": foreign, "object_missing": missing, "object_differs": differs}


def objects_of(hold: Hold) -> Iterable[Done]:
    """Its transfers, what was taken back of them, and its refunds but for those of cancelled reservations."""
    for transfer in stripe_gateway.transfers_in(hold.transfer_group):
        yield transfer
        yield from stripe_gateway.reversals_of(transfer.id)
    others = map(unapplied_payment, hold.operations.filter(kind=Kind.REFUND))
    for payment in sorted(filter(None, {hold.payment_intent, *others})):
        for refund in stripe_gateway.refunds_of(payment):
            if refund.operation_id or refund.booking is not None:
                yield refund


def cents_of(one: Done) -> str:
    return str(Money(one.amount_cents or 0))


def is_young(one: Done, *, at: datetime) -> bool:
    """Perhaps the operation that made it has not heard of it yet."""
    return bool(one.operation_id) and one.at is not None and one.at > at - ON_ITS_WAY
