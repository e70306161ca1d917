"""How things end: an offer without work, whose card is freed, and an engagement in which no part is open."""

from datetime import datetime

from accounts.models import User
from marketplace.kernel.transactions import relock
from payments.emails import paying_for
from payments.models import Deadline, PaymentRequest
from payments.operations.planning import plan_void
from projects.models import Application, Deliverable, Engagement

APPLICATION_AFTER = {
    Engagement.Status.DECLINED: Application.Status.OFFER_DECLINED,
    Engagement.Status.WITHDRAWN: Application.Status.OFFER_WITHDRAWN,
    Engagement.Status.EXPIRED: Application.Status.OFFER_EXPIRED,
}


def end_offer(
    engagement: Engagement,
    status: Engagement.Status,
    *,
    by: User | None,
    at: datetime,
    reason: str,
    leaves: Application.Status | None = None,
) -> None:
    """An offer that stood; `leaves` is what the application becomes where it is not the usual."""
    engagement.become(status, by=by, at=at, reason=reason, finished_at=at)
    application = relock(engagement.application)
    application.become(leaves or APPLICATION_AFTER[status], by=by, at=at, reason=reason)
    free_card(engagement, by=by, at=at, reason=reason)


def leave_page(engagement: Engagement, *, by: User | None, at: datetime, reason: str) -> None:
    """An offer that was never made, because its payment page was left: the seat is free again."""
    engagement.become(Engagement.Status.ABANDONED, by=by, at=at, reason=reason, finished_at=at)
    request = PaymentRequest.objects.filter(engagement=engagement).select_related("asked_by").first()
    if request is not None:
        request.engagement = engagement
        paying_for.nothing_to_pay(request, at=at)
        if by is not None:
            paying_for.request_taken_back(request, at=at)
    free_card(engagement, by=by, at=at, reason=reason)


def free_card(engagement: Engagement, *, by: User | None, at: datetime, reason: str) -> None:
    Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
    plan_void(relock(engagement.holds.get(number=1)), by=by, at=at, reason=reason)


def is_over(engagement: Engagement) -> bool:
    """Whether no part is open, and no more work is proposed or waits for its payment."""
    return not (engagement.deliverables.unapproved().exists() or engagement.more_work.open().exists())


def conclude(
    engagement: Engagement, *, at: datetime, by: User | None = None, reason: str = "Nothing was handed in."
) -> None:
    """Work under way is over when nothing of it is open: completed if any part was approved, else ended."""
    if engagement.status != Engagement.Status.ACTIVE or not is_over(engagement):
        return
    approved = engagement.deliverables.exclude(status=Deliverable.Status.ENDED).exists()
    status = Engagement.Status.COMPLETED if approved else Engagement.Status.ENDED
    engagement.become(status, by=by, at=at, reason="" if approved else reason, finished_at=at)
