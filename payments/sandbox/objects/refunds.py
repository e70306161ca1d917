"""Refunds: money of the platform's that goes back to a card, at once or when there is enough."""

from typing import Any

import stripe

from payments.sandbox import events, labels, listing, money
from payments.sandbox.clock import DAY
from payments.sandbox.errors import invalid, refused
from payments.sandbox.money import CARDS, Movement
from payments.sandbox.objects import claims, fraud_warnings
from payments.sandbox.objects.cards import CARDS as TEST_CARDS
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

CARD_ANSWERS_AFTER = DAY  # when a test card's bank says what became of a refund


def list_refunds(ctx: Context, params: Body) -> Body:
    return listing.page(ctx, "refund", params, url="/v1/refunds", fields=("payment_intent", "charge"))


def retrieve(ctx: Context, params: Body, refund: str) -> Body:
    return present(ctx, ctx.need("refund", refund))


def create(ctx: Context, params: Body) -> Body:
    charge = _charge(ctx, params)
    lost = claims.lost_cents(ctx, charge["id"])
    remaining = charge["amount_captured"] - _given_back(ctx, charge) - lost
    if not charge["captured"]:
        raise refused(
            f"Charge {charge['id']} has not been captured; cancel its PaymentIntent instead.",
            code="charge_not_refundable",
        )
    if claims.of(ctx, charge["id"], claims.OPEN) or (lost and remaining <= 0):
        raise refused(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    if remaining <= 0:
        raise refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    cents = params.get("amount", remaining)
    if cents < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if cents > remaining:
        raise refused(
            f"Refund amount ({cents}) is greater than unrefunded amount on charge ({remaining}).",
            param="amount",
        )
    refund = _make(ctx, charge, cents, params, status="pending", way="refund")
    _settle(ctx, refund, charge)
    charge["amount_refunded"] += cents
    charge["refunded"] = charge["amount_refunded"] >= charge["amount"]
    ctx.store.save(charge)
    events.emit(ctx, "refund.created", refund)
    events.emit(ctx, "charge.refunded", charge)
    if charge["refunded"]:
        claims.refunded_in_full(ctx, charge)
        fraud_warnings.settle(ctx, charge["id"])
    _follow_card(ctx, refund)
    return present(ctx, refund)


def _card_says(ctx: Context, charge_id: str) -> str | None:
    card = TEST_CARDS.get(ctx.store.private(charge_id).get("card", ""))
    return card.refund if card else None


def _follow_card(ctx: Context, refund: Body) -> None:
    if _card_says(ctx, refund["charge"]):
        ctx.at(ctx.now + CARD_ANSWERS_AFTER, "refund_answered", refund["id"])


def answered(ctx: Context, refund_id: str) -> None:
    """Timer: the bank of a test card says what became of a refund."""
    refund = ctx.need("refund", refund_id)
    if refund["status"] in ("failed", "canceled"):
        return
    if _card_says(ctx, refund["charge"]) == "fails":
        fail(ctx, refund, "expired_or_canceled_card")
    else:
        settle_waiting(ctx)


def _charge(ctx: Context, params: Body) -> Body:
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid(
            "You must provide one of payment_intent or charge.", code="parameter_missing", param="charge"
        )
    if "charge" in params:
        return ctx.need("charge", params["charge"], param="charge")
    intent = ctx.need("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["latest_charge"] is None or intent["status"] == "requires_payment_method":
        raise refused(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return ctx.need("charge", intent["latest_charge"])


def _given_back(ctx: Context, charge: Body) -> int:
    found = ctx.store.find("refund", charge=charge["id"])
    return sum(r["amount"] for r in found if r["status"] not in ("failed", "canceled"))


def _make(ctx: Context, charge: Body, cents: int, params: Body, *, status: str, way: str) -> Body:
    shown: dict[str, Any] = {"card": {"type": way}, "type": "card"}
    return ctx.make(
        stripe.Refund,
        account=PLATFORM,
        id=ctx.new_id("re_"),
        amount=cents,
        charge=charge["id"],
        created=ctx.now,
        currency=charge["currency"],
        destination_details=shown,
        metadata=labels.merged({}, params.get("metadata")),
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=params.get("reason"),
        status=status,
    )


def of_authorisation(ctx: Context, charge: Body) -> Body:
    """What a canceled authorisation leaves: a refund that moves no money and has no balance transaction."""
    refund = _make(ctx, charge, charge["amount"], {}, status="succeeded", way="reversal")
    events.emit(ctx, "refund.created", refund)
    return refund


def _settle(ctx: Context, refund: Body, charge: Body) -> bool:
    """Book the refund if the charge is booked and the platform has the money; else say what it waits for."""
    slow = _card_says(ctx, charge["id"]) == "succeeds"
    if charge["balance_transaction"] is None:
        refund["pending_reason"] = "charge_pending"
    elif slow and ctx.now < refund["created"] + CARD_ANSWERS_AFTER:
        refund["pending_reason"] = "processing"
    elif money.available(ctx, PLATFORM, refund["currency"]) < refund["amount"]:
        refund["pending_reason"] = "insufficient_funds"
    else:
        movement = Movement(
            owner=PLATFORM,
            kind="refund",
            cents=-refund["amount"],
            currency=refund["currency"],
            against=CARDS,
            source=refund["id"],
            available_on=ctx.now,
        )
        refund |= {"status": "succeeded", "pending_reason": None}
        refund["balance_transaction"] = money.book(ctx, movement)["id"]
    ctx.store.save(refund)
    return bool(refund["status"] == "succeeded")


def fail(ctx: Context, refund: Body, reason: str) -> Body:
    """The bank sends a refund back, up to 30 days later; what was booked comes back under an own transaction."""
    if refund["status"] in ("failed", "canceled"):
        raise ValueError(f"{refund['id']} is {refund['status']} already.")
    charge = ctx.need("charge", refund["charge"])
    before = {"status": refund["status"]}
    refund |= {"status": "failed", "failure_reason": reason, "pending_reason": None}
    if refund["balance_transaction"]:
        movement = Movement(
            owner=PLATFORM,
            kind="refund_failure",
            cents=refund["amount"],
            currency=refund["currency"],
            against=CARDS,
            source=refund["id"],
            available_on=ctx.now,
        )
        refund["failure_balance_transaction"] = money.book(ctx, movement)["id"]
    ctx.store.save(refund)
    charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
    ctx.store.save(charge)
    events.emit(ctx, "refund.updated", refund, before=before)
    events.emit(ctx, "refund.failed", refund)
    return refund


def settle_waiting(ctx: Context) -> None:
    """Whenever money comes in: the refunds that wait, oldest first."""
    for refund in ctx.store.find("refund", status="pending"):
        charge = ctx.need("charge", refund["charge"])
        before = {"status": "pending", "pending_reason": refund["pending_reason"]}
        if _settle(ctx, refund, charge):
            events.emit(ctx, "refund.updated", refund, before=before)
