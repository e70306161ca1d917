"""Letters about work that is due."""

from datetime import datetime
from typing import Any

from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from projects.emails.addressing import turn_of
from projects.models import Deliverable


def work_due(deliverable: Deliverable, *, at: datetime) -> None:
    remind("work_due", deliverable, at=at, not_after=deliverable.due_at)


def work_overdue(deliverable: Deliverable, *, at: datetime) -> None:
    """The due date has passed and nothing was handed in yet: what the days of grace are for."""
    grace, refund = deliverable.engagement.late_days
    remind("work_overdue", deliverable, at=at, not_after=None, grace_days=grace, days=grace + refund)


def remind(
    template: str, deliverable: Deliverable, *, at: datetime, not_after: datetime | None, **context: Any
) -> None:
    engagement = deliverable.engagement
    about = About(
        path=deliverable.get_absolute_url(),
        action="Deliver this part",
        why=f"you work on “{engagement}” for {engagement.company}",
        topic=Topic.REMINDERS,
        turn=turn_of(engagement, engagement.student),
    )
    mail.send(
        f"projects/{template}",
        to=engagement.student,
        key=f"work_due:{deliverable.pk}:{deliverable.due_at:%Y%m%d}:{at:%Y%m%d}",
        at=at,
        about=about,
        not_after=not_after,
        title=str(engagement),
        company=str(engagement.company),
        deliverable=deliverable.title,
        due=deliverable.due_at,
        **context,
    )
