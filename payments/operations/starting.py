"""From money that is held to work: the clocks of parts that wait for a first version, and promised materials."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from marketplace.kernel.times import end_of_day
from payments.emails import supplies
from payments.models import Deadline
from projects.models import Deadline as WorkDeadline
from projects.models import Deliverable, Engagement


def await_materials(engagement: Engagement, *, at: datetime) -> None:
    """The promised materials come first: no due date runs while one of them is missing (PRODUCT.md)."""
    assert engagement.starts_at is not None
    zone = ZoneInfo(engagement.company.time_zone)
    engagement.materials_due_at = end_of_day(engagement.starts_at, zone, days=settings.MATERIALS_DAYS)
    engagement.save(update_fields=["materials_due_at"])
    kind = Deadline.Kind.MATERIALS_DUE
    Deadline.objects.create(kind=kind, engagement=engagement, due_at=engagement.materials_due_at)
    supplies.materials_wanted(engagement, at=at)


def start_clocks(engagement: Engagement, *, since: datetime, at: datetime) -> None:
    """The due dates of all parts that wait for a first version, counted in the student's days."""
    for deliverable in engagement.deliverables.filter(status="pending").order_by("number"):
        deliverable.engagement = engagement
        start_clock(deliverable, since=since, at=at)


def start_clock(deliverable: Deliverable, *, since: datetime, at: datetime) -> None:
    zone = deliverable.engagement.student.zone
    deliverable.due_at = end_of_day(since, zone, days=deliverable.due_days)
    deliverable.save(update_fields=["due_at"])
    WorkDeadline.objects.remind_of_due(deliverable, at=at)
    Deadline.objects.await_delivery(deliverable)
