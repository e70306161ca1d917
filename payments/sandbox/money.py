"""Cents: balance transactions, balances, and the stand-in's own double entry beneath them."""

from dataclasses import dataclass
from typing import Any

import stripe

from payments.sandbox.clock import DAY, next_midnight
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

# How a type reports for accounting; every other type reports under its own name.
CATEGORY = {
    "payment": "charge",
    "payment_refund": "refund",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "reserve_transaction": "connect_reserved_funds",
    "transfer_refund": "transfer_reversal",
}
RESERVE = "connect_reserve"  # the platform's own money that stands for accounts below nought
FEES = "stripe_fees"
CARDS = "card_network"
OTHER = "other_adjustment"
WRITTEN_OFF_AFTER = 180 * DAY
BETWEEN = "between_accounts"  # a transfer leaves one balance and enters another at once: always nought


class BooksBroken(AssertionError):
    """A movement does not add up: a bug of the stand-in."""


def card_fee(cents: int) -> int:
    """2.9 % and 30 cents, rounded half up: the list price for cards in the United States."""
    return (cents * 29 + 500) // 1000 + 30


@dataclass
class Movement:
    """Money that enters (`cents` > 0) or leaves a balance, against an account of the outside world."""

    owner: str
    kind: str
    cents: int
    currency: str
    against: str
    source: str | None
    available_on: int
    fee: int = 0
    description: str | None = None
    category: str | None = None
    fee_for: str = "Stripe processing fees"


def book(ctx: Context, movement: Movement) -> Body:
    """Write the balance transaction and its postings, and check that both still agree."""
    m = movement
    details = {"amount": m.fee, "application": None, "currency": m.currency, "type": "stripe_fee"}
    made = ctx.make(
        stripe.BalanceTransaction,
        account=m.owner,
        id=ctx.new_id("txn_"),
        amount=m.cents,
        available_on=max(m.available_on, ctx.now),
        balance_type="payments",
        created=ctx.now,
        currency=m.currency,
        description=m.description,
        fee=m.fee,
        fee_details=[details | {"description": m.fee_for}] if m.fee else [],
        net=m.cents - m.fee,
        reporting_category=m.category or CATEGORY.get(m.kind, m.kind),
        source=m.source,
        status="pending",
        type=m.kind,
    )
    ctx.store.run(
        "INSERT INTO booking (id, owner, currency, net, available_on) VALUES (?, ?, ?, ?, ?)",
        *(made["id"], m.owner, m.currency, made["net"], made["available_on"]),
    )
    lines = [(_balance(m.owner), made["net"]), (m.against, -m.cents)]
    _post(ctx, made["id"], m.currency, [*lines, (FEES, m.fee)] if m.fee else lines)
    _agree(ctx, m.owner, m.currency)
    if made["available_on"] > ctx.now:
        ctx.at(made["available_on"], "available", m.owner + "|" + str(made["available_on"]))
    elif made["net"] > 0:
        ctx.at(next_day(ctx), "payout", m.owner)
    if m.owner != PLATFORM:
        _stand_for(ctx, m.owner, m.currency)
    return made


def _stand_for(ctx: Context, owner: str, currency: str) -> None:
    """Set aside, or give back, what the platform has to keep for accounts whose whole balance is below nought."""
    short = ctx.store.value(
        "SELECT -coalesce(sum(cents), 0) FROM total WHERE cents < 0 AND currency = ?"
        " AND account LIKE 'balance:%' AND account <> ?",
        *(currency, _balance(PLATFORM)),
    )
    change = short - reserved(ctx, currency)
    if change:
        why = f"Reserve for {owner}"
        book(
            ctx,
            Movement(
                PLATFORM, "reserve_transaction", -change, currency, RESERVE, None, ctx.now, description=why
            ),
        )
    if (
        ctx.store.value(
            "SELECT cents FROM total WHERE account = ? AND currency = ?", _balance(owner), currency
        )
        < 0
    ):
        ctx.at(ctx.now + WRITTEN_OFF_AFTER, "written_off", f"{owner}|{currency}", keep=True)
    else:
        ctx.not_at("written_off", f"{owner}|{currency}")


def reserved(ctx: Context, currency: str) -> int:
    """What the platform has set aside for accounts below nought."""
    return int(
        ctx.store.value("SELECT cents FROM total WHERE account = ? AND currency = ?", RESERVE, currency) or 0
    )


def write_off(ctx: Context, ref: str) -> None:
    """Timer: an account was below nought for so long that the platform's reserve makes it whole."""
    owner, _, currency = ref.partition("|")
    short = -int(
        ctx.store.value(
            "SELECT cents FROM total WHERE account = ? AND currency = ?", _balance(owner), currency
        )
    )
    why = f"Negative balance of {owner}"
    for who, cents in ((PLATFORM, -short), (owner, short)):
        book(
            ctx,
            Movement(
                who, "adjustment", cents, currency, BETWEEN, None, ctx.now, description=why, category=OTHER
            ),
        )


def next_day(ctx: Context) -> int:
    return next_midnight(ctx.now)


def _balance(owner: str) -> str:
    return f"balance:{owner}"


def _post(ctx: Context, ref: str, currency: str, lines: list[tuple[str, int]]) -> None:
    if sum(cents for _, cents in lines):
        raise BooksBroken(f"{ref} does not add up: {lines}")
    journal = ctx.store.run("INSERT INTO journal (at, ref) VALUES (?, ?)", ctx.now, ref)
    for account, cents in lines:
        ctx.store.run("INSERT INTO posting VALUES (?, ?, ?, ?)", journal, account, currency, cents)
        ctx.store.run(
            "INSERT INTO total VALUES (?, ?, ?)"
            " ON CONFLICT (account, currency) DO UPDATE SET cents = cents + excluded.cents",
            *(account, currency, cents),
        )


def _agree(ctx: Context, owner: str, currency: str) -> None:
    """The net of an owner's balance transactions is what the double entry says they have."""
    net = ctx.store.value(
        "SELECT coalesce(sum(net), 0) FROM booking WHERE owner = ? AND currency = ?", owner, currency
    )
    total = ctx.store.value(
        "SELECT cents FROM total WHERE account = ? AND currency = ?", _balance(owner), currency
    )
    if net != total:
        raise BooksBroken(f"{owner}: balance transactions say {net}, postings say {total} {currency}")


def available(ctx: Context, owner: str, currency: str) -> int:
    return int(_sum(ctx, owner, currency, "<="))


def pending(ctx: Context, owner: str, currency: str) -> int:
    return int(_sum(ctx, owner, currency, ">"))


def _sum(ctx: Context, owner: str, currency: str, compared: str) -> Any:
    return ctx.store.value(
        f"SELECT coalesce(sum(net), 0) FROM booking WHERE owner = ? AND currency = ? AND available_on {compared} ?",  # noqa: S608
        *(owner, currency, ctx.now),
    )


def reserves_allowed(ctx: Context) -> bool:
    """Whether connected accounts may go below nought, the platform's own money standing for them."""
    return bool(ctx.store.meta("connected_reserves", "yes" if ctx.config.connected_reserves else ""))


def currencies(ctx: Context, owner: str) -> list[str]:
    rows = ctx.store.rows("SELECT DISTINCT currency FROM booking WHERE owner = ? ORDER BY currency", owner)
    return [row["currency"] for row in rows] or ["usd"]
