"""Checkout sessions: a hosted page that takes one payment by card."""

from typing import Any
from urllib.parse import urlsplit

import stripe
from stripe import checkout

from payments.sandbox import annotations, events, labels, listing
from payments.sandbox.clock import DAY, HOUR, MINUTE
from payments.sandbox.errors import invalid, refused
from payments.sandbox.objects import intents
from payments.sandbox.objects.cards import CARDS, Card, Details
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

SMALLEST_CENTS = 50
SHORTEST, LONGEST = 30 * MINUTE, DAY
INTENT_DATA = frozenset(
    {
        *("capture_method", "description", "metadata", "receipt_email"),
        *("statement_descriptor", "statement_descriptor_suffix", "transfer_group"),
    }
)


class NotOpen(Exception):
    """The page cannot be paid on any more: it was paid, or it has expired."""


def list_sessions(ctx: Context, params: Body) -> Body:
    return listing.page(
        ctx, "checkout.session", params, url="/v1/checkout/sessions", fields=("payment_intent", "status")
    )


def retrieve(ctx: Context, params: Body, session: str) -> Body:
    return present(ctx, ctx.need("checkout.session", session))


def list_line_items(ctx: Context, params: Body, session: str) -> Body:
    ctx.need("checkout.session", session)
    items = ctx.store.private(session)["line_items"]
    limit = params.get("limit", 10)
    url = f"/v1/checkout/sessions/{session}/line_items"
    return {"object": "list", "data": items[:limit], "has_more": len(items) > limit, "url": url}


def create(ctx: Context, params: Body) -> Body:
    _check(ctx, params)
    items = [_line_item(ctx, item, f"line_items[{i}]") for i, item in enumerate(params["line_items"])]
    total = sum(item["amount_total"] for item in items)
    currency = items[0]["currency"]
    if any(item["currency"] != currency for item in items):
        raise invalid("All line items must have the same currency.", param="line_items")
    if total < SMALLEST_CENTS:
        raise refused(
            f"The total must be at least {SMALLEST_CENTS} in the smallest unit.", code="amount_too_small"
        )
    id_ = ctx.new_id("cs_test_", 58)
    email = params.get("customer_email")
    session = ctx.make(
        checkout.Session,
        private={"line_items": items, "payment_intent_data": params.get("payment_intent_data", {})},
        id=id_,
        allowed_payment_method_types=["card"],
        amount_subtotal=total,
        amount_total=total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        created=ctx.now,
        currency=currency,
        custom_fields=[],
        custom_text=annotations.blank(checkout.Session.CustomText),
        customer_creation="if_required",
        customer_details=_customer(email) if email else None,
        customer_email=email,
        expires_at=params.get("expires_at", ctx.now + DAY),
        livemode=False,
        metadata=labels.merged({}, params.get("metadata")),
        mode="payment",
        payment_method_collection="if_required",
        payment_method_options={},
        payment_method_types=["card"],
        payment_status="unpaid",
        phone_number_collection={"enabled": False},
        shipping_options=[],
        status="open",
        success_url=params["success_url"],
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
        url=ctx.address(f"/c/pay/{id_}"),
    )
    ctx.at(session["expires_at"], "session_expires", id_)
    return present(ctx, session)


def _check(ctx: Context, params: Body) -> None:
    _check_kind(params)
    _check_addresses(params)
    life = params.get("expires_at", ctx.now + DAY) - ctx.now
    if not SHORTEST <= life <= LONGEST:
        raise invalid(
            f"The expires_at timestamp must be between {SHORTEST // MINUTE} minutes and {LONGEST // HOUR} hours "
            "from Checkout Session creation.",
            param="expires_at",
        )


def _check_kind(params: Body) -> None:
    for name, only in (("mode", "payment"), ("ui_mode", "hosted_page")):
        if params.get(name, only) != only:
            raise invalid(f"This stand-in knows only {name}={only}.", param=name)
    for name in ("mode", "line_items", "success_url"):
        if not params.get(name):
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    if set(params.get("allowed_payment_method_types", ["card"])) != {"card"}:
        raise invalid("This stand-in knows only cards.", param="allowed_payment_method_types")
    for name in params.get("payment_intent_data", {}):
        if name not in INTENT_DATA:
            raise invalid(
                f"Stripe knows {name}, but this stand-in does not.", param=f"payment_intent_data[{name}]"
            )


def _check_addresses(params: Body) -> None:
    for name in ("success_url", "cancel_url"):
        if name in params and urlsplit(params[name]).scheme not in ("http", "https"):
            raise invalid("Not a valid URL", param=name, code="url_invalid")
    email = params.get("customer_email", "@")
    if "@" not in email:
        raise invalid(f"Invalid email address: {email}", param="customer_email", code="email_invalid")


