"""Holds: the money for an engagement, from authorised to settled, and what of it was promised to whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from marketplace.kernel.ids import new_public_id
from marketplace.kernel.money import Money
from marketplace.kernel.states import StateMachine, Transition
from projects.models import Deliverable, Engagement


class UUID7(models.Func):
    """PostgreSQL 18's time-ordered uuid, made by the database."""

    function = "uuidv7"
    output_field = models.UUIDField()


class HoldQuerySet(models.QuerySet["Hold"]):
    def visible_to(self, user: Any) -> "HoldQuerySet":
        return self.filter(engagement__in=Engagement.objects.visible_to(user))

    def earned_by(self, user: Any) -> "HoldQuerySet":
        """Those that pay `user` as the student."""
        return self.visible_to(user).filter(engagement__student=user)

    def paid_for_by(self, user: Any) -> "HoldQuerySet":
        """Those that the companies of `user` pay."""
        return self.filter(engagement__company__in=user.company_ids)

    def to_look_at(self, *, at: datetime) -> "HoldQuerySet":
        """Those whose payment nobody told us about, the longest waiting first."""
        return self.filter(next_look_at__lte=at).order_by("next_look_at", "pk")


class Hold(StateMachine):
    """Protected payment for an engagement. What is left of it is read from the ledger, never stored here."""

    class Status(models.TextChoices):
        UNFUNDED = "unfunded", "Not paid yet"
        CHECKOUT_OPEN = "checkout_open", "Payment page open"
        AUTHORISED = "authorised", "Reserved on the card"
        CAPTURING = "capturing", "Charging the card"
        CAPTURE_FAILED = "capture_failed", "The card was refused"
        FUNDED = "funded", "Held"
        SETTLED = "settled", "Settled"
        VOID = "void", "Released back to the card"

    class Reason(models.TextChoices):
        """Why no new operation may start by itself (PAYMENTS 0.5: only for bank, fraud and admin)."""

        BANK_DISPUTE = "bank_dispute", "A bank took the payment back"
        FRAUD_REVIEW = "fraud_review", "Being checked for fraud"
        ADMIN = "admin", "Stopped by an admin"

    UNPAID: ClassVar[tuple[str, ...]] = (Status.UNFUNDED, Status.CHECKOUT_OPEN, Status.CAPTURE_FAILED)
    noun: ClassVar[str] = "payment"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.UNFUNDED: frozenset({Status.CHECKOUT_OPEN, Status.VOID}),
        Status.CHECKOUT_OPEN: frozenset({Status.AUTHORISED, Status.FUNDED, Status.UNFUNDED, Status.VOID}),
        Status.AUTHORISED: frozenset({Status.CAPTURING, Status.VOID}),
        Status.CAPTURING: frozenset({Status.FUNDED, Status.CAPTURE_FAILED}),
        Status.CAPTURE_FAILED: frozenset({Status.CHECKOUT_OPEN, Status.VOID}),
        Status.FUNDED: frozenset({Status.SETTLED}),
        Status.SETTLED: frozenset({Status.FUNDED}),
    }

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="holds")
    number = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=20, choices=Status, default=Status.UNFUNDED)
    hold_reason = models.CharField(max_length=20, choices=Reason, blank=True)
    currency = models.CharField(max_length=3)
    student_fee_cents = models.PositiveBigIntegerField()
    platform_fee_cents = models.PositiveBigIntegerField()
    gross_cents = models.PositiveBigIntegerField()
    checkout_session = models.CharField(max_length=100, unique=True, null=True, blank=True)
    payment_intent = models.CharField(max_length=100, unique=True, null=True, blank=True)
    charge = models.CharField(max_length=100, unique=True, null=True, blank=True)
    stripe_customer = models.CharField(max_length=100, null=True, blank=True)
    created_at = models.DateTimeField()
    authorised_at = models.DateTimeField(null=True, blank=True)
    capture_before = models.DateTimeField(null=True, blank=True)
    funded_at = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(HoldQuerySet)()

    class Meta:
        indexes = [
            models.Index(
                name="hold_to_look_at", fields=["next_look_at", "id"], condition=Q(next_look_at__isnull=False)
            ),
            models.Index(name="hold_funded", fields=["engagement"], condition=Q(status="funded")),
        ]
        constraints = [
            models.UniqueConstraint(name="hold_number", fields=["engagement", "number"]),
            models.CheckConstraint(name="hold_fee_is_positive", condition=Q(student_fee_cents__gt=0)),
            models.CheckConstraint(
                name="hold_gross_is_the_sum",
                condition=Q(gross_cents=models.F("student_fee_cents") + models.F("platform_fee_cents")),
            ),
            models.CheckConstraint(
                name="hold_authorised_knows_its_payment",
                condition=~Q(status__in=["authorised", "capturing"])
                | Q(payment_intent__isnull=False, authorised_at__isnull=False, capture_before__isnull=False),
            ),
            models.CheckConstraint(
                name="hold_funded_knows_its_charge",
                condition=~Q(status__in=["funded", "settled"])
                | Q(payment_intent__isnull=False, charge__isnull=False, funded_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gross} for {self.engagement}"

    def get_absolute_url(self) -> str:
        return self.engagement.get_absolute_url()

    @property
    def is_opened_by_payer(self) -> bool:
        """Whether the last payment page was opened by whoever was asked to pay: that is nobody with an account."""
        opened = self.history.filter(to_status=self.Status.CHECKOUT_OPEN).order_by("pk").last()
        return opened is not None and opened.by_id is None

    @property
    def payment_request(self) -> Any:
        """Whom somebody of the company asked to pay it, if anybody."""
        of: Any = self.more_work if self.number > 1 else self.engagement
        return getattr(of, "payment_request", None)

    @property
    def is_unreleased(self) -> bool:
        """Whether no part of it was promised to the student yet."""
        return not Release.objects.standing().filter(share__hold=self).exists()

    @property
    def gross(self) -> Money:
        return Money(self.gross_cents)

    @property
    def student_fee(self) -> Money:
        return Money(self.student_fee_cents)

    @property
    def platform_fee(self) -> Money:
        return Money(self.platform_fee_cents)

    @property
    def transfer_group(self) -> str:
        """Stripe's label that ties every object of this hold together."""
        return f"hold_{self.id}"


class HoldTransition(Transition):
    row = models.ForeignKey(Hold, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="hold_history", fields=["row", "id"])]


class Share(models.Model):
    """Which hold pays which deliverable: each deliverable belongs to exactly one."""

    hold = models.ForeignKey(Hold, models.PROTECT, related_name="shares")
    deliverable = models.OneToOneField(Deliverable, models.PROTECT, related_name="hold_share")
    amount_cents = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="share_is_positive", condition=Q(amount_cents__gt=0))]

    def __str__(self) -> str:
        return f"{Money(self.amount_cents)} for {self.deliverable}"


