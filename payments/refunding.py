"""Money back to the card: an engagement that was paid and never started."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from payments import emails, operations
from payments.models import Deadline, Hold, Operation
from projects.models import Deliverable, Engagement


class AlreadyStarted(RuleViolation):
    """The start has come, or something was handed in: only the two sides together or a person can end it."""

    code = "already_started"

    def __init__(self) -> None:
        super().__init__("The work has started, so it cannot be cancelled for a full refund any more.")


def cancel_before_start(engagement: Engagement, *, by: User, at: datetime, reason: str) -> Operation:
    """End an engagement whose start has not come; the employer gets everything back, platform fee included.

    Either side may. Raises AlreadyStarted, InvalidTransition.
    """
    with locked(engagement) as engagement:
        if by.pk != engagement.student_id and not engagement.company.has_member(by):
            raise PermissionDenied
        engagement.become(Engagement.Status.CANCELLED, by=by, at=at, reason=reason, finished_at=at)
        deliverables = list(engagement.deliverables.select_for_update().order_by("pk"))
        untouched = all(row.status == Deliverable.Status.PENDING for row in deliverables)
        if engagement.starts_at is None or at >= engagement.starts_at or not untouched:
            raise AlreadyStarted
        for deliverable in deliverables:
            deliverable.become(Deliverable.Status.ENDED, by=by, at=at, reason=reason)
        hold = relock(engagement.holds.get(status=Hold.Status.FUNDED))
        Deadline.objects.pending().filter(hold=hold).update(done_at=at)
        operation = operations.plan_refund(hold, at=at)
        emails.cancelled_before_start(engagement, hold, by=by, reason=reason, at=at)
    return operation
