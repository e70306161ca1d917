"""Engagements: the agreement between one student and one company for one seat."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import Coalesce, Least
from django.urls import reverse

from accounts.models import Company, User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.money import Money
from marketplace.kernel.states import StateMachine, Transition
from projects.models.applications import Application
from projects.models.projects import MAX_SEATS, Project
from projects.models.turns import Spot, Turn, past, sorted_by_turn


def moment(*cases: When, **default: Any) -> Case:
    return Case(*cases, output_field=models.DateTimeField(), **default)


def earliest(lookup: str, **where: Any) -> models.Subquery:
    """The smallest `lookup` of the engagement at hand, null where nothing fits."""
    rows = Engagement.objects.filter(pk=models.OuterRef("pk"), **where).order_by(lookup).values(lookup)
    return models.Subquery(rows[:1])


@cache  # querysets copy what they are given, and to put it together takes longer than the query
def student_until() -> Case:
    """Until when the student has the turn: an answer to an offer or to more work, or the next version of a part."""
    due = earliest("deliverables__due_at", deliverables__status__in=["pending", "changes_requested"])
    proposed = earliest("more_work__answer_by_at", more_work__status="proposed")
    offered = When(status=Engagement.Status.OFFERED, then="offer_expires_at")
    return moment(offered, When(status=Engagement.Status.ACTIVE, then=Least(due, proposed)))


@cache
def employer_until() -> Case:
    """Until when the employer has the turn: a payment page, a refused card, a review, or promised materials."""
    ends = {"money_deadlines__kind__in": ["checkout_ends", "capture_retry_ends"]}  # and no reminder before
    clock = earliest("money_deadlines__due_at", money_deadlines__done_at=None, **ends)
    refused = Q(status=Engagement.Status.FUNDING, holds__status__in=["capture_failed", "checkout_open"])
    pays = Q(status=Engagement.Status.AUTHORISING) | Q(
        models.Exists(Engagement.objects.filter(refused, pk=models.OuterRef("pk")))
    )
    review = earliest("deliverables__review_ends_at", deliverables__status="submitted")
    promised = {"promised_materials__number__gte": 1, "promised_materials__given_at": None}
    agreed = earliest("more_work__pay_by_at", more_work__status="agreed")
    materials = earliest("materials_due_at", **promised)
    owes = Least(review, materials, agreed)  # the one that there is, or the first
    return moment(When(pays, then=clock), When(status=Engagement.Status.ACTIVE, then=owes))


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

    def both_may_show(self) -> "EngagementQuerySet":
        """Those both sides may show: every part was approved. A company that cancels the rest of a project takes
        nothing from who finished; what a moderator took off the site is gone here too.
        """
        done = self.filter(status=Engagement.Status.COMPLETED, finished_at__isnull=False)
        return done.exclude(project__status=Project.Status.REMOVED)

    def without_trouble(self) -> "EngagementQuerySet":
        """Those completed in which nobody had to decide between the two sides."""
        decided = ["disputed", "ended"]
        return self.both_may_show().exclude(deliverables__history__to_status__in=decided)

    def for_portfolio(self) -> "EngagementQuerySet":
        """With what a line about finished work shows, and not the terms."""
        return self.select_related("project", "company").only(
            *("student", "finished_at", "project__title", "project__public_id", "project__skill_names"),
            *("project__status", "company__name", "company__slug", "company__proven_at"),
        )

    def newest_first(self) -> "EngagementQuerySet":
        return self.order_by("-created_at", "-pk")

    def with_turn(self, user: Any) -> "EngagementQuerySet":
        """Rows that know their `turn` as `user` sees it."""
        student, employer = Q(student=user), Q(company__in=user.company_ids)
        mine = moment(When(student, then="student_until"), When(employer, then="employer_until"))
        moments = self.annotate(student_until=student_until(), employer_until=employer_until())
        return moments.annotate(turn_mine_until=mine)

    def by_turn(self, user: Any) -> "EngagementQuerySet":
        """What waits for `user` first, by time left; rows know their `turn` then."""
        student, employer = Q(student=user), Q(company__in=user.company_ids)
        either = Coalesce("student_until", "employer_until")
        theirs = moment(
            When(student, then="employer_until"), When(employer, then="student_until"), default=either
        )
        under_way = Q(status__in=Engagement.UNDER_WAY)
        return sorted_by_turn(self.with_turn(user), theirs=theirs, under_way=under_way, since="created_at")

    def after(self, spot: Spot | None) -> "EngagementQuerySet":
        return past(self, spot)


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
    UNDER_WAY: ClassVar[tuple[str, ...]] = (
        Status.AUTHORISING,
        Status.OFFERED,
        Status.FUNDING,
        Status.ACTIVE,
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
    materials_due_at = models.DateTimeField("promised materials are due", null=True, blank=True)
    materials_asked_at = models.DateTimeField("the student asked for them", null=True, blank=True)
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
    def turn(self) -> Turn | None:
        """Whose move it is; only rows of `by_turn` and `with_turn` know."""
        student_until: datetime | None = self.student_until  # type: ignore[attr-defined]
        employer_until: datetime | None = self.employer_until  # type: ignore[attr-defined]
        if self.turn_mine_until:  # type: ignore[attr-defined]
            return Turn(mine=True, until=self.turn_mine_until)  # type: ignore[attr-defined]
        if student_until:
            return Turn(mine=False, who=str(self.student), until=student_until)
        if employer_until:
            return Turn(mine=False, who=str(self.company), until=employer_until)
        return None

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was ever handed in, so that it could still be cancelled before its start."""
        return all(part.status == "pending" for part in self.deliverables.all())

    @property
    def missing_materials(self) -> list[Any]:
        """What was promised and is not there yet; no query where the promises were prefetched."""
        promised = sorted(self.promised_materials.all(), key=lambda material: material.number)
        return [material for material in promised if material.given_at is None]

    @property
    def eligibility_kind(self) -> str:
        """How the student works, as agreed; offers older than these terms have what their project says."""
        return str(self.terms.get("eligibility_kind", self.project.eligibility))

    @property
    def late_days(self) -> tuple[int, int]:
        """Days of grace after a due date, and days after those until an undelivered share is refunded."""
        grace, refund = settings.LATE_GRACE_DAYS, settings.LATE_REFUND_DAYS  # offers older than the terms
        return self.terms.get("late_grace_days", grace), self.terms.get("late_refund_days", refund)

    def role_of(self, user: Any) -> str:
        """From which side this person sees it: `student`, `employer`, or else `moderator`."""
        if user.pk == self.student_id:
            return "student"
        return "employer" if self.company.has_member(user) else "moderator"

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