class ReleaseQuerySet(models.QuerySet["Release"]):
    def standing(self) -> "ReleaseQuerySet":
        """Those not undone."""
        return self.filter(undone_at=None)


class Release(models.Model):
    """What a student is promised for one approved deliverable. Undone, it stays as a record."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    share = models.ForeignKey(Share, models.PROTECT, related_name="releases")
    operation = models.OneToOneField("payments.Operation", models.PROTECT, related_name="release")
    student_cents = models.PositiveBigIntegerField()
    platform_fee_cents = models.PositiveBigIntegerField()
    decided_at = models.DateTimeField()
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    payout = models.ForeignKey(
        "payments.Payout", models.PROTECT, null=True, blank=True, related_name="releases"
    )

    objects = models.Manager.from_queryset(ReleaseQuerySet)()

    class Meta:
        indexes = [models.Index(name="release_sent", fields=["sent_at"], condition=Q(sent_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(
                name="release_one_standing_a_share", fields=["share"], condition=Q(undone_at=None)
            ),
            models.CheckConstraint(
                name="release_sent_or_undone", condition=Q(undone_at=None) | Q(sent_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} released"

    @property
    def amount(self) -> Money:
        return Money(self.student_cents)

    @property
    def waits_for(self) -> str:
        """Who must act before it can be sent: `payee`, `person`, or empty where it goes by itself."""
        if self.operation.status not in {"blocked", "frozen"}:
            return ""
        return "payee" if self.operation.blocked_reason in self.operation.PAYEE_REASONS else "person"

    def can_be_undone(self, *, at: datetime) -> bool:
        return self.undone_at is None and self.sent_at is None and at < self.undo_until
