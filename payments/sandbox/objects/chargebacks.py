"""The bank's side of disputes: it opens them, takes the money, decides, and gives it back."""

import stripe

from payments.sandbox import annotations, events, money
from payments.sandbox.clock import DAY, next_midnight
from payments.sandbox.money import CARDS, Movement
from payments.sandbox.objects import claims, fraud_warnings, refunds
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

FEE_CENTS = 1500  # the list price in the United States
ANSWER_DAYS = 9
INQUIRY_DAYS = 120  # an inquiry that nobody pursues is closed
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1", "product_unacceptable": "13.3"}
REASONS = (
    *("bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated"),
    *("debit_not_authorized", "duplicate", "fraudulent", "general", "incorrect_account_details"),
    *("insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable"),
    *("subscription_canceled", "unrecognized"),
)
UNDER_WAY = (*claims.INQUIRY, *claims.OPEN)
# What may become of a dispute. The money follows: the bank has it in every status of `claims.TAKEN`.
NEXT = {
    "warning_needs_response": ("warning_under_review", "needs_response", "warning_closed"),
    "warning_under_review": ("needs_response", "warning_closed"),
    "needs_response": ("under_review", "won", "lost"),
    "under_review": ("won", "lost"),
    "won": ("appeal_needs_response",),
    "lost": ("appeal_needs_response",),
    "appeal_needs_response": ("appeal_under_review", "won", "lost"),
    "appeal_under_review": ("won", "lost"),
    "warning_closed": (),
}


def dispute(
    ctx: Context,
    charge: Body,
    *,
    cents: int | None = None,
    reason: str = "fraudulent",
    inquiry: bool = False,
    fee_cents: int = FEE_CENTS,
    countered_fee_cents: int = 0,
) -> Body:
    """The cardholder disputes a charge: all that was not refunded, or these cents of it.

    `countered_fee_cents` is the extra fee of an answer, where the price list has one; it comes back on a win.
    Raises ValueError for a charge that cannot be disputed.
    """
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = left if cents is None else cents
    if not charge["captured"] or left <= 0:
        raise ValueError(f"{charge['id']} was never taken, or was given back in full.")
    if reason not in REASONS or not 1 <= amount <= charge["amount_captured"]:
        raise ValueError(f"A dispute has a reason ({', '.join(REASONS)}) and at most the charge's amount.")
    if claims.of(ctx, charge["id"], UNDER_WAY):
        raise ValueError(f"{charge['id']} is disputed already.")
    found = _make(ctx, charge, amount, reason, inquiry=inquiry)
    private = {"fee": fee_cents, "countered_fee": countered_fee_cents}
    ctx.store.save_private(found["id"], private)
    ctx.store.save(charge | {"disputed": True})
    events.emit(ctx, "charge.dispute.created", found)
    fraud_warnings.settle(ctx, charge["id"])
    if inquiry:
        ctx.at(ctx.now + INQUIRY_DAYS * DAY, "inquiry_closes", found["id"])
    else:
        _withdraw(ctx, found, fee_cents)
        _stop_refunds(ctx, charge["id"])
    return found


