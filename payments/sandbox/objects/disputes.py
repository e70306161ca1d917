"""Disputes as the platform sees them: read, answered with evidence, given up."""

from typing import Any

from payments.sandbox import events, labels, listing
from payments.sandbox.errors import invalid, refused
from payments.sandbox.objects import chargebacks, claims, files
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

# Words that Stripe's test mode understands in `evidence.uncategorized_text`.
MAGIC = {
    "winning_evidence": "won",
    "losing_evidence": "lost",
    "escalate_inquiry_evidence": "needs_response",
}
REVIEWED = {
    "warning_needs_response": "warning_under_review",
    "needs_response": "under_review",
    "appeal_needs_response": "appeal_under_review",
}


def list_disputes(ctx: Context, params: Body) -> Body:
    return listing.page(ctx, "dispute", params, url="/v1/disputes", fields=("charge", "payment_intent"))


def retrieve(ctx: Context, params: Body, dispute: str) -> Body:
    return present(ctx, ctx.need("dispute", dispute))


def update(ctx: Context, params: Body, dispute_id: str) -> Body:
    """Stage evidence, or send it: it is sent unless `submit` is false, and cannot be taken back."""
    dispute = ctx.need("dispute", dispute_id)
    dispute["metadata"] = labels.merged(dispute["metadata"], params.get("metadata"))
    given: dict[str, Any] = params.get("evidence") or {}
    if given:
        _stage(ctx, dispute, given)
    ctx.store.save(dispute)
    if dispute["evidence_details"]["has_evidence"] and given and params.get("submit", True):
        _send(ctx, dispute)
    else:
        events.emit(ctx, "charge.dispute.updated", dispute)
    return present(ctx, dispute)


def _stage(ctx: Context, dispute: Body, given: dict[str, Any]) -> None:
    if dispute["status"] not in REVIEWED:
        raise refused(f"This dispute is {dispute['status']}; evidence cannot be given any more.")
    appeals = dispute["status"] == "appeal_needs_response"
    if appeals != ("appeal" in given) or (appeals and len(given) > 1):
        raise invalid("In an appeal, and only then, the evidence is evidence[appeal].", param="evidence")
    files.require(ctx, given)
    dispute["evidence"] |= {name: value or None for name, value in given.items()}
    dispute["evidence_details"]["has_evidence"] = True


def _send(ctx: Context, dispute: Body) -> None:
    details = dispute["evidence_details"]
    details["submission_count"] += 1
    if dispute["status"] != "appeal_needs_response":
        details["submission_method"] = "manual"
    wish = MAGIC.get(dispute["evidence"]["uncategorized_text"] or "")
    chargebacks.answered(ctx, dispute)
    chargebacks.decide(ctx, dispute, REVIEWED[dispute["status"]])
    if wish in chargebacks.NEXT[dispute["status"]]:
        chargebacks.decide(ctx, dispute, wish)


def close(ctx: Context, params: Body, dispute_id: str) -> Body:
    """Give in: the dispute is lost."""
    dispute = ctx.need("dispute", dispute_id)
    if dispute["status"] not in claims.UNANSWERED:
        raise refused(f"This dispute is {dispute['status']} and cannot be closed.")
    given_in = "warning_closed" if dispute["status"] in claims.INQUIRY else "lost"
    return present(ctx, chargebacks.decide(ctx, dispute, given_in))
