"""What an account has: available, pending, and every movement."""

from typing import Any

import stripe

from payments.sandbox import annotations, events, listing, money
from payments.sandbox.objects import refunds
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body


def retrieve(ctx: Context, params: Body) -> Body:
    return of(ctx, ctx.account)


def of(ctx: Context, owner: str) -> Body:
    known = money.currencies(ctx, owner)
    body = annotations.blank(
        stripe.Balance,
        available=[_part(money.available(ctx, owner, c), c) for c in known],
        livemode=False,
        pending=[_part(money.pending(ctx, owner, c), c) for c in known],
    )
    if owner == PLATFORM:
        body["connect_reserved"] = [{"amount": money.reserved(ctx, c), "currency": c} for c in known]
    return body


def _part(cents: int, currency: str) -> dict[str, Any]:
    return {"amount": cents, "currency": currency, "source_types": {"card": cents}}


def list_transactions(ctx: Context, params: Body) -> Body:
    given: dict[str, Any] = {}
    if "payout" in params:
        rows = ctx.store.rows(
            "SELECT id FROM booking WHERE payout = ? AND owner = ?", params["payout"], ctx.account
        )
        given["id"] = [row["id"] for row in rows]
    return listing.page(
        ctx,
        "balance_transaction",
        params,
        url="/v1/balance_transactions",
        fields=("type", "source", "currency"),
        **given,
    )


def retrieve_transaction(ctx: Context, params: Body, transaction: str) -> Body:
    return present(ctx, ctx.need("balance_transaction", transaction))


def became_available(ctx: Context, ref: str) -> None:
    """Timer: money that was pending can be used, by waiting refunds first."""
    owner = ref.partition("|")[0]
    events.emit(ctx, "balance.available", of(ctx, owner), owner=owner)
    if owner == PLATFORM:
        refunds.settle_waiting(ctx)
    ctx.at(money.next_day(ctx), "payout", owner)
