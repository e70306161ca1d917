"""The books: what everyone has, what every object moved, and whether it all adds up."""

from typing import Any

from payments.sandbox import money
from payments.sandbox.money import BooksBroken
from payments.sandbox.sandbox import PLATFORM, Context

Cents = dict[str, Any]


def report(ctx: Context) -> dict[str, Any]:
    """Everything in cents, from the postings and from the objects. Raises BooksBroken when they differ."""
    check(ctx)
    owners = [PLATFORM, *(r["owner"] for r in ctx.store.rows("SELECT DISTINCT owner FROM booking"))]
    accounts = [a["id"] for a in ctx.store.find("v2.core.account")]
    return {
        "adds_up": True,
        "balances": {owner: _balance(ctx, owner) for owner in dict.fromkeys([*owners, *accounts])},
        "outside": _outside(ctx),
        "charges": _charges(ctx),
        "transfers": _listed(
            ctx, "transfer", "amount amount_reversed destination source_transaction transfer_group"
        ),
        "reversals": _listed(ctx, "transfer_reversal", "amount transfer balance_transaction"),
        "refunds": {
            id_: refund
            for id_, refund in _listed(
                ctx, "refund", "amount status charge payment_intent balance_transaction"
            ).items()
            if refund["payment_intent"]  # the other side of a reversal is a refund too, of the other account
        },
        "disputes": _listed(ctx, "dispute", "amount status charge balance_transactions"),
        "payouts": _listed(ctx, "payout", "amount status destination"),
        "topups": _listed(ctx, "topup", "amount status"),
    }


def look(ctx: Context) -> None:
    """The quick half of `check`, made at every request: all balances together are nought. Raises BooksBroken."""
    if wrong := ctx.store.rows("SELECT currency FROM total GROUP BY currency HAVING sum(cents) <> 0"):
        raise BooksBroken(f"The books do not come to nothing in {[row['currency'] for row in wrong]}")


def check(ctx: Context) -> None:
    """Add everything up from nothing, trusting no running total."""
    sums = {
        "every journal": "SELECT journal FROM posting GROUP BY journal, currency HAVING sum(cents) <> 0",
        "every total": "SELECT account FROM (SELECT account, currency, cents FROM total UNION ALL SELECT account,"
        " currency, -cents FROM posting) GROUP BY account, currency HAVING sum(cents) <> 0",
        "every balance": "SELECT account FROM (SELECT 'balance:' || owner AS account, currency, net AS cents FROM"
        " booking UNION ALL SELECT account, currency, -cents FROM posting WHERE account LIKE 'balance:%')"
        " GROUP BY account, currency HAVING sum(cents) <> 0",
        "what is between accounts": f"SELECT sum(cents) FROM posting WHERE account = '{money.BETWEEN}'"  # noqa: S608
        " GROUP BY currency HAVING sum(cents) <> 0",
        "every transaction": "SELECT b.id FROM booking b JOIN object o ON o.id = b.id"
        " WHERE json_extract(o.body, '$.net') <> b.net",
    }
    for name, sql in sums.items():
        if wrong := ctx.store.rows(sql):
            raise BooksBroken(f"{name} should come to nothing over: {[tuple(r) for r in wrong][:5]}")


def _balance(ctx: Context, owner: str) -> Cents:
    known = money.currencies(ctx, owner)
    reserved = {c: money.reserved(ctx, c) for c in known} if owner == PLATFORM else {}
    return {
        currency: {
            **({"reserved": reserved[currency]} if reserved.get(currency) else {}),
            "available": money.available(ctx, owner, currency),
            "pending": money.pending(ctx, owner, currency),
            "total": money.available(ctx, owner, currency) + money.pending(ctx, owner, currency),
        }
        for currency in known
    }


def _outside(ctx: Context) -> Cents:
    rows = ctx.store.rows("SELECT * FROM total WHERE account NOT LIKE 'balance:%' ORDER BY account, currency")
    found: Cents = {}
    for row in rows:
        found.setdefault(row["account"], {})[row["currency"]] = row["cents"]
    return found


def _charges(ctx: Context) -> Cents:
    sent: dict[str, int] = {}
    for transfer in ctx.store.find("transfer"):
        source = transfer["source_transaction"] or ""
        sent[source] = sent.get(source, 0) + transfer["amount"] - transfer["amount_reversed"]
    names = "amount amount_captured amount_refunded captured status transfer_group payment_intent"
    charges = _listed(ctx, "charge", names)
    fees = {r["source"]: r["fee"] for r in ctx.store.find("balance_transaction", type="charge")}
    return {
        id_: charge | {"transferred": sent.get(id_, 0), "fee": fees.get(id_, 0)}
        for id_, charge in charges.items()
        if charge["payment_intent"]  # the receiving side of a transfer is a charge too, of the other account
    }


def _listed(ctx: Context, kind: str, names: str) -> Cents:
    return {
        body["id"]: {name: body[name] for name in [*names.split(), "currency", "metadata"]}
        for body in ctx.store.find(kind)
    }
