"""While work is under way: reminders around the day on which a part of it is due."""

from datetime import datetime

from marketplace.kernel.transactions import relock
from projects import emails
from projects.models import Deadline, Deliverable, Engagement

AWAITED = (Deliverable.Status.PENDING, Deliverable.Status.CHANGES_REQUESTED)


def remind_of_due_work(deliverable: Deliverable, *, at: datetime) -> None:
    """Tell the student that a part is due, or was; nothing where it was handed in, or all is over.

    The next reminder is written after this one, so that a sweep that slept for days sends one, not three.
    """
    deliverable = relock(deliverable)
    under_way = deliverable.engagement.status == Engagement.Status.ACTIVE
    if not under_way or deliverable.status not in AWAITED or deliverable.due_at is None:
        return
    if at < deliverable.due_at:
        emails.work_due(deliverable, at=at)
    else:
        emails.work_overdue(deliverable, at=at)
    Deadline.objects.remind_of_due(deliverable, at=at)
