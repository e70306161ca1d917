"""Reconciliation: what Stripe booked, what was compared and found, how far reading got, and our own payouts."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from marketplace.kernel.money import Money
from payments.ledger.models import Journal
from payments.models.holds import UUID7


class BalanceTransactionQuerySet(models.QuerySet["BalanceTransaction"]):
    def unmatched(self) -> "BalanceTransactionQuerySet":
        return self.filter(journal=None)


class BalanceTransaction(models.Model):
    """One booking of Stripe on the platform's balance, as it was first seen, and the one journal that it is.

    A guard in SQL keeps it as it is and lets the journal be written once.
    """

    id = models.CharField(primary_key=True, max_length=100)
    type = models.CharField(max_length=60)
    reporting_category = models.CharField(max_length=60)
    amount_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()
    net_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    available_on = models.DateTimeField()
    imported_at = models.DateTimeField()
    journal = models.OneToOneField(
        Journal,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="balance_transaction",
        db_constraint=True,
    )

    objects = models.Manager.from_queryset(BalanceTransactionQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="bt_unmatched", fields=["created_at", "id"], condition=Q(journal=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="bt_net_is_what_remains",
                condition=Q(net_cents=models.F("amount_cents") - models.F("fee_cents")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.type} {Money(self.amount_cents)}"


class ReconciliationRun(models.Model):
    """One comparison of our book with Stripe's: each check with its outcome. Written once, whole."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    is_green = models.BooleanField()
    fence = models.CharField(max_length=100, blank=True)  # the newest balance transaction that was in it
    checks: "models.JSONField[Any, Any]" = models.JSONField()
    figures: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(name="reconciliation_newest", fields=["-began_at"])]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}: {'all agree' if self.is_green else 'they differ'}"


class JobQuerySet(models.QuerySet["Job"]):
    def claim(self, name: str, *, at: datetime) -> "Job | None":
        """The job where it is due and nobody is at it; from then on it is ours for some minutes."""
        self.bulk_create([Job(name=name, due_at=at)], ignore_conflicts=True)
        due = self.filter(name=name, due_at__lte=at).exclude(lease_until__gt=Now())
        taken = due.update(lease_until=Now() + Job.LEASE)
        return self.get(name=name) if taken else None


class Job(models.Model):
    """Work of reconciling that comes again: when it is due, and how far it got the last time."""

    LEASE: ClassVar[timedelta] = timedelta(minutes=10)

    name = models.CharField(primary_key=True, max_length=40)
    due_at = models.DateTimeField()
    read_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = models.Manager.from_queryset(JobQuerySet)()

    def __str__(self) -> str:
        return self.name


class BankPayoutQuerySet(models.QuerySet["BankPayout"]):
    def open(self) -> "BankPayoutQuerySet":
        return self.filter(status__in=BankPayout.OPEN)


class BankPayout(models.Model):
    """Money of the platform's own on its way from Stripe to its bank: a row before it is a request, with one key.

    It is never sent under a second key: one whose outcome stays unknown ends as failed, and the next is another.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        UNKNOWN = "unknown", "Answer unknown"
        SENT = "sent", "At Stripe"
        FAILED = "failed", "Failed"

    OPEN: ClassVar[tuple[str, ...]] = (Status.PLANNED, Status.UNKNOWN)

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    run = models.ForeignKey(ReconciliationRun, models.PROTECT, related_name="payouts")
    amount_cents = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=12, choices=Status, default=Status.PLANNED)
    stripe_id = models.CharField(max_length=100, unique=True, null=True, blank=True)
    created_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = models.Manager.from_queryset(BankPayoutQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="bank_payout_one_at_a_time",
                fields=["currency"],
                condition=Q(status__in=["planned", "unknown"]),
            ),
            models.CheckConstraint(name="bank_payout_is_positive", condition=Q(amount_cents__gt=0)),
            models.CheckConstraint(
                name="bank_payout_sent_has_its_object",
                condition=~Q(status="sent") | Q(stripe_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{Money(self.amount_cents)} to the bank ({self.get_status_display().lower()})"
