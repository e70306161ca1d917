"""Edits: what a company wants to change in a project that is open, and what became of it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition
from projects.models.projects import Project


class ProjectEditQuerySet(models.QuerySet["ProjectEdit"]):
    def visible_to(self, user: Any) -> "ProjectEditQuerySet":
        """Those of one's own companies' projects; a moderator sees all."""
        return self if user.is_staff else self.filter(project__company__in=user.company_ids)

    def waiting(self) -> "ProjectEditQuerySet":
        """Those a moderator has to decide; what waited when its project closed is moot."""
        return self.filter(status=ProjectEdit.Status.WAITING, project__status__in=Project.CHANGEABLE)

    def in_force(self) -> "ProjectEditQuerySet":
        """Those that became public, the newest first."""
        return self.filter(status=ProjectEdit.Status.IN_FORCE).order_by("-decided_at", "-pk")

    def latest_asked(self) -> "ProjectEdit | None":
        """Of one project's, what waits or was refused last; nothing once anything newer became public."""
        newest = self.exclude(status=ProjectEdit.Status.WITHDRAWN).order_by("-pk").first()
        return None if newest is None or newest.status == ProjectEdit.Status.IN_FORCE else newest

    def longest_waiting_first(self) -> "ProjectEditQuerySet":
        return self.order_by("proposed_at", "pk")


class ProjectEdit(StateMachine):
    """One change of an open project. Until it is in force, the old text stays public."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waits for a moderator"
        IN_FORCE = "in_force", "In force"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Taken back"

    noun: ClassVar[str] = "change"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.WAITING: frozenset({Status.IN_FORCE, Status.REFUSED, Status.WITHDRAWN})
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="edits")
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    proposed: "models.JSONField[Any, Any]" = models.JSONField("the whole project as it should be")
    changes: "models.JSONField[Any, Any]" = models.JSONField("what differs: field, label, before, after")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    rejection_codes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    rejection_note = models.TextField(max_length=1000, blank=True)

    objects = models.Manager.from_queryset(ProjectEditQuerySet)()

    class Meta:
        verbose_name = "change of a project"
        verbose_name_plural = "changes of projects"
        indexes = [
            models.Index(
                name="project_edit_waiting", fields=["proposed_at", "id"], condition=Q(status="waiting")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="project_edit_one_waiting", fields=["project"], condition=Q(status="waiting")
            ),
            models.CheckConstraint(
                name="project_edit_refused_says_why",
                condition=~Q(status="refused") | Q(rejection_codes__len__gte=1, rejection_note__gt=""),
            ),
            models.CheckConstraint(
                name="project_edit_decided_once",
                condition=Q(status="waiting", decided_at__isnull=True)
                | (~Q(status="waiting") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.labels} of “{self.project}”"

    @property
    def audited_as(self) -> str:
        return self.project.audited_as

    @property
    def labels(self) -> str:
        """What it touches, in words: `Fee for each student, Hours of work`."""
        return ", ".join(change["label"] for change in self.changes)

    @property
    def rejection_reasons(self) -> list[str]:
        return [str(Project.RefusalReason(code).label) for code in self.rejection_codes]


class ProjectEditTransition(Transition):
    row = models.ForeignKey(ProjectEdit, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="project_edit_history", fields=["row", "id"])]
