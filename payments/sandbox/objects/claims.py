"""Where a dispute stands, and what that means for its charge."""

from payments.sandbox import events
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

INQUIRY = ("warning_needs_response", "warning_under_review")
OPEN = ("needs_response", "under_review", "appeal_needs_response", "appeal_under_review")
CLOSED = ("warning_closed", "won", "lost")
TAKEN = (*OPEN, "lost")  # the bank has the money
UNANSWERED = ("warning_needs_response", "needs_response", "appeal_needs_response")


def of(ctx: Context, charge_id: str, statuses: tuple[str, ...]) -> list[Body]:
    return [d for d in ctx.store.find("dispute", charge=charge_id) if d["status"] in statuses]


def lost_cents(ctx: Context, charge_id: str) -> int:
    """What banks took from this charge for good."""
    return sum(d["amount"] for d in of(ctx, charge_id, ("lost",)))


def stand(ctx: Context, dispute: Body, status: str) -> None:
    """Move a dispute to this status, and tell."""
    before = {"status": dispute["status"]}
    dispute |= {"status": status, "is_charge_refundable": status not in TAKEN}
    if status not in UNANSWERED:
        ctx.not_at("dispute_due", dispute["id"])
    ctx.store.save(dispute)
    kind = "closed" if status in CLOSED else "updated"
    events.emit(ctx, f"charge.dispute.{kind}", dispute, before=before if kind == "updated" else None)


def refunded_in_full(ctx: Context, charge: Body) -> None:
    """A full refund answers the bank's questions: inquiries about this charge are closed."""
    for dispute in of(ctx, charge["id"], INQUIRY):
        stand(ctx, dispute, "warning_closed")
