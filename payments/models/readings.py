"""What is read at Stripe of one payee: how far, when next, and since when Stripe refuses it."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from payments.models.payees import Payee


class PayeeReadingQuerySet(models.QuerySet["PayeeReading"]):
    def due(self, what: str, *, at: datetime) -> "PayeeReadingQuerySet":
        return self.filter(what=what, due_at__lte=at).order_by("due_at", "pk")

    def failed(self, payee: Payee, what: str, error: str, *, at: datetime) -> None:
        """Ask again after as long as it has failed by now, an hour at least and a day at most."""
        row, _ = self.get_or_create(payee=payee, what=what, defaults={"due_at": at})
        since = row.failing_since or at
        wait = min(max(at - since, PayeeReading.SOONEST), PayeeReading.LATEST)
        self.filter(pk=row.pk).update(failing_since=since, last_error=error, due_at=at + wait)


class PayeeReading(models.Model):
    """One thing that is read of a payee again and again; the row remembers for whoever reads next."""

    class What(models.TextChoices):
        EVENTS = "events", "What happened at their account"
        BANKS = "banks", "Which bank accounts it is paid out to"  # only while that is owed

    SOONEST: ClassVar[timedelta] = timedelta(hours=1)
    LATEST: ClassVar[timedelta] = timedelta(days=1)

    payee = models.ForeignKey(Payee, models.PROTECT, related_name="readings")
    what = models.CharField(max_length=10, choices=What)
    due_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_until = models.DateTimeField(null=True, blank=True)  # by Stripe's clock
    failing_since = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=100, blank=True)

    objects = models.Manager.from_queryset(PayeeReadingQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(name="payee_reading_once", fields=["payee", "what"])]
        indexes = [models.Index(name="payee_reading_due", fields=["what", "due_at", "id"])]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.payee}"
