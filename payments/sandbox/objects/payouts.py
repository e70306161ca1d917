"""Payouts: money that leaves a balance for a bank, every night or when it is asked for."""

from dataclasses import replace

import stripe

from payments.sandbox import events, labels, listing, money
from payments.sandbox.clock import midnight_after, weekday_and_day
from payments.sandbox.errors import invalid, refused
from payments.sandbox.money import Movement
from payments.sandbox.objects import balance_settings, connect_fees, external_accounts
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

MESSAGES = {
    "account_closed": "The bank account has been closed.",
    "could_not_process": "The bank could not process this transfer.",
    "no_account": "The bank account details on file are probably incorrect. No bank account could be located.",
}


def list_payouts(ctx: Context, params: Body) -> Body:
    return listing.page(ctx, "payout", params, url="/v1/payouts", fields=("status", "destination"))


def of(ctx: Context, owner: str) -> list[Body]:
    """The last hundred of one account, newest first."""
    found: list[Body] = listing.page(
        replace(ctx, account=owner), "payout", {"limit": 100}, url="/v1/payouts"
    )["data"]
    return found


def retrieve(ctx: Context, params: Body, payout: str) -> Body:
    return present(ctx, ctx.need("payout", payout))


def create(ctx: Context, params: Body) -> Body:
    """By hand: what is available goes to the bank, and can be stopped until the next night."""
    cents, currency = params["amount"], params["currency"].lower()
    if cents < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if money.available(ctx, ctx.account, currency) < cents:
        raise refused("You have insufficient funds in your Stripe account.", code="balance_insufficient")
    payout = _make(ctx, ctx.account, cents, currency, automatic=False, params=params)
    ctx.at(money.next_day(ctx), "payout_leaves", payout["id"])
    return present(ctx, payout)


def cancel(ctx: Context, params: Body, payout_id: str) -> Body:
    payout = ctx.need("payout", payout_id)
    if payout["status"] != "pending":
        raise refused(
            f"Payouts that are {payout['status']} cannot be canceled.", code="payout_already_canceled"
        )
    ctx.not_at("payout_leaves", payout_id)
    ctx.not_at("payout_arrives", payout_id)
    _come_back(ctx, payout, "payout_cancel")
    payout["status"] = "canceled"
    ctx.store.save(payout)
    events.emit(ctx, "payout.canceled", payout, owner=ctx.account)
    return present(ctx, payout)


def nightly(ctx: Context, account_id: str) -> None:
    """Timer: pay out what is available and need not stay, in each currency, on the days of the schedule."""
    if _refusal(ctx, account_id, "stopped"):
        return
    if not balance_settings.is_due(ctx, account_id, *weekday_and_day(ctx.now)):
        if balance_settings.interval(ctx, account_id) != "manual":
            ctx.at(money.next_day(ctx), "payout", account_id)
        return
    for currency in money.currencies(ctx, account_id):
        _pay_out(ctx, account_id, currency)


def _pay_out(ctx: Context, owner: str, currency: str) -> None:
    stays = balance_settings.minimum(ctx, owner, currency)
    cents = money.available(ctx, owner, currency) - stays
    if cents <= 0:
        return
    if stays:
        _stay(ctx, owner, -stays, currency, "payout_minimum_balance_hold")
    payout = _make(ctx, owner, cents, currency, automatic=True)
    if stays:
        _stay(ctx, owner, stays, currency, "payout_minimum_balance_release")
    if owner != PLATFORM:
        connect_fees.of_payout(ctx, payout, owner)


def _stay(ctx: Context, owner: str, cents: int, currency: str, kind: str) -> None:
    """What has to stay is held back from one payout and released into the next: together they are nought."""
    money.book(ctx, Movement(owner, kind, cents, currency, f"minimum:{owner}", None, ctx.now))


