"""Transfer reversals: money that a connected account was sent comes back to the platform."""

import stripe

from payments.sandbox import annotations, events, labels, listing, money
from payments.sandbox.errors import invalid, refused
from payments.sandbox.money import BETWEEN, Movement
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

SHOWN = 10  # a transfer carries the last ten of its reversals


def list_reversals(ctx: Context, params: Body, transfer: str) -> Body:
    ctx.need("transfer", transfer)
    url = f"/v1/transfers/{transfer}/reversals"
    return listing.page(ctx, "transfer_reversal", params, url=url, transfer=transfer)


def retrieve(ctx: Context, params: Body, transfer: str, reversal: str) -> Body:
    ctx.need("transfer", transfer)
    return present(ctx, ctx.need("transfer_reversal", reversal))


def create(ctx: Context, params: Body, transfer_id: str) -> Body:
    """Take money back, all that is left of the transfer unless `amount` says less.

    The account must have it available; with connected reserves its balance may go below nought instead.
    """
    transfer = ctx.need("transfer", transfer_id)
    cents = _cents(transfer, params)
    owner, currency = transfer["destination"], transfer["currency"]
    if not money.reserves_allowed(ctx) and money.available(ctx, owner, currency) < cents:
        raise refused(
            "The connected account does not have enough available funds to reverse this transfer.",
            code="balance_insufficient",
        )
    reversal = annotations.blank(
        stripe.TransferReversal,
        id=ctx.new_id("trr_"),
        amount=cents,
        created=ctx.now,
        currency=currency,
        destination_payment_refund=ctx.new_id("pyr_"),
        metadata=labels.merged({}, params.get("metadata")),
        transfer=transfer_id,
    )
    back = Movement(PLATFORM, "transfer_refund", cents, currency, BETWEEN, reversal["id"], ctx.now)
    reversal["balance_transaction"] = money.book(ctx, back)["id"]
    ctx.store.add(reversal, account=PLATFORM, created=ctx.now)
    _give_back(ctx, transfer, reversal)
    _note(ctx, transfer, reversal)
    return present(ctx, reversal)


def _cents(transfer: Body, params: Body) -> int:
    left = transfer["amount"] - transfer["amount_reversed"]
    if left <= 0:
        raise refused("Transfer is already fully reversed.", code="transfer_already_reversed")
    cents = int(params.get("amount", left))
    if cents < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if cents > left:
        raise refused(
            f"Refund amount ({cents}) is greater than unrefunded amount on transfer ({left}).",
            param="amount",
        )
    return cents


def _give_back(ctx: Context, transfer: Body, reversal: Body) -> None:
    """The account's side: its payment is refunded."""
    owner, payment_id = transfer["destination"], transfer["destination_payment"]
    id_, cents, currency = reversal["destination_payment_refund"], reversal["amount"], reversal["currency"]
    out = Movement(owner, "payment_refund", -cents, currency, BETWEEN, id_, ctx.now)
    ctx.make(
        stripe.Refund,
        account=owner,
        id=id_,
        amount=cents,
        balance_transaction=money.book(ctx, out)["id"],
        charge=payment_id,
        created=ctx.now,
        currency=currency,
        metadata={},
        status="succeeded",
        transfer_reversal=reversal["id"],
    )
    payment = ctx.store.get(payment_id, kind="charge", account=owner) or {}
    payment["amount_refunded"] += cents
    payment["refunded"] = payment["amount_refunded"] >= payment["amount"]
    ctx.store.save(payment)
    events.emit(ctx, "charge.refunded", payment, owner=owner)


def _note(ctx: Context, transfer: Body, reversal: Body) -> None:
    known = transfer["reversals"]
    known |= {"data": [reversal, *known["data"]][:SHOWN]}
    known["has_more"] = (
        known["has_more"] or len(ctx.store.find("transfer_reversal", transfer=transfer["id"])) > SHOWN
    )
    transfer["amount_reversed"] += reversal["amount"]
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    ctx.store.save(transfer)
    events.emit(ctx, "transfer.reversed", transfer)
