"""The moderators' one queue: what waits for a decision, how grave it is, until when, and who is on it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case as Choose
from django.db.models import Q, Value, When
from django.db.models.functions import Now

from marketplace.kernel.ids import new_public_id


class Risk(models.IntegerChoices):
    """How much harm waiting does. The gravest is shown first."""

    LOW = 0, "Low"
    NORMAL = 1, "Normal"
    HIGH = 2, "High"
    GRAVE = 3, "Grave"


class CaseQuerySet(models.QuerySet["Case"]):
    def waiting(self) -> "CaseQuerySet":
        return self.filter(closed_at=None)

    def of(self, kind: str, row: models.Model) -> "CaseQuerySet":
        return self.filter(kind=kind, row_id=row.pk)

    def for_moderator(self, person: Any, companies: Collection[int]) -> "CaseQuerySet":
        """Those that are not about this person or the `companies` they belong or lately belonged to."""
        return self.exclude(people__contains=[person.pk]).exclude(company_ids__overlap=list(companies))

    def free_for(self, person: Any) -> "CaseQuerySet":
        """Those that nobody else is on. Leases run by the database's clock: they only keep two people apart."""
        return self.exclude(~Q(claimed_by=person), claimed_until__gt=Now())

    def most_urgent_first(self, *, at: datetime) -> "CaseQuerySet":
        """The gravest first; but what is due within hours comes before all, or the harmless would wait for ever."""
        late = Choose(
            When(due_at__lt=at + Case.SOON, then=Value(1)),
            default=Value(0),
            output_field=models.SmallIntegerField(),
        )
        return self.annotate(is_late=late).order_by("-is_late", "-risk", "due_at", "pk")


class Case(models.Model):
    """One thing that a moderator decides. `kind` says of which table the row `row_id` is, as a letter's key does.

    The row itself keeps what is decided; this only keeps the queue, so losing it loses no decision.
    """

    class Kind(models.TextChoices):
        PROJECT = "project", "Project"
        EDIT = "edit", "Change of a project"
        SAMPLE = "sample", "Sample of an open project"
        COMPANY = "company", "Proof of a company"
        REPORT = "report", "Report"
        FLAG = "flag", "Flagged words"
        FRAUD = "fraud", "Fraud check"
        SECOND = "second", "Second signature"
        APPEAL = "appeal", "Appeal"
        AWARD = "award", "Money to be divided"
        FINDING = "finding", "Finding of fraud"
        OBJECTION = "objection", "Appeal against a finding"
        RESET = "reset", "Lost second step"

    LEASE = timedelta(minutes=15)
    SOON = timedelta(hours=4)

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    row_id = models.BigIntegerField()
    words = models.CharField("what it is about", max_length=200)
    risk = models.PositiveSmallIntegerField(choices=Risk, default=Risk.NORMAL)
    signs = ArrayField(
        models.CharField(max_length=60), default=list, blank=True
    )  # why it is as grave as it is
    company_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    people = ArrayField(models.BigIntegerField(), default=list, blank=True)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=20, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(CaseQuerySet)()

    class Meta:
        verbose_name = "case"
        indexes = [models.Index(name="case_waiting", fields=["due_at", "id"], condition=Q(closed_at=None))]
        constraints = [
            models.UniqueConstraint(
                name="case_one_waits", fields=["kind", "row_id"], condition=Q(closed_at=None)
            ),
            models.CheckConstraint(
                name="case_closed_with_an_outcome", condition=Q(closed_at=None) | Q(outcome__gt="")
            ),
            models.CheckConstraint(
                name="case_claimed_until_a_moment",
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.words}"
