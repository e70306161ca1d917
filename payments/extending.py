"""A few more days on request: once for each part, no questions asked."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.states import InvalidTransition
from marketplace.kernel.times import end_of_day
from marketplace.kernel.transactions import locked, relock
from payments.emails import late
from payments.models import Deadline
from payments.models.deadlines import grace_ends_at
from projects.models import Deadline as WorkDeadline
from projects.models import Deliverable, Engagement


class AlreadyExtended(RuleViolation):
    """Each clock is extended once."""

    code = "already_extended"

    def __init__(self) -> None:
        super().__init__("You took more time for this part already; that is possible once.")


class TooLateToExtend(RuleViolation):
    """The clock has run out."""

    code = "too_late_to_extend"

    def __init__(self) -> None:
        super().__init__("The time for this part is over, so it cannot be extended. Hand in what you have.")


def take_more_time(deliverable: Deliverable, *, by: User, at: datetime, reason: str = "") -> Deliverable:
    """Move the due date of a part by the days of PRODUCT.md; the employer is told.

    A first version may be extended until its days of grace end, a later one until it is due.
    Raises AlreadyExtended, TooLateToExtend, InvalidTransition.
    """
    with locked(deliverable.engagement) as engagement:
        if by.pk != engagement.student_id:
            raise PermissionDenied
        deliverable = relock(deliverable)
        awaited = {Deliverable.Status.PENDING, Deliverable.Status.CHANGES_REQUESTED}
        if engagement.status != Engagement.Status.ACTIVE or deliverable.status not in awaited:
            raise InvalidTransition("Nothing is due for this part just now.")
        if deliverable.extended_at is not None:
            raise AlreadyExtended
        if deliverable.due_at is None:
            raise InvalidTransition("No due date runs for this part yet: promised materials are missing.")
        if at > last_moment(deliverable):
            raise TooLateToExtend
        zone = engagement.student.zone
        deliverable.due_at = end_of_day(deliverable.due_at, zone, days=settings.EXTENSION_DAYS)
        deliverable.extended_at, deliverable.extension_reason = at, reason.strip()
        deliverable.version += 1
        deliverable.save(update_fields=["due_at", "extended_at", "extension_reason", "version"])
        move_clocks(deliverable, at=at)
        late.more_time_taken(deliverable, at=at)
    return deliverable


def last_moment(deliverable: Deliverable) -> datetime:
    assert deliverable.due_at is not None
    first = deliverable.status == Deliverable.Status.PENDING
    return grace_ends_at(deliverable) if first else deliverable.due_at


def move_clocks(deliverable: Deliverable, *, at: datetime) -> None:
    WorkDeadline.objects.remind_of_due(deliverable, at=at)
    if deliverable.status == Deliverable.Status.PENDING:
        Deadline.objects.await_delivery(deliverable)
    else:
        rework = Deadline.objects.pending().filter(kind=Deadline.Kind.REWORK_ENDS, deliverable=deliverable)
        rework.update(due_at=deliverable.due_at)
