"""Engagements: the agreement between one student and one company for one seat."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Company, User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.money import Money
from marketplace.kernel.states import StateMachine, Transition
from projects.models.applications import Application
from projects.models.projects import MAX_SEATS, Project


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def visible_to(self, user: Any) -> "EngagementQuerySet":
        """The student sees theirs from the offer on, the company its own; a moderator sees all."""
        if user.is_staff:
            return self
        as_student = Q(student=user) & ~Q(status__in=Engagement.NEVER_OFFERED)
        return self.filter(as_student | Q(company__in=user.company_ids))

    def live(self) -> "EngagementQuerySet":
        """Those that take a seat."""
        return self.filter(status__in=Engagement.LIVE)

    def newest_first(self) -> "EngagementQuerySet":
        return self.order_by("-created_at", "-pk")


class Engagement(StateMachine):
    """One seat taken. Its terms are a snapshot of the project at the offer and never change."""

    class Status(models.TextChoices):
        AUTHORISING = "authorising", "Waiting for the card"
        OFFERED = "offered", "Offered"
        FUNDING = "funding", "Accepted, charging the card"
        ACTIVE = "active", "Under way"
        COMPLETED = "completed", "Completed"
        ABANDONED = "abandoned", "Payment page left"
        DECLINED = "declined", "Offer declined"
        EXPIRED = "expired", "Offer expired"
        WITHDRAWN = "withdrawn", "Offer withdrawn"
        PAYMENT_FAILED = "payment_failed", "Payment failed"
        CANCELLED = "cancelled", "Cancelled before the start"
        ENDED = "ended", "Ended early"

    LIVE: ClassVar[tuple[str, ...]] = (
        Status.AUTHORISING,
        Status.OFFERED,
        Status.FUNDING,
        Status.ACTIVE,
        Status.COMPLETED,
    )
    NEVER_OFFERED: ClassVar[tuple[str, ...]] = (Status.AUTHORISING, Status.ABANDONED)
    noun: ClassVar[str] = "engagement"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.AUTHORISING: frozenset({Status.OFFERED, Status.ABANDONED}),
        Status.OFFERED: frozenset({Status.FUNDING, Status.DECLINED, Status.EXPIRED, Status.WITHDRAWN}),
        Status.FUNDING: frozenset({Status.ACTIVE, Status.PAYMENT_FAILED, Status.CANCELLED}),
        Status.ACTIVE: frozenset({Status.COMPLETED, Status.CANCELLED, Status.ENDED}),
        # Undo of the last approval reopens the work.
        Status.COMPLETED: frozenset({Status.ACTIVE}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="engagements")
    application = models.ForeignKey(Application, models.PROTECT, related_name="engagements")
    company = models.ForeignKey(Company, models.PROTECT, related_name="engagements")
    student = models.ForeignKey(User, models.PROTECT, related_name="engagements")
    seat = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20, choices=Status, default=Status.AUTHORISING)
    terms: "models.JSONField[Any, Any]" = models.JSONField()
    currency = models.CharField(max_length=3)
    fee_cents = models.PositiveIntegerField()
    platform_fee_cents = models.PositiveIntegerField()
    hours = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(EngagementQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="engagement_of_student", fields=["student", "-created_at", "-id"]),
            models.Index(name="engagement_of_company", fields=["company", "-created_at", "-id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="engagement_one_live_a_seat",
                fields=["project", "seat"],
                condition=Q(status__in=["authorising", "offered", "funding", "active", "completed"]),
            ),
            models.UniqueConstraint(
                name="engagement_one_live_an_application",
                fields=["application"],
                condition=Q(status__in=["authorising", "offered", "funding", "active", "completed"]),
            ),
            models.CheckConstraint(name="engagement_seat", condition=Q(seat__gte=1, seat__lte=MAX_SEATS)),
            models.CheckConstraint(name="engagement_fee_is_positive", condition=Q(fee_cents__gt=0)),
            models.CheckConstraint(
                name="engagement_offer_has_its_dates",
                condition=~Q(status__in=["offered", "funding", "active", "completed"])
                | Q(offered_at__isnull=False, offer_expires_at__gt=models.F("offered_at")),
            ),
            models.CheckConstraint(
                name="engagement_funded_knows_its_start",
                condition=~Q(status__in=["active", "completed", "ended"]) | Q(starts_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.terms['title']}"

    def get_absolute_url(self) -> str:
        return reverse("projects:engagement", args=[self.public_id])

    @property
    def fee(self) -> Money:
        return Money(self.fee_cents)

    @property
    def platform_fee(self) -> Money:
        return Money(self.platform_fee_cents)

    @property
    def total_price(self) -> Money:
        return self.fee + self.platform_fee


class EngagementTransition(Transition):
    row = models.ForeignKey(Engagement, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="engagement_history", fields=["row", "id"])]
