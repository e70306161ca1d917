"""Money back to the card: an engagement that never started, and a part for which nothing was ever handed in."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import User
from marketplace.kernel import telling
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import total
from marketplace.kernel.transactions import locked, relock
from payments import emails, operations
from payments.emails import late
from payments.models import Deadline, Hold, Operation, Refund
from payments.models.deadlines import grace_ends_at, undelivered_ends_at
from projects import places
from projects.models import Deliverable, Engagement

LOOK_AGAIN = timedelta(days=1)  # at a payment that a bank or a person has stopped


class AlreadyStarted(RuleViolation):
    """The start has come, or something was handed in: only the two sides together or a person can end it."""

    code = "already_started"

    def __init__(self) -> None:
        super().__init__("The work has started, so it cannot be cancelled for a full refund any more.")


def cancel_before_start(engagement: Engagement, *, by: User, at: datetime, reason: str) -> list[Operation]:
    """End an engagement whose start has not come; the employer gets everything back, platform fee included.

    Either side may. Returns one refund for each of its payments. Raises AlreadyStarted, BeingCharged,
    InvalidTransition.
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
            Deadline.objects.stop_awaiting(deliverable, at=at)
        operations.end_open_more_work(engagement, by=by, at=at, reason=reason)
        funded = engagement.holds.filter(status=Hold.Status.FUNDED).order_by("pk")
        holds = list(funded.select_for_update(of=("self",)))
        Deadline.objects.pending().filter(hold__in=holds).update(done_at=at)
        refunds = [operations.plan_refund(hold, at=at) for hold in holds]
        amount = total([hold.gross for hold in holds])
        places.seat_is_free_again(engagement.project, at=at)
        emails.cancelled_before_start(engagement, amount, by=by, reason=reason, at=at)
    return refunds


# A part that is never delivered (PRODUCT.md: 3 days of grace, then 7 more)


def is_awaited(deliverable: Deliverable, engagement: Engagement) -> bool:
    """Whether nothing was ever handed in for this part while work goes on."""
    pending = deliverable.status == Deliverable.Status.PENDING
    return pending and engagement.status == Engagement.Status.ACTIVE and not deliverable.submissions.exists()


def announce_refund(deliverable: Deliverable, *, at: datetime) -> None:
    """The days of grace are over: tell both sides what happens by itself, and when."""
    with locked(deliverable.engagement) as engagement:
        deliverable = relock(deliverable)
        if is_awaited(deliverable, engagement) and at >= grace_ends_at(deliverable):
            ends_at = max(undelivered_ends_at(deliverable), at + timedelta(days=settings.LATE_NOTICE_DAYS))
            late.work_is_late(deliverable, ends_at=ends_at, at=at)


def remind_of_refund(deliverable: Deliverable, *, at: datetime) -> None:
    """A day before: the last chance to hand something in; nothing where the refund is not near."""
    deliverable = Deliverable.objects.select_related("engagement").get(pk=deliverable.pk)
    ends_at, announced_at = undelivered_ends_at(deliverable), Deadline.objects.announced_at(deliverable)
    if announced_at is not None and at < ends_at and is_awaited(deliverable, deliverable.engagement):
        late.work_is_late(deliverable, ends_at=ends_at, at=at)


def refund_undelivered(deliverable: Deliverable, *, at: datetime) -> Refund | None:
    """Give the share of a part back for which nothing was ever handed in. None where it is not to be.

    A submission locks the same rows, so that either it counts or the refund does. What was not announced
    long enough before waits, and so does a payment that a bank or a person has stopped.
    """
    with locked(deliverable.engagement) as engagement:
        deliverable = relock(deliverable)
        if not is_awaited(deliverable, engagement) or at < undelivered_ends_at(deliverable):
            return None
        share = deliverable.hold_share
        hold = share.hold = relock(share.hold)
        if (waits_until := not_yet(deliverable, hold, at=at)) is not None:
            kind = Deadline.Kind.UNDELIVERED_ENDS
            Deadline.objects.create(kind=kind, deliverable=deliverable, due_at=waits_until)
            return None
        reason = "Nothing was handed in, and the days of grace were over."
        deliverable.become(Deliverable.Status.ENDED, by=None, at=at, reason=reason)
        Deadline.objects.stop_awaiting(deliverable, at=at)
        refund = operations.plan_share_refund(share, at=at)
        operations.conclude(engagement, at=at)
        telling.later(late.SHARE_REFUNDED, [refund.pk], at=at)
    return refund


def not_yet(deliverable: Deliverable, hold: Hold, *, at: datetime) -> datetime | None:
    """Until when this refund must wait; None where it may be made now."""
    announced_at = Deadline.objects.announced_at(deliverable)
    if announced_at is None or hold.status != Hold.Status.FUNDED or hold.hold_reason:
        return at + LOOK_AGAIN
    earliest = announced_at + timedelta(days=settings.LATE_NOTICE_DAYS)
    return earliest if at < earliest else None
