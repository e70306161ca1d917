"""How kept objects are shown: what depends on the moment is filled in, expansions are followed."""

from collections.abc import Callable
from typing import Any

import stripe

from payments.sandbox import annotations
from payments.sandbox.errors import ApiError, invalid
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

DEEPEST = 4


def present(ctx: Context, body: Body) -> Body:
    shown = SHOWN.get(body["object"])
    return shown(ctx, body) if shown else body


def expand(ctx: Context, body: Body, paths: list[str]) -> Body:
    """Put objects in the place of their ids. Raises ApiError for what cannot be expanded."""
    for path in paths:
        if path.count(".") >= DEEPEST:
            raise invalid("You cannot expand more than 4 levels of a property.", param="expand")
        _follow(ctx, body, path, path)
    return body


def _follow(ctx: Context, node: Any, rest: str, path: str) -> None:
    head, _, tail = rest.partition(".")
    if not isinstance(node, dict) or head not in node or head in ("id", "object"):
        raise _cannot(path)
    value = node[head]
    if isinstance(value, list) and head == "data":
        for item in value:
            _follow(ctx, item, tail, path)
        return
    if isinstance(value, str):
        found = ctx.store.get(value)
        if found is None:
            raise _cannot(path)
        value = node[head] = present(ctx, found)
    if value is not None and not (isinstance(value, dict) and "object" in value):
        raise _cannot(path)
    if tail and value is not None:
        _follow(ctx, value, tail, path)


def _cannot(path: str) -> ApiError:
    return invalid(f"This property cannot be expanded ({path}).", param="expand")


def _balance_transaction(ctx: Context, body: Body) -> Body:
    return body | {"status": "available" if body["available_on"] <= ctx.now else "pending"}


def _dispute(ctx: Context, body: Body) -> Body:
    """Its transactions are part of a dispute, whole and as they now are."""
    found = [ctx.store.get(id_) for id_ in body["balance_transactions"]]
    return body | {"balance_transactions": [present(ctx, booked) for booked in found if booked]}


def _account(ctx: Context, body: Body) -> Body:
    """A v2 account where v1 asks for it: transfers are its only capability."""
    given = body["configuration"]["recipient"]["capabilities"]["stripe_balance"]["stripe_transfers"]["status"]
    status = given if given in ("active", "pending") else "inactive"
    return annotations.blank(
        stripe.Account,
        id=body["id"],
        capabilities={"transfers": status},
        charges_enabled=False,
        controller={
            "type": "application",
            "is_controller": True,
            "fees": {"payer": "application"},
            "losses": {"payments": "application"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": body["dashboard"]},
        },
        country=(body["identity"]["country"] or "us").upper(),
        default_currency=body["defaults"]["currency"],
        details_submitted=not (body["requirements"]["entries"]),
        email=body["contact_email"],
        metadata=body["metadata"],
        payouts_enabled=status == "active",
        type="none",
    )


def _event(ctx: Context, body: Body) -> Body:
    waiting = ctx.store.value("SELECT count(*) FROM delivery WHERE event = ? AND done IS NULL", body["id"])
    return body | {"pending_webhooks": waiting}


SHOWN: dict[str, Callable[[Context, Body], Body]] = {
    "balance_transaction": _balance_transaction,
    "dispute": _dispute,
    "event": _event,
    "v2.core.account": _account,
}
