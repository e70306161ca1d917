"""Charges: a card authorised, captured, expired."""

from typing import Any
from zlib import crc32

import stripe

from payments.sandbox import annotations, events, money
from payments.sandbox.clock import DAY, MINUTE, midnight_after
from payments.sandbox.money import CARDS, Movement
from payments.sandbox.objects import cards, refunds
from payments.sandbox.objects.cards import Card, Details, expiry
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

AUTHORISATION = 7 * DAY  # how long most card networks keep an authorisation
DAYS_TO_AVAILABLE = 2
TROUBLE_AFTER = MINUTE  # what a test card stands for happens so long after it was charged


def retrieve(ctx: Context, params: Body, charge: str) -> Body:
    return present(ctx, ctx.need("charge", charge))


def make(ctx: Context, intent: Body, card: Card, details: Details, *, decline: str | None = None) -> Body:
    """A charge on this card for the whole intent: authorised, or failed with the bank's reason."""
    manual = intent["capture_method"] == "manual" and not decline
    month, year = expiry(details.expiry) or (12, 2034)
    shown = annotations.blank(
        stripe.Charge.PaymentMethodDetails.Card,
        amount_authorized=intent["amount"],
        brand=card.brand,
        capture_before=ctx.now + AUTHORISATION if manual else None,
        checks={"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        country="US",
        exp_month=month,
        exp_year=year,
        fingerprint=fingerprint(card, intent),
        funding="credit",
        last4=card.last4,
        network=card.brand,
    )
    return ctx.make(
        stripe.Charge,
        private={"card": card.number},
        id=ctx.new_id("ch_"),
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        billing_details=_billed(details.name, intent["receipt_email"]),
        captured=False,
        created=ctx.now,
        currency=intent["currency"],
        disputed=False,
        failure_code="card_declined" if decline else None,
        failure_message=decline,
        fraud_details={},
        livemode=False,
        metadata=intent["metadata"],
        outcome=_outcome(card, decline),
        paid=not decline,
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        payment_method_details={"card": shown, "type": "card"},
        refunded=False,
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
        status="failed" if decline else "succeeded",
        transfer_group=intent["transfer_group"],
    )


def fingerprint(card: Card, intent: Body) -> str:
    """Of the card and its payer: everybody here pays with the same few numbers, as if each were their own."""
    payer = str(intent["receipt_email"] or "")
    return f"sandbox{card.last4}{crc32(payer.encode()):08x}"


def _billed(name: str, email: str | None) -> dict[str, Any]:
    nowhere = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": nowhere, "email": email, "name": name or None, "phone": None, "tax_id": None}


def _outcome(card: Card, decline: str | None) -> dict[str, Any]:
    values: dict[str, Any] = {"risk_level": "normal", "type": "authorized"}
    values["network_status"] = "approved_by_network"
    values["seller_message"] = "Payment complete."
    if decline:
        values |= {
            "network_status": "declined_by_network",
            "type": "issuer_declined",
            "reason": card.declined,
        }
        values["seller_message"] = "The bank returned a decline."
    return annotations.blank(stripe.Charge.Outcome, **values)


def capture(ctx: Context, charge: Body, cents: int, *, late: int) -> Body:
    """Take the money. The balance transaction follows `late` seconds after, at once when that is 0."""
    charge["captured"] = True
    charge["amount_captured"] = cents
    charge["amount_refunded"] = charge["amount"] - cents  # what a partial capture lets go
    ctx.not_at("authorisation_expires", charge["payment_intent"])
    if late:
        ctx.at(ctx.now + late, "charge_booked", charge["id"])
    else:
        _book(ctx, charge)
    ctx.store.save(charge)
    _bring_trouble(ctx, charge)
    return charge


def card_of(ctx: Context, charge_id: str) -> Card | None:
    return cards.CARDS.get(ctx.store.private(charge_id).get("card", ""))


def _bring_trouble(ctx: Context, charge: Body) -> None:
    card = card_of(ctx, charge["id"])
    if card and card.disputed:
        ctx.at(ctx.now + TROUBLE_AFTER, "disputed_by_card", f"{charge['id']}|{card.disputed}")
    if card and card.warned:
        ctx.at(ctx.now + TROUBLE_AFTER, "warned_by_card", charge["id"])


def _book(ctx: Context, charge: Body) -> None:
    cents = charge["amount_captured"]
    card = card_of(ctx, charge["id"])
    at_once = card is not None and card.at_once
    movement = Movement(
        owner=PLATFORM,
        kind="charge",
        cents=cents,
        currency=charge["currency"],
        against=CARDS,
        source=charge["id"],
        available_on=ctx.now if at_once else midnight_after(ctx.now, business_days=DAYS_TO_AVAILABLE),
        fee=money.card_fee(cents),
        description=charge["description"],
    )
    charge["balance_transaction"] = money.book(ctx, movement)["id"]


def booked(ctx: Context, charge_id: str) -> None:
    """Timer: the balance transaction of a captured charge appears."""
    charge = ctx.need("charge", charge_id)
    _book(ctx, charge)
    ctx.store.save(charge)
    events.emit(ctx, "charge.updated", charge, before={"balance_transaction": None})
    refunds.settle_waiting(ctx)


def let_go(ctx: Context, charge: Body) -> Body:
    """An authorisation that will never be captured: the bank gives the card's room back."""
    charge |= {"amount_refunded": charge["amount"], "refunded": True}
    ctx.store.save(charge)
    return charge
