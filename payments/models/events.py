"""What Stripe told us, kept as it came."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from marketplace.kernel.failpoints import reach
from marketplace.kernel.transactions import after_commit


class StripeEventQuerySet(models.QuerySet["StripeEvent"]):
    def due(self, *, at: datetime) -> "StripeEventQuerySet":
        return self.filter(status=StripeEvent.Status.NEW, next_try_at__lte=at).exclude(lease_until__gt=Now())

    def waiting_for(
        self, event: "StripeEvent", types: Iterable[str], *, at: datetime
    ) -> "StripeEventQuerySet":
        """Others about the same object that came before `at` and that nobody is at: one look answers them all.

        Of the same account: where many cut us off, the object of each is our own application.
        """
        about = {"object_id": event.object_id, "account": event.account}
        same = self.filter(status=StripeEvent.Status.NEW, type__in=list(types), **about)
        return same.filter(received_at__lte=at).exclude(pk=event.pk).exclude(lease_until__gt=Now())

    def keep(self, about: dict[str, Any], body: bytes, *, at: datetime) -> None:
        """Store an event once; a second delivery is counted. Then nudge a worker."""
        with transaction.atomic():
            fresh = StripeEvent(**about, payload=body, received_at=at, next_try_at=at, deliveries=0)
            self.bulk_create([fresh], ignore_conflicts=True)
            self.filter(pk=about["id"]).update(deliveries=models.F("deliveries") + 1)
            reach("event_received")
            transaction.on_commit(lambda: reach("event_kept"))
            after_commit("payments.handle_event", about["id"])

    def keep_missing(self, told: Iterable[tuple[dict[str, Any], bytes]], *, at: datetime) -> int:
        """Store those that no webhook brought, counted as delivered 0 times; returns how many were new."""
        rows = [
            StripeEvent(**about, payload=body, received_at=at, next_try_at=at, deliveries=0)
            for about, body in told
        ]
        known = set(self.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        missing = [row for row in rows if row.pk not in known]
        self.bulk_create(missing, ignore_conflicts=True)
        return len(missing)

    def replay(self, *, at: datetime) -> int:
        """Handle these again, whatever became of them before; what is booked already is not booked twice."""
        fresh: dict[str, Any] = {"status": StripeEvent.Status.NEW, "tries": 0, "lease_until": None}
        return self.update(**fresh, next_try_at=at, handled_at=None, last_error="")


class StripeEvent(models.Model):
    """One webhook, raw. It only points at an object, which is fetched before anything is believed."""

    class Status(models.TextChoices):
        NEW = "new"
        HANDLED = "handled"
        IGNORED = "ignored"
        ORPHANED = "orphaned"

    RETRIES: ClassVar[int] = 8  # after the first try, over 24 h (PAYMENTS 5); then an alarm

    id = models.CharField(primary_key=True, max_length=100)
    endpoint = models.CharField(max_length=10)
    type = models.CharField(max_length=120)
    account = models.CharField(max_length=100, blank=True)
    object_id = models.CharField(max_length=100, blank=True)
    object_type = models.CharField(max_length=60, blank=True)
    api_version = models.CharField(max_length=40, blank=True, db_default="")
    payload = models.BinaryField()
    payload_hash = models.CharField(
        max_length=64, blank=True, db_default=""
    )  # SHA-256, once the payload itself is forgotten
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
