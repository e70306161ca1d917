"""Top-ups: the platform's bank sends money to its balance."""

import stripe

from payments.sandbox import events, labels, listing, money
from payments.sandbox.clock import midnight_after
from payments.sandbox.errors import invalid, refused
from payments.sandbox.money import Movement
from payments.sandbox.objects import refunds
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

BANK = f"bank:{PLATFORM}"


def list_topups(ctx: Context, params: Body) -> Body:
    return listing.page(ctx, "topup", params, url="/v1/topups", fields=("status", "amount"))


def retrieve(ctx: Context, params: Body, topup: str) -> Body:
    return present(ctx, ctx.need("topup", topup))


def create(ctx: Context, params: Body) -> Body:
    """Ask the bank for money; it is there on the next business day."""
    if params["amount"] < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    topup = _make(ctx, params["amount"], params["currency"].lower(), params)
    ctx.at(topup["expected_availability_date"], "topup_arrives", topup["id"])
    events.emit(ctx, "topup.created", topup)
    return present(ctx, topup)


def _make(ctx: Context, cents: int, currency: str, params: Body) -> Body:
    return ctx.make(
        stripe.Topup,
        account=PLATFORM,
        id=ctx.new_id("tu_"),
        amount=cents,
        created=ctx.now,
        currency=currency,
        description=params.get("description"),
        expected_availability_date=midnight_after(ctx.now, business_days=1),
        initiated_by="user",
        livemode=False,
        metadata=labels.merged({}, params.get("metadata")),
        statement_descriptor=params.get("statement_descriptor"),
        status="pending",
        transfer_group=params.get("transfer_group"),
    )


def cancel(ctx: Context, params: Body, topup_id: str) -> Body:
    topup = ctx.need("topup", topup_id)
    if topup["status"] != "pending":
        raise refused(f"A top-up that is {topup['status']} cannot be canceled.")
    ctx.not_at("topup_arrives", topup_id)
    topup["status"] = "canceled"
    ctx.store.save(topup)
    events.emit(ctx, "topup.canceled", topup)
    return present(ctx, topup)


def arrived(ctx: Context, topup_id: str) -> None:
    """Timer: the bank has sent it."""
    topup = ctx.need("topup", topup_id)
    _book(ctx, topup)
    events.emit(ctx, "topup.succeeded", topup)
    refunds.settle_waiting(ctx)


def at_once(ctx: Context, cents: int) -> None:
    """Money from nowhere: there already, and nobody is told."""
    topup = _make(ctx, cents, "usd", {"description": "Top-up"})
    _book(ctx, topup | {"expected_availability_date": ctx.now})
    refunds.settle_waiting(ctx)


def _book(ctx: Context, topup: Body) -> None:
    into = Movement(
        *(PLATFORM, "topup", topup["amount"], topup["currency"], BANK, topup["id"], ctx.now),
        description=topup["description"],
    )
    topup |= {"status": "succeeded", "balance_transaction": money.book(ctx, into)["id"]}
    ctx.store.save(topup)
