"""Deliverables: the dated parts of an engagement, each with its share of the fee."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from marketplace.kernel.money import Money
from marketplace.kernel.states import StateMachine, Transition
from projects.models.engagements import Engagement
from projects.models.projects import MAX_CRITERIA, MAX_DELIVERABLES, MAX_MORE_WORK, MIN_CRITERIA

INCLUDED_ROUNDS = 2  # PRODUCT.md: two rounds of changes are included
MAX_PARTS = MAX_DELIVERABLES + MAX_MORE_WORK


class DeliverableQuerySet(models.QuerySet["Deliverable"]):
    def visible_to(self, user: Any) -> "DeliverableQuerySet":
        return self.filter(engagement__in=Engagement.objects.visible_to(user))

    def unapproved(self) -> "DeliverableQuerySet":
        return self.exclude(status__in=Deliverable.DONE)


class Deliverable(StateMachine):
    """A part of the work, paid when approved; once something was handed in, no timer refunds it."""

    class Status(models.TextChoices):
        PENDING = "pending", "To be delivered"
        SUBMITTED = "submitted", "Delivered, in review"
        CHANGES_REQUESTED = "changes_requested", "Changes asked for"
        APPROVED = "approved", "Approved"
        AUTO_APPROVED = "auto_approved", "Approved by silence"
        DISPUTED = "disputed", "Disputed"
        RESOLVED = "resolved", "Dispute decided"
        ENDED = "ended", "Ended"

    DONE: ClassVar[tuple[str, ...]] = (
        Status.APPROVED,
        Status.AUTO_APPROVED,
        Status.RESOLVED,
        Status.ENDED,
    )
    noun: ClassVar[str] = "deliverable"
    HANDED_IN: ClassVar[tuple[str, ...]] = (Status.SUBMITTED, Status.CHANGES_REQUESTED, Status.DISPUTED)
    WAITING: ClassVar[tuple[str, ...]] = (Status.PENDING, *HANDED_IN)
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.PENDING: frozenset({Status.SUBMITTED, Status.ENDED, Status.RESOLVED}),
        Status.SUBMITTED: frozenset(
            {
                *(Status.APPROVED, Status.AUTO_APPROVED, Status.CHANGES_REQUESTED, Status.DISPUTED),
                *(Status.ENDED, Status.RESOLVED),
            }
        ),
        Status.CHANGES_REQUESTED: frozenset(
            {Status.SUBMITTED, Status.DISPUTED, Status.ENDED, Status.RESOLVED}
        ),
        # Until the money is sent, a click can be undone and approval by silence disputed.
        Status.APPROVED: frozenset({Status.SUBMITTED, Status.DISPUTED}),
        Status.AUTO_APPROVED: frozenset({Status.SUBMITTED, Status.DISPUTED}),
        Status.DISPUTED: frozenset({Status.RESOLVED, Status.SUBMITTED, Status.ENDED}),
    }

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="deliverables")
    number = models.PositiveSmallIntegerField()
    is_added = models.BooleanField("agreed on after the offer, on a payment of its own", default=False)
    title = models.CharField(max_length=100)
    criteria = ArrayField(models.CharField(max_length=200), size=MAX_CRITERIA)
    share_cents = models.PositiveIntegerField()
    due_days = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    rounds_used = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    review_ends_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    extension_reason = models.TextField(max_length=500, blank=True)

    objects = models.Manager.from_queryset(DeliverableQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="deliverable_number", fields=["engagement", "number"]),
            models.CheckConstraint(
                name="deliverable_number_in_bounds", condition=Q(number__gte=1, number__lte=MAX_PARTS)
            ),
            models.CheckConstraint(name="deliverable_share", condition=Q(share_cents__gt=0)),
            models.CheckConstraint(
                name="deliverable_criteria",
                condition=Q(criteria__len__gte=MIN_CRITERIA, criteria__len__lte=MAX_CRITERIA),
            ),
            models.CheckConstraint(
                name="deliverable_review_has_its_end",
                condition=~Q(status="submitted")
                | Q(submitted_at__isnull=False, review_ends_at__isnull=False),
            ),
            models.CheckConstraint(
                name="deliverable_approved_at_iff_approved",
                condition=Q(status__in=["approved", "auto_approved"], approved_at__isnull=False)
                | (~Q(status__in=["approved", "auto_approved"]) & Q(approved_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def get_absolute_url(self) -> str:
        return f"{self.engagement.get_absolute_url()}#deliverable-{self.number}"

    @property
    def share(self) -> Money:
        return Money(self.share_cents)

    @property
    def is_done(self) -> bool:
        return self.status in self.DONE


class DeliverableTransition(Transition):
    row = models.ForeignKey(Deliverable, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="deliverable_history", fields=["row", "id"])]
