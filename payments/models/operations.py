"""Operations: each call that moves money at Stripe is a row before it is a request."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from marketplace.kernel.money import Money
from payments.models.holds import UUID7, Hold
from payments.models.payees import Payee

SILENCE = timedelta(minutes=30)  # without an answer (PAYMENTS 4.5)
LATE = timedelta(minutes=10)  # after it was due, longer than a lease and a sweep


class OperationQuerySet(models.QuerySet["Operation"]):
    def due(self, *, at: datetime) -> "OperationQuerySet":
        """Those a worker may take now. Due times are the marketplace's; leases are the database's clock."""
        waiting = Q(status__in=Operation.OPEN, next_try_at__lte=at, not_before__lte=at)
        return self.filter(waiting).exclude(lease_until__gt=Now())

    def stuck(self, *, at: datetime) -> "OperationQuerySet":
        """Those that a person should see, each with its `cause` (see `causes`) and `since` when it waits.

        Stopped or put aside; without an answer, or due and not taken, for longer than that heals by itself.
        """
        status = Operation.Status
        stopped = Q(status__in=[status.BLOCKED, status.FROZEN])
        silent = Q(status=status.UNKNOWN, first_sent_at__lt=at - SILENCE)
        late = Q(
            status__in=[status.PLANNED, status.SENDING], next_try_at__lt=at - LATE, not_before__lt=at - LATE
        )
        untaken = late & (Q(lease_until=None) | Q(lease_until__lt=Now()))
        pending = Q(status=status.UNKNOWN, kind=Operation.Kind.REFUND, stripe_id__isnull=False)
        cause = models.Case(
            models.When(stopped & ~Q(blocked_reason=""), then="blocked_reason"),
            models.When(stopped, then=models.Value("needs_a_person")),
            models.When(pending, then=models.Value("refund_waits")),
            models.When(status=status.UNKNOWN, then=models.Value("unknown")),
            default=models.Value("untaken"),
            output_field=models.CharField(),
        )
        found = self.filter(stopped | silent | untaken)
        was_due = models.When(not_before__range=(models.F("created_at"), at), then="not_before")
        return found.annotate(cause=cause, since=models.Case(was_due, default="created_at"))


class Operation(models.Model):
    """One intended change at Stripe, with everything needed to finish it after any crash.

    Its id is the identity of the act: the idempotency key is made of it and of `epoch`, and every object
    at Stripe carries it in its metadata, so that a look-up can find what a lost answer hid.
    Guards in SQL freeze what is to be done, make `stripe_id` write-once and the ends final.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account", "Open the payee’s account"
        CHECKOUT = "checkout", "Open the payment page"
        CAPTURE = "capture", "Charge the card"
        VOID = "void", "Give the reservation back"
        TRANSFER = "transfer", "Pay the student"
        REVERSAL = "reversal", "Take a payment back"
        REFUND = "refund", "Refund the employer"

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        SENDING = "sending", "Sending"
        UNKNOWN = "unknown", "Answer unknown"
        BLOCKED = "blocked", "Waiting"
        FROZEN = "frozen", "Stopped, needs a person"
        SUCCEEDED = "succeeded", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    # Why a transfer is blocked until the student has set up being paid.
    PAYEE_REASONS: ClassVar[tuple[str, ...]] = ("no_payee", "payee")
    OPEN: ClassVar[tuple[str, ...]] = (Status.PLANNED, Status.SENDING, Status.UNKNOWN)
    ENDS: ClassVar[tuple[str, ...]] = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, blank=True, related_name="operations")
    payee = models.ForeignKey(Payee, models.PROTECT, null=True, blank=True, related_name="operations")
    fraud_finding = models.ForeignKey(
        "payments.FraudFinding", models.PROTECT, null=True, blank=True, related_name="operations"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    slot = models.CharField(max_length=60)
    amount_cents = models.PositiveBigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    params: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.PLANNED)
    blocked_reason = models.CharField(max_length=60, blank=True)
    epoch = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    next_try_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True, blank=True)
    epoch_sent_at = models.DateTimeField(null=True, blank=True)
    last_500_at = models.DateTimeField(null=True, blank=True)
    lookup_misses = models.PositiveSmallIntegerField(default=0)
    last_lookup_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    stripe_id = models.CharField(max_length=100, unique=True, null=True, blank=True)
    last_error: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(OperationQuerySet)()

    class Meta:
        indexes = [
            models.Index(
                name="operation_due",
                fields=["next_try_at", "id"],
                condition=Q(status__in=["planned", "sending", "unknown"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="operation_of_hold_or_payee",
                condition=Q(
                    hold__isnull=False,
                    payee__isnull=True,
                    kind__in=["checkout", "capture", "void", "transfer", "reversal", "refund"],
                )
                | Q(hold__isnull=True, payee__isnull=False, kind="account"),
            ),
            models.UniqueConstraint(name="operation_slot_of_hold", fields=["hold", "kind", "slot"]),
            models.UniqueConstraint(name="operation_slot_of_payee", fields=["payee", "kind", "slot"]),
            models.UniqueConstraint(
                name="operation_capture_or_void",
                fields=["hold"],
                condition=Q(kind__in=["capture", "void"])
                & ~Q(status__in=["cancelled", "failed"])
                & ~Q(slot__startswith="refused-"),  # given back whatever comes after it
            ),
            models.CheckConstraint(
                name="operation_amount_where_money_moves",
                condition=Q(kind__in=["account", "void"], amount_cents__isnull=True)
                | Q(
                    kind__in=["checkout", "capture", "transfer", "reversal", "refund"],
                    amount_cents__gt=0,
                    currency__gt="",
                ),
            ),
            models.CheckConstraint(
                name="operation_reversal_has_its_finding",
                condition=~Q(kind="reversal") | Q(fraud_finding__isnull=False),
            ),
            models.CheckConstraint(
                name="operation_succeeded_has_its_object",
                condition=~Q(status="succeeded") | Q(stripe_id__isnull=False, done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_status_display().lower()})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents or 0)

    @property
    def is_open(self) -> bool:
        return self.status not in self.ENDS

    @property
    def stopped_by(self) -> str:
        """Why it does not go on by itself, a key of `causes.CAUSES`; empty where nothing is in its way."""
        if self.status in {self.Status.BLOCKED, self.Status.FROZEN}:
            return self.blocked_reason or "needs_a_person"  # rows of before do not say
        return ""


class OperationAttempt(models.Model):
    """One request that was about to be sent, written before it, and what came back."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="tries")
    number = models.PositiveIntegerField()
    epoch = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=30, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="attempt_number", fields=["operation", "number"])]

    def __str__(self) -> str:
        return f"{self.operation_id} #{self.number} {self.outcome}"
