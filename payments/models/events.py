"""What Stripe told us, kept as it came, and what a person must look at."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from marketplace.kernel.transactions import after_commit


class StripeEventQuerySet(models.QuerySet["StripeEvent"]):
    def due(self, *, at: datetime) -> "StripeEventQuerySet":
        return self.filter(status=StripeEvent.Status.NEW, next_try_at__lte=at).exclude(lease_until__gt=Now())

    def keep(self, about: dict[str, Any], body: bytes, *, at: datetime) -> None:
        """Store an event once; a second delivery is counted. Then nudge a worker."""
        with transaction.atomic():
            fresh = StripeEvent(**about, payload=body, received_at=at, next_try_at=at, deliveries=0)
            self.bulk_create([fresh], ignore_conflicts=True)
            self.filter(pk=about["id"]).update(deliveries=models.F("deliveries") + 1)
            after_commit("payments.handle_event", about["id"])


class StripeEvent(models.Model):
    """One webhook, raw. It only points at an object, which is fetched before anything is believed."""

    class Status(models.TextChoices):
        NEW = "new"
        HANDLED = "handled"
        IGNORED = "ignored"
        ORPHANED = "orphaned"

    RETRIES: ClassVar[int] = 8  # PAYMENTS 5: 8 times over 24 h, then an alarm

    id = models.CharField(primary_key=True, max_length=100)
    endpoint = models.CharField(max_length=10)
    type = models.CharField(max_length=120)
    account = models.CharField(max_length=100, blank=True)
    object_id = models.CharField(max_length=100, blank=True)
    object_type = models.CharField(max_length=60, blank=True)
    payload = models.BinaryField()
    deliveries = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.NEW)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = models.Manager.from_queryset(StripeEventQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="stripe_event_due", fields=["next_try_at", "id"], condition=Q(status="new"))
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.type}"


class Alarm(models.Model):
    """Something that a person must look at; the same thing rings once until it is answered."""

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    detail = models.TextField(blank=True)
    raised_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="alarm_rings_once", fields=["kind", "subject"], condition=Q(answered_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"