def _make(
    ctx: Context, owner: str, cents: int, currency: str, *, automatic: bool, params: Body | None = None
) -> Body:
    given = params or {}
    payout = ctx.make(
        stripe.Payout,
        account=owner,
        id=ctx.new_id("po_"),
        amount=cents,
        arrival_date=midnight_after(ctx.now if automatic else money.next_day(ctx), business_days=1),
        automatic=automatic,
        created=ctx.now,
        currency=currency,
        description="STRIPE PAYOUT" if automatic else given.get("description"),
        destination=external_accounts.id_of(ctx, owner),
        livemode=False,
        metadata=labels.merged({}, given.get("metadata")),
        method="standard",
        reconciliation_status="completed" if automatic else "not_applicable",
        source_type="card",
        statement_descriptor=given.get("statement_descriptor"),
        status="in_transit" if automatic else "pending",
        type="bank_account",
    )
    if automatic:
        ctx.store.run(
            "UPDATE booking SET payout = ? WHERE owner = ? AND currency = ? AND payout IS NULL AND available_on <= ?",
            *(payout["id"], owner, currency, ctx.now),
        )
    out = Movement(owner, "payout", -cents, currency, f"bank:{owner}", payout["id"], ctx.now)
    payout["balance_transaction"] = money.book(ctx, out)["id"]
    if automatic:
        ctx.store.run(
            "UPDATE booking SET payout = ? WHERE id = ?", payout["id"], payout["balance_transaction"]
        )
    ctx.store.save(payout)
    events.emit(ctx, "payout.created", payout, owner=owner)
    ctx.at(payout["arrival_date"], "payout_arrives", payout["id"])
    return payout


def _owner(ctx: Context, payout_id: str) -> str:
    return str(ctx.store.value("SELECT account FROM object WHERE id = ?", payout_id))


def left(ctx: Context, payout_id: str) -> None:
    """Timer: it was handed to the bank and cannot be stopped any more."""
    payout = ctx.store.get(payout_id)
    if payout is not None and payout["status"] == "pending":
        before = {"status": payout["status"]}
        payout["status"] = "in_transit"
        ctx.store.save(payout)
        events.emit(ctx, "payout.updated", payout, owner=_owner(ctx, payout_id), before=before)


def arrived(ctx: Context, payout_id: str) -> None:
    """Timer: the bank has it, or sends it back."""
    payout = ctx.store.get(payout_id)
    if payout is None or payout["status"] not in ("pending", "in_transit"):
        return
    if code := _refusal(ctx, _owner(ctx, payout_id), "refuses"):
        fail(ctx, payout, code)
        return
    payout["status"] = "paid"
    ctx.store.save(payout)
    events.emit(ctx, "payout.paid", payout, owner=_owner(ctx, payout_id))


def fail(ctx: Context, payout: Body, code: str) -> Body:
    """The bank sends a payout back, even one that counted as paid; nightly payouts stop until the bank is changed.

    Raises ValueError for a payout that never left or failed before, and for a code that banks do not send.
    """
    if payout["status"] in ("failed", "canceled") or code not in MESSAGES:
        raise ValueError(f"{payout['id']} is {payout['status']}; a code is one of {', '.join(MESSAGES)}.")
    owner = _owner(ctx, payout["id"])
    payout |= {"status": "failed", "failure_code": code, "failure_message": MESSAGES[code]}
    _come_back(ctx, payout, "payout_failure")
    ctx.store.save(payout)
    ctx.store.set_meta(f"bank_stopped:{owner}", code)
    events.emit(ctx, "payout.failed", payout, owner=owner)
    return payout


def _come_back(ctx: Context, payout: Body, kind: str) -> None:
    owner, currency = _owner(ctx, payout["id"]), payout["currency"]
    back = Movement(owner, kind, payout["amount"], currency, f"bank:{owner}", payout["id"], ctx.now)
    payout["failure_balance_transaction"] = money.book(ctx, back)["id"]


def _refusal(ctx: Context, owner: str, what: str) -> str:
    return ctx.store.meta(f"bank_{what}:{owner}")


def set_bank(ctx: Context, owner: str, refuses: str) -> None:
    """Give an account a bank that takes every payout (an empty code) or sends each back with this code."""
    if refuses and refuses not in MESSAGES:
        raise ValueError(f"{refuses} is none of {', '.join(MESSAGES)}.")
    ctx.store.set_meta(f"bank_refuses:{owner}", refuses)
    ctx.store.set_meta(f"bank_stopped:{owner}", "")
    ctx.at(money.next_day(ctx), "payout", owner)
