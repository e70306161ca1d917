"""What people tell the moderators of: a project, a company, somebody's page, work, and what somebody wrote."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Company, User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition
from projects.models.applications import Application
from projects.models.engagements import Engagement
from projects.models.messages import Message
from projects.models.projects import Project
from projects.models.questions import PublicQuestion

SUBJECTS = ("project", "company", "person", "application", "engagement", "question", "message")
ONE_SUBJECT = Q()
for name in SUBJECTS:
    ONE_SUBJECT |= Q(**{f"{other}__isnull": other != name for other in SUBJECTS})


class ReportQuerySet(models.QuerySet["Report"]):
    def waiting(self) -> "ReportQuerySet":
        return self.filter(status=Report.Status.WAITING)

    def with_subjects(self) -> "ReportQuerySet":
        return self.select_related("reporter", "project__company", "company", "person").select_related(
            "application__project__company",
            "application__student",
            "engagement__company",
            "engagement__student",
            "question__project__company",
            "question__asker",
            "message__engagement__company",
            "message__engagement__student",
            "message__author",
        )


class Report(StateMachine):
    """One person's report of one thing. Whom it is about never learns who made it."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waits for a moderator"
        UPHELD = "upheld", "Against the rules"
        DISMISSED = "dismissed", "Not against the rules"

    class Reason(models.TextChoices):
        MONEY = "money", "Asks for money, or offers to pay elsewhere"
        ELSEWHERE = "elsewhere", "Leads to another site, app or address"
        NOT_REAL = "not_real", "Is not who or what it says"
        FORBIDDEN = "forbidden", "Asks for work that is forbidden here"
        FREE_WORK = "free_work", "Asks for work that is not paid"
        OFFENSIVE = "offensive", "Harasses, insults or discriminates"
        COPIED = "copied", "Uses somebody else’s work or data"
        OTHER = "other", "Something else"

    noun: ClassVar[str] = "report"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.WAITING: frozenset({Status.UPHELD, Status.DISMISSED})
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    reporter = models.ForeignKey(User, models.PROTECT, related_name="reports_made")
    project = models.ForeignKey(Project, models.PROTECT, related_name="reports", null=True, blank=True)
    company = models.ForeignKey(Company, models.PROTECT, related_name="reports", null=True, blank=True)
    person = models.ForeignKey(User, models.PROTECT, related_name="reports", null=True, blank=True)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="reports", null=True, blank=True
    )
    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="reports", null=True, blank=True)
    question = models.ForeignKey(
        PublicQuestion, models.PROTECT, related_name="reports", null=True, blank=True
    )
    message = models.ForeignKey(Message, models.PROTECT, related_name="reports", null=True, blank=True)
    reason = models.CharField("what is wrong", max_length=12, choices=Reason)
    text = models.TextField("what happened", max_length=1000)
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(ReportQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(name="report_of_one_thing", condition=ONE_SUBJECT),
            models.CheckConstraint(
                name="report_decided_once",
                condition=Q(status="waiting", decided_at=None)
                | (~Q(status="waiting") & Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(name="report_of_reporter", fields=["reporter", "-made_at"])]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.kind} {self.subject_id}"

    @property
    def kind(self) -> str:
        """Which of `SUBJECTS`."""
        return next(name for name in SUBJECTS if getattr(self, f"{name}_id") is not None)

    @property
    def subject_id(self) -> int:
        return int(getattr(self, f"{self.kind}_id"))

    @property
    def subject(self) -> Any:
        return getattr(self, self.kind)


class ReportTransition(Transition):
    row = models.ForeignKey(Report, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="report_history", fields=["row", "id"])]