def _make(ctx: Context, charge: Body, cents: int, reason: str, *, inquiry: bool) -> Body:
    id_ = ctx.new_id("du_")
    card = charge["payment_method_details"]["card"]
    code = NETWORK_CODES.get(reason)
    due = _due(ctx)
    made = ctx.make(
        stripe.Dispute,
        id=id_,
        amount=cents,
        balance_transactions=[],
        charge=charge["id"],
        created=ctx.now,
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence=evidence(),
        evidence_details={
            "due_by": due,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        is_charge_refundable=inquiry,
        livemode=False,
        metadata={},
        network_reason_code=code,
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {
                "brand": card["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": card["network"],
                "network_reason_code": code,
            },
            "type": "card",
        },
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    ctx.at(due, "dispute_due", id_)
    return made


def evidence() -> Body:
    return annotations.blank(stripe.Dispute.Evidence, enhanced_evidence={})


def _due(ctx: Context) -> int:
    return next_midnight(ctx.now + ANSWER_DAYS * DAY) - 1


def _stop_refunds(ctx: Context, charge_id: str) -> None:
    """A refund that still waited will not be paid on top of the dispute."""
    for refund in ctx.store.find("refund", charge=charge_id, status="pending"):
        refunds.fail(ctx, refund, "charge_for_pending_refund_disputed")


def _withdraw(ctx: Context, found: Body, fee: int) -> None:
    _move(ctx, found, -found["amount"], fee, "dispute")
    events.emit(ctx, "charge.dispute.funds_withdrawn", found)


def _move(ctx: Context, found: Body, cents: int, fee: int, category: str) -> None:
    movement = Movement(
        owner=PLATFORM,
        kind="adjustment",
        cents=cents,
        currency=found["currency"],
        against=CARDS,
        source=found["id"],
        available_on=ctx.now,
        fee=fee,
        description=f"Chargeback {'withdrawal' if cents < 0 else 'reversal'} for {found['charge']}",
        category=category,
        fee_for="Dispute fee",
    )
    found["balance_transactions"].append(money.book(ctx, movement)["id"])
    ctx.store.save(found)


def answered(ctx: Context, found: Body) -> None:
    """Evidence was sent: the extra fee of an answer is taken, where there is one."""
    private = ctx.store.private(found["id"])
    if private["countered_fee"] and not private.get("countered"):
        ctx.store.save_private(found["id"], private | {"countered": True})
        _move(ctx, found, 0, private["countered_fee"], "dispute")


def decide(ctx: Context, found: Body, status: str) -> Body:
    """Move a dispute on, with its money. Raises ValueError where it cannot come to that."""
    before = found["status"]
    if status not in NEXT[before]:
        raise ValueError(
            f"{found['id']} is {before}; from there it can become {', '.join(NEXT[before]) or 'nothing'}."
        )
    if status in claims.UNANSWERED:
        found["evidence_details"] |= {"due_by": _due(ctx), "past_due": False}
        ctx.at(found["evidence_details"]["due_by"], "dispute_due", found["id"])
    if before in claims.INQUIRY and status == "needs_response":
        _escalate(ctx, found)
    claims.stand(ctx, found, status)
    had, has = before in claims.TAKEN, status in claims.TAKEN
    if has and not had:
        _withdraw(ctx, found, ctx.store.private(found["id"])["fee"] if before in claims.INQUIRY else 0)
        _stop_refunds(ctx, found["charge"])
    elif had and not has:
        _reinstate(ctx, found)
    return found


def _escalate(ctx: Context, found: Body) -> None:
    ctx.not_at("inquiry_closes", found["id"])
    found["payment_method_details"]["card"]["case_type"] = "chargeback"


def _reinstate(ctx: Context, found: Body) -> None:
    private = ctx.store.private(found["id"])
    back = private["countered_fee"] if private.pop("countered", False) else 0
    ctx.store.save_private(found["id"], private)
    _move(ctx, found, found["amount"], -back, "dispute_reversal")
    events.emit(ctx, "charge.dispute.funds_reinstated", found)


def ran_out(ctx: Context, dispute_id: str) -> None:
    """Timer: nobody answered in time; a chargeback and an appeal are lost by that, an inquiry stays open."""
    found = ctx.need("dispute", dispute_id)
    found["evidence_details"]["past_due"] = True
    ctx.store.save(found)
    if found["status"] in claims.OPEN:
        decide(ctx, found, "lost")
    else:
        events.emit(ctx, "charge.dispute.updated", found)


def dropped(ctx: Context, dispute_id: str) -> None:
    """Timer: the bank never made a dispute of its inquiry."""
    found = ctx.need("dispute", dispute_id)
    if found["status"] in claims.INQUIRY:
        decide(ctx, found, "warning_closed")


def by_card(ctx: Context, ref: str) -> None:
    """Timer: a test card that stands for a dispute was charged."""
    charge_id, _, kind = ref.partition("|")
    charge = ctx.need("charge", charge_id)
    if charge["captured"] and not charge["refunded"] and not claims.of(ctx, charge_id, UNDER_WAY):
        dispute(ctx, charge, reason="fraudulent" if kind == "inquiry" else kind, inquiry=kind == "inquiry")
