"""Payment intents: one payment from its first try to captured or canceled."""

from typing import Any, NoReturn

import stripe

from payments.sandbox import events, labels, listing
from payments.sandbox.errors import refused
from payments.sandbox.objects import charges, refunds
from payments.sandbox.objects.cards import DECLINES, Card, Details
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")
ASYNC_BOOKING_SECONDS = 1  # `automatic_async` answers before the balance transaction is there


def list_intents(ctx: Context, params: Body) -> Body:
    return listing.page(ctx, "payment_intent", params, url="/v1/payment_intents", fields=("customer",))


def retrieve(ctx: Context, params: Body, intent: str) -> Body:
    return present(ctx, ctx.need("payment_intent", intent))


def make(ctx: Context, *, cents: int, currency: str, email: str | None, data: dict[str, Any]) -> Body:
    """The intent of a Checkout session, at the first card that is tried."""
    id_ = ctx.new_id("pi_")
    intent = ctx.make(
        stripe.PaymentIntent,
        id=id_,
        allowed_payment_method_types=["card"],
        amount=cents,
        amount_capturable=0,
        amount_received=0,
        capture_method=data.get("capture_method", "automatic_async"),
        client_secret=ctx.new_id(f"{id_}_secret_"),
        confirmation_method="automatic",
        created=ctx.now,
        currency=currency,
        description=data.get("description"),
        livemode=False,
        metadata=labels.merged({}, data.get("metadata")),
        payment_method_options={},
        payment_method_types=["card"],
        receipt_email=data.get("receipt_email", email),
        statement_descriptor=data.get("statement_descriptor"),
        statement_descriptor_suffix=data.get("statement_descriptor_suffix"),
        status="requires_payment_method",
        transfer_group=data.get("transfer_group"),
    )
    events.emit(ctx, "payment_intent.created", intent)
    return intent


def ask(ctx: Context, intent: Body, *, url: str) -> None:
    """The bank wants the payer to confirm on a page of its own."""
    step = {"return_url": url, "url": url}
    intent |= {
        "status": "requires_action",
        "next_action": {"type": "redirect_to_url", "redirect_to_url": step},
    }
    ctx.store.save(intent)
    events.emit(ctx, "payment_intent.requires_action", intent)


def fail(ctx: Context, intent: Body, *, code: str, message: str, **more: Any) -> None:
    error = {"type": "card_error", "code": code, "message": message} | more
    intent |= {"status": "requires_payment_method", "next_action": None, "last_payment_error": error}
    ctx.store.save(intent)
    events.emit(ctx, "payment_intent.payment_failed", intent)


def pay(ctx: Context, intent: Body, card: Card, details: Details) -> str | None:
    """Charge the card. Answers the bank's sentence when it declines, nothing when the money is reserved or taken."""
    intent |= {"payment_method": ctx.new_id("pm_"), "next_action": None}
    decline = DECLINES[card.declined] if card.declined else None
    charge = charges.make(ctx, intent, card, details, decline=decline)
    intent["latest_charge"] = charge["id"]
    if decline:
        events.emit(ctx, "charge.failed", charge)
        fail(
            *(ctx, intent),
            code="card_declined",
            message=decline,
            decline_code=card.declined,
            charge=charge["id"],
        )
        return decline
    intent["last_payment_error"] = None
    if intent["capture_method"] == "manual":
        _authorise(ctx, intent, charge)
    else:
        late = ASYNC_BOOKING_SECONDS if intent["capture_method"] == "automatic_async" else 0
        charges.capture(ctx, charge, charge["amount"], late=max(late, ctx.config.late_booking_seconds))
        events.emit(ctx, "charge.succeeded", charge)
        _succeed(ctx, intent, charge["amount"])
    return None


def _authorise(ctx: Context, intent: Body, charge: Body) -> None:
    intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
    ctx.store.save(intent)
    ctx.at(ctx.now + charges.AUTHORISATION, "authorisation_expires", intent["id"])
    events.emit(ctx, "charge.succeeded", charge)
    events.emit(ctx, "payment_intent.amount_capturable_updated", intent)


def _succeed(ctx: Context, intent: Body, cents: int) -> None:
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": cents}
    ctx.store.save(intent)
    events.emit(ctx, "payment_intent.succeeded", intent)


def capture(ctx: Context, params: Body, intent_id: str) -> Body:
    intent = ctx.need("payment_intent", intent_id)
    if intent["status"] != "requires_capture":
        _wrong_state(intent, "captured", ("requires_capture",))
    asked: Any = params.get("amount_to_capture")
    cents = intent["amount_capturable"] if asked is None else asked
    if cents > intent["amount_capturable"]:
        raise refused(
            "The amount to capture is greater than the amount that can be captured.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    if cents < 1:
        raise refused("Invalid positive integer", code="parameter_invalid_integer", param="amount_to_capture")
    intent["metadata"] = labels.merged(intent["metadata"], params.get("metadata"))
    charge = ctx.need("charge", intent["latest_charge"])
    charges.capture(ctx, charge, cents, late=ctx.config.late_booking_seconds)
    events.emit(ctx, "charge.captured", charge)
    _succeed(ctx, intent, cents)
    for session in ctx.store.find("checkout.session", payment_intent=intent_id):
        ctx.store.save(session | {"payment_status": "paid"})
    return present(ctx, intent)


def cancel(ctx: Context, params: Body, intent_id: str) -> Body:
    intent = ctx.need("payment_intent", intent_id)
    if intent["status"] not in CANCELABLE:
        _wrong_state(intent, "canceled", CANCELABLE)
    if any(s["status"] == "open" for s in ctx.store.find("checkout.session", payment_intent=intent_id)):
        raise refused(
            "This PaymentIntent belongs to a Checkout Session that is still open; expire the session instead.",
            code="payment_intent_unexpected_state",
        )
    held = intent["status"] == "requires_capture"
    _end(ctx, intent, params.get("cancellation_reason"))
    if held:  # pragma: no branch - closing its page has cancelled one that nobody paid
        charge = charges.let_go(ctx, ctx.need("charge", intent["latest_charge"]))
        refunds.of_authorisation(ctx, charge)
        events.emit(ctx, "charge.refunded", charge)
    events.emit(ctx, "payment_intent.canceled", intent)
    return present(ctx, intent)


def _end(ctx: Context, intent: Body, reason: str | None) -> None:
    intent |= {"status": "canceled", "amount_capturable": 0, "canceled_at": ctx.now, "next_action": None}
    intent["cancellation_reason"] = reason
    ctx.store.save(intent)
    ctx.not_at("authorisation_expires", intent["id"])


def authorisation_expired(ctx: Context, intent_id: str) -> None:
    """Timer: nobody captured in time."""
    intent = ctx.need("payment_intent", intent_id)
    _end(ctx, intent, "automatic")
    charge = charges.let_go(ctx, ctx.need("charge", intent["latest_charge"]))
    events.emit(ctx, "charge.expired", charge)
    events.emit(ctx, "payment_intent.canceled", intent)


def session_ended(ctx: Context, intent: Body) -> None:
    """A Checkout session that expires takes an unpaid intent with it."""
    open_ = intent["status"] in CANCELABLE and intent["status"] != "requires_capture"
    if open_:  # pragma: no branch - a page that somebody paid on is complete and never expires
        _end(ctx, intent, "expired")
        events.emit(ctx, "payment_intent.canceled", intent)


def _wrong_state(intent: Body, done: str, allowed: tuple[str, ...]) -> NoReturn:
    raise refused(
        f"This PaymentIntent could not be {done} because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with one of the following statuses may be {done}: {', '.join(allowed)}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )
