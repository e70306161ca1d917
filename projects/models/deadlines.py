"""What happens by itself to projects and deliverables: rows that a sweep finds when they are due."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from projects.models.deliverables import Deliverable
from projects.models.projects import Project

REMINDER = timedelta(days=1)  # before silence is named


def reminders_of(deliverable: Deliverable) -> list[datetime]:
    """Around the due date of a first version; before that of a later one, after which a person looks."""
    if deliverable.due_at is None:
        return []
    first = deliverable.status == Deliverable.Status.PENDING
    days = [days for days in settings.WORK_REMINDER_DAYS if first or days < 0]
    return [deliverable.due_at + timedelta(days=number) for number in sorted(days)]


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def due(self, *, at: datetime) -> "DeadlineQuerySet":
        """What is to happen now; the clocks of work whose payment a bank took back stand still."""
        still = Q(deliverable__engagement__holds__hold_reason="bank_dispute")
        return self.filter(done_at=None, due_at__lte=at).exclude(still).order_by("due_at", "pk")

    def pending(self) -> "DeadlineQuerySet":
        return self.filter(done_at=None)

    def no_later(self, project: Project, due: Mapping[str, datetime], *, at: datetime) -> None:
        """The one row of each of these kinds is due at its moment, or where it was due before."""
        pending = self.pending().filter(kind__in=due, project=project)
        before = dict(pending.values_list("kind", "due_at"))
        pending.update(done_at=at)
        self.bulk_create(
            Deadline(kind=kind, project=project, due_at=min(moment, before.get(kind, moment)))
            for kind, moment in due.items()
        )

    def start_clocks(self, project: Project, *, at: datetime) -> None:
        """What the dates of an open project bring. Whoever was promised an earlier answer still has it."""
        assert project.applications_close_at is not None
        assert project.answer_by_at is not None
        kind = Deadline.Kind.CLOSE_APPLICATIONS
        self.pending().filter(kind=kind, project=project).update(done_at=at)
        self.create(kind=kind, project=project, due_at=project.applications_close_at)
        self.await_answers(project, until=project.answer_by_at, at=at)

    def await_answers(self, project: Project, *, until: datetime, at: datetime) -> None:
        """At `until` silence is named, and a day before the company is reminded of it."""
        kind = Deadline.Kind
        due: dict[str, datetime] = {kind.ANSWER_BY: until, kind.ANSWER_REMINDER: max(at, until - REMINDER)}
        self.no_later(project, due, at=at)

    def remind_of_due(self, deliverable: Deliverable, *, at: datetime) -> None:
        """The next reminder of a part's due date, one row at a time: what was missed is not made up for."""
        kind = Deadline.Kind.WORK_DUE_REMINDER
        self.pending().filter(kind=kind, deliverable=deliverable).update(done_at=at)
        coming = [moment for moment in reminders_of(deliverable) if moment > at]
        if coming:
            self.create(kind=kind, deliverable=deliverable, due_at=coming[0])


class Deadline(models.Model):
    """One thing that will happen to one project or deliverable; the row is the queue."""

    class Kind(models.TextChoices):
        CLOSE_APPLICATIONS = "close_applications"
        ANSWER_REMINDER = "answer_reminder"
        ANSWER_BY = "answer_by"
        ASKED_AGAIN = "asked_again"
        WORK_DUE_REMINDER = "work_due_reminder"

    kind = models.CharField(max_length=30, choices=Kind)
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="deadlines")
    deliverable = models.ForeignKey(
        Deliverable, models.PROTECT, null=True, blank=True, related_name="deadlines"
    )
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(DeadlineQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="deadline_due", fields=["due_at", "id"], condition=Q(done_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="deadline_of_exactly_one",
                condition=Q(project__isnull=False, deliverable__isnull=True)
                | Q(project__isnull=True, deliverable__isnull=False),
            ),
            models.UniqueConstraint(
                name="deadline_once_each",
                fields=["kind", "project", "deliverable"],
                condition=Q(done_at=None),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.due_at:%Y-%m-%d %H:%M}"
