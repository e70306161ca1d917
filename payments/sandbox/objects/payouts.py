"""Payouts: every night a connected account's available money goes to its bank."""

import stripe

from payments.sandbox import events, money
from payments.sandbox.clock import midnight_after
from payments.sandbox.money import Movement
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body


def nightly(ctx: Context, account_id: str) -> None:
    """Timer: pay out what is available, in each currency."""
    for currency in money.currencies(ctx, account_id):
        cents = money.available(ctx, account_id, currency)
        if cents > 0:
            _pay_out(ctx, account_id, cents, currency)


def _pay_out(ctx: Context, account_id: str, cents: int, currency: str) -> Body:
    payout = ctx.make(
        stripe.Payout,
        account=account_id,
        id=ctx.new_id("po_"),
        amount=cents,
        arrival_date=midnight_after(ctx.now, business_days=1),
        automatic=True,
        created=ctx.now,
        currency=currency,
        description="STRIPE PAYOUT",
        destination=f"ba_{account_id.removeprefix('acct_')}",
        livemode=False,
        metadata={},
        method="standard",
        reconciliation_status="completed",
        source_type="card",
        status="in_transit",
        type="bank_account",
    )
    ctx.store.run(
        "UPDATE booking SET payout = ? WHERE owner = ? AND currency = ? AND payout IS NULL AND available_on <= ?",
        *(payout["id"], account_id, currency, ctx.now),
    )
    movement = Movement(
        owner=account_id,
        kind="payout",
        cents=-cents,
        currency=currency,
        against=f"bank:{account_id}",
        source=payout["id"],
        available_on=ctx.now,
    )
    payout["balance_transaction"] = money.book(ctx, movement)["id"]
    ctx.store.run("UPDATE booking SET payout = ? WHERE id = ?", payout["id"], payout["balance_transaction"])
    ctx.store.save(payout)
    events.emit(ctx, "payout.created", payout, owner=account_id)
    ctx.at(payout["arrival_date"], "payout_arrives", payout["id"])
    return payout


def arrived(ctx: Context, payout_id: str) -> None:
    """Timer: the bank has it."""
    owner = ctx.store.value("SELECT account FROM object WHERE id = ?", payout_id)
    payout = ctx.store.get(payout_id)
    if payout is not None:
        payout["status"] = "paid"
        ctx.store.save(payout)
        events.emit(ctx, "payout.paid", payout, owner=owner)
