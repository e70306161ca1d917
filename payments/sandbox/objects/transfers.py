"""Transfers: the platform's money becomes a connected account's."""

import stripe

from payments.sandbox import annotations, events, labels, listing, money
from payments.sandbox.errors import invalid, missing, refused
from payments.sandbox.money import BETWEEN, Movement
from payments.sandbox.objects import accounts
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body


def list_transfers(ctx: Context, params: Body) -> Body:
    return listing.page(
        ctx, "transfer", params, url="/v1/transfers", fields=("transfer_group", "destination")
    )


def retrieve(ctx: Context, params: Body, transfer: str) -> Body:
    return present(ctx, ctx.need("transfer", transfer))


def update(ctx: Context, params: Body, transfer_id: str) -> Body:
    transfer = ctx.need("transfer", transfer_id)
    transfer["metadata"] = labels.merged(transfer["metadata"], params.get("metadata"))
    transfer["description"] = params.get("description", transfer["description"])
    ctx.store.save(transfer)
    events.emit(ctx, "transfer.updated", transfer)
    return present(ctx, transfer)


def create(ctx: Context, params: Body) -> Body:
    cents, currency = params.get("amount"), params["currency"].lower()
    if cents is None:
        raise invalid("Missing required param: amount.", param="amount", code="parameter_missing")
    if cents < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    _payable(ctx, params["destination"])
    source = _source(ctx, params, cents, currency)
    if source is None and money.available(ctx, PLATFORM, currency) < cents:
        raise refused(
            "You have insufficient available funds in your Stripe account.", code="balance_insufficient"
        )
    id_ = ctx.new_id("tr_")
    transfer = annotations.blank(
        stripe.Transfer,
        id=id_,
        amount=cents,
        amount_reversed=0,
        created=ctx.now,
        currency=currency,
        description=params.get("description"),
        destination=params["destination"],
        destination_payment=ctx.new_id("py_"),
        livemode=False,
        metadata=labels.merged({}, params.get("metadata")),
        reversals={"object": "list", "data": [], "has_more": False, "url": f"/v1/transfers/{id_}/reversals"},
        reversed=False,
        source_transaction=params.get("source_transaction"),
        source_type=params.get("source_type", "card"),
        transfer_group=_group(ctx, params, source),
    )
    _move(ctx, transfer, _available_on(ctx, source))
    events.emit(ctx, "transfer.created", transfer)
    return present(ctx, transfer)


def _payable(ctx: Context, destination: str) -> None:
    account = ctx.store.get(destination, kind="v2.core.account")
    if account is None or ctx.is_cut_off(destination):
        raise missing("destination", destination, param="destination", status=400)
    if account["closed"]:
        raise refused("This account is closed.", code="account_invalid", param="destination")
    if accounts.transfers_status(account) != "active":
        raise refused(
            "Your destination account needs to have the transfers capability enabled.",
            code="insufficient_capabilities_for_transfer",
        )


def _source(ctx: Context, params: Body, cents: int, currency: str) -> Body | None:
    """The charge that pays for it: captured, of the same currency, and not transferred beyond its amount."""
    id_ = params.get("source_transaction")
    if id_ is None:
        return None
    charge = ctx.store.get(id_, kind="charge", account=PLATFORM)
    if charge is None:
        raise missing("charge", id_, param="source_transaction", status=400)
    if not charge["captured"]:
        raise refused("The source charge has not been captured.", param="source_transaction")
    if charge["currency"] != currency:
        raise refused(
            "The transfer's currency must be that of the source charge's balance transaction.",
            param="currency",
        )
    # What was reversed still counts: the stricter reading of Stripe's cap.
    used = sum(t["amount"] for t in ctx.store.find("transfer", source_transaction=id_))
    if used + cents > charge["amount_captured"]:
        raise refused(
            f"Transfers from this charge may not exceed its amount of {charge['amount_captured']}; "
            f"{used} has already been transferred.",
            param="amount",
        )
    return charge


def _group(ctx: Context, params: Body, charge: Body | None) -> str | None:
    if charge is None:
        return params.get("transfer_group")
    group: str = params.get("transfer_group") or charge["transfer_group"] or f"group_{charge['id']}"
    if charge["transfer_group"] is None:
        ctx.store.save(charge | {"transfer_group": group})
    return group


def _available_on(ctx: Context, charge: Body | None) -> int:
    """Funds that come from a charge arrive when the charge's do."""
    booked = ctx.store.get(charge["balance_transaction"] or "") if charge else None
    return int(booked["available_on"]) if booked else ctx.now


def _move(ctx: Context, transfer: Body, available_on: int) -> None:
    cents, currency, destination = transfer["amount"], transfer["currency"], transfer["destination"]
    out = Movement(PLATFORM, "transfer", -cents, currency, BETWEEN, transfer["id"], available_on)
    into = Movement(
        destination, "payment", cents, currency, BETWEEN, transfer["destination_payment"], available_on
    )
    transfer["balance_transaction"] = money.book(ctx, out)["id"]
    ctx.store.add(transfer, account=PLATFORM, created=ctx.now)
    _receive(ctx, transfer, money.book(ctx, into)["id"])


def _receive(ctx: Context, transfer: Body, transaction: str) -> None:
    """The receiving side: a charge of the connected account's, paid by the transfer."""
    nobody = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
    ctx.make(
        stripe.Charge,
        account=transfer["destination"],
        id=transfer["destination_payment"],
        amount=transfer["amount"],
        amount_captured=transfer["amount"],
        amount_refunded=0,
        balance_transaction=transaction,
        billing_details=nobody,
        captured=True,
        created=ctx.now,
        currency=transfer["currency"],
        disputed=False,
        livemode=False,
        metadata={},
        paid=True,
        refunded=False,
        source_transfer=transfer["id"],
        status="succeeded",
    )
