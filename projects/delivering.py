"""While work is under way: the reminder of a day on which a part of it is due."""

from datetime import datetime

from projects import emails
from projects.models import Deliverable, Engagement

AWAITED = (Deliverable.Status.PENDING, Deliverable.Status.CHANGES_REQUESTED)


def remind_of_due_work(deliverable: Deliverable, *, at: datetime) -> None:
    """Tell the student that a part is due; nothing where it was handed in, or the engagement is over."""
    under_way = deliverable.engagement.status == Engagement.Status.ACTIVE
    if under_way and deliverable.status in AWAITED and deliverable.due_at is not None:
        emails.work_due(deliverable, at=at)