def _line_item(ctx: Context, item: Body, path: str) -> Body:
    price, quantity = item.get("price_data"), item.get("quantity", 0)
    if price is None or "product_data" not in price or "unit_amount" not in price:
        raise invalid(
            "This stand-in wants price_data with unit_amount and product_data.",
            param=path,
            code="parameter_missing",
        )
    if quantity < 1 or price["unit_amount"] < 0:
        raise invalid("Invalid positive integer", param=f"{path}[quantity]", code="parameter_invalid_integer")
    total, currency = price["unit_amount"] * quantity, price["currency"].lower()
    shown = annotations.blank(
        stripe.Price,
        id=ctx.new_id("price_"),
        active=False,
        billing_scheme="per_unit",
        created=ctx.now,
        currency=currency,
        livemode=False,
        metadata={},
        product=ctx.new_id("prod_", 14),
        tax_behavior="unspecified",
        type="one_time",
        unit_amount=price["unit_amount"],
        unit_amount_decimal=str(price["unit_amount"]),
    )
    return annotations.blank(
        stripe.LineItem,
        id=ctx.new_id("li_"),
        amount_discount=0,
        amount_subtotal=total,
        amount_tax=0,
        amount_total=total,
        currency=currency,
        description=price["product_data"]["name"],
        price=shown,
        quantity=quantity,
    )


def _customer(email: str | None, name: str | None = None) -> dict[str, Any]:
    return annotations.blank(checkout.Session.CustomerDetails, email=email, name=name, tax_exempt="none")


def expire(ctx: Context, params: Body, session_id: str) -> Body:
    session = ctx.need("checkout.session", session_id)
    if session["status"] != "open":
        raise refused(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        )
    return present(ctx, _close(ctx, session))


def ran_out(ctx: Context, session_id: str) -> None:
    """Timer: nobody paid in time."""
    _close(ctx, ctx.need("checkout.session", session_id))


def _close(ctx: Context, session: Body) -> Body:
    session |= {"status": "expired", "url": None}
    ctx.store.save(session)
    ctx.not_at("session_expires", session["id"])
    if session["payment_intent"]:
        intents.session_ended(ctx, ctx.need("payment_intent", session["payment_intent"]))
    events.emit(ctx, "checkout.session.expired", session)
    return session


def _open_intent(ctx: Context, session: Body) -> Body:
    if session["status"] != "open":
        raise NotOpen(session["id"])
    if session["payment_intent"]:
        return ctx.need("payment_intent", session["payment_intent"])
    intent = intents.make(
        ctx,
        cents=session["amount_total"],
        currency=session["currency"],
        email=session["customer_email"],
        data=ctx.store.private(session["id"])["payment_intent_data"],
    )
    session["payment_intent"] = intent["id"]
    ctx.store.save(session)
    return intent


def pay(ctx: Context, session: Body, card: Card, details: Details) -> str | None:
    """Try a card on the page. Answers the sentence to show when the bank declines; raises NotOpen.

    A card that asks for a second step leaves the intent in `requires_action`, and `confirm` goes on from there.
    """
    intent = _open_intent(ctx, session)
    if card.asks:
        private = ctx.store.private(session["id"]) | {"card": card.number, "details": vars(details)}
        ctx.store.save_private(session["id"], private)
        intents.ask(ctx, intent, url=ctx.address(f"/c/pay/{session['id']}/confirm"))
        return None
    return _charge(ctx, session, intent, card, details)


def confirm(ctx: Context, session: Body, *, agreed: bool) -> str | None:
    """The bank's page, answered for the card that was last tried. Raises NotOpen."""
    intent = _open_intent(ctx, session)
    private = ctx.store.private(session["id"])
    if intent["status"] != "requires_action":
        return "Enter a card first."
    if not agreed:
        sentence = "Your bank could not confirm that it was you. Try again, or use another card."
        intents.fail(ctx, intent, code="payment_intent_authentication_failure", message=sentence)
        return sentence
    return _charge(ctx, session, intent, CARDS[private["card"]], Details(**private["details"]))


def _charge(ctx: Context, session: Body, intent: Body, card: Card, details: Details) -> str | None:
    sentence = intents.pay(ctx, intent, card, details)
    if sentence is None:
        _complete(ctx, session, intent, details)
    return sentence


def _complete(ctx: Context, session: Body, intent: Body, details: Details) -> None:
    paid = intent["status"] == "succeeded"
    session |= {
        "status": "complete",
        "url": None,
        "payment_status": "paid" if paid else "unpaid",
        "customer_details": _customer(session["customer_email"], details.name),
    }
    ctx.store.save(session)
    ctx.not_at("session_expires", session["id"])
    events.emit(ctx, "checkout.session.completed", session)
