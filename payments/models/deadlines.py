"""What happens by itself to offers, reviews and holds: rows that a sweep finds when they are due."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from payments.models.holds import Hold
from payments.models.payees import Payee
from projects.models import Deliverable, Engagement


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def due(self, *, at: datetime) -> "DeadlineQuerySet":
        return self.filter(done_at=None, due_at__lte=at).order_by("due_at", "pk")

    def pending(self) -> "DeadlineQuerySet":
        return self.filter(done_at=None)


class Deadline(models.Model):
    """One thing that will happen to one engagement, deliverable, hold or payee; the row is the queue."""

    class Kind(models.TextChoices):
        CHECKOUT_ENDS = "checkout_ends"
        OFFER_REMINDER = "offer_reminder"
        OFFER_EXPIRES = "offer_expires"
        CAPTURE_RETRY_ENDS = "capture_retry_ends"
        REVIEW_REMINDER = "review_reminder"
        REVIEW_ENDS = "review_ends"
        PAYEE_REMINDER = "payee_reminder"
        HOLD_ALARM = "hold_alarm"

    kind = models.CharField(max_length=30, choices=Kind)
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, null=True, blank=True, related_name="money_deadlines"
    )
    deliverable = models.ForeignKey(
        Deliverable, models.PROTECT, null=True, blank=True, related_name="money_deadlines"
    )
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, blank=True, related_name="deadlines")
    payee = models.ForeignKey(Payee, models.PROTECT, null=True, blank=True, related_name="deadlines")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(DeadlineQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="money_deadline_due", fields=["due_at", "id"], condition=Q(done_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="money_deadline_of_exactly_one",
                condition=(
                    Q(engagement__isnull=False, deliverable=None, hold=None, payee=None)
                    | Q(engagement=None, deliverable__isnull=False, hold=None, payee=None)
                    | Q(engagement=None, deliverable=None, hold__isnull=False, payee=None)
                    | Q(engagement=None, deliverable=None, hold=None, payee__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.due_at:%Y-%m-%d %H:%M}"
