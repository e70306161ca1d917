"""What is watched against fraud: what cards did, and what a person has to look at before more money moves."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Company, User
from marketplace.kernel.states import StateMachine, Transition
from payments.models.holds import Hold
from payments.models.payees import Payee


class CardSeenQuerySet(models.QuerySet["CardSeen"]):
    def of_company(self, company: Company) -> "CardSeenQuerySet":
        return self.filter(hold__engagement__company=company)

    def failed_lately(self, company: Company, *, at: datetime) -> "CardSeenQuerySet":
        """Refused within a day, and since somebody last said that the company is all right."""
        checks = FraudCheck.objects.filter(company=company, kind=FraudCheck.Kind.CARDS)
        cleared = checks.filter(status=FraudCheck.Status.CLEARED).aggregate(last=models.Max("decided_at"))
        since = max(at - timedelta(days=1), cleared["last"] or at - timedelta(days=1))
        return self.of_company(company).filter(failed=True, at__gt=since)


class CardSeen(models.Model):
    """One try to pay with one card. The fingerprint is Stripe's: the same card has the same, whoever uses it."""

    hold = models.ForeignKey(Hold, models.PROTECT, related_name="cards")
    charge = models.CharField(max_length=100, unique=True)
    fingerprint = models.CharField(max_length=100, blank=True)
    failed = models.BooleanField()
    at = models.DateTimeField()

    objects = models.Manager.from_queryset(CardSeenQuerySet)()

    class Meta:
        verbose_name_plural = "cards seen"
        indexes = [models.Index(name="card_seen_of", fields=["fingerprint"], condition=~Q(fingerprint=""))]

    def __str__(self) -> str:
        return self.charge


class BankSeenQuerySet(models.QuerySet["BankSeen"]):
    def of(self, people: Any) -> "BankSeenQuerySet":
        return self.filter(payee__user__in=people)


class BankSeen(models.Model):
    """A bank account that somebody is or was paid to, by Stripe's fingerprint: no number is ever told to us."""

    payee = models.ForeignKey(Payee, models.PROTECT, related_name="banks_seen")
    fingerprint = models.CharField(max_length=100)
    at = models.DateTimeField()

    objects = models.Manager.from_queryset(BankSeenQuerySet)()

    class Meta:
        verbose_name_plural = "banks seen"
        constraints = [
            models.UniqueConstraint(name="bank_seen_once", fields=["fingerprint", "payee"]),
        ]

    def __str__(self) -> str:
        return self.fingerprint


class FraudCheckQuerySet(models.QuerySet["FraudCheck"]):
    def waiting(self) -> "FraudCheckQuerySet":
        return self.filter(status=FraudCheck.Status.WAITING)

    def standing(self) -> "FraudCheckQuerySet":
        """Those that were not cleared."""
        return self.exclude(status=FraudCheck.Status.CLEARED)


class FraudCheck(StateMachine):
    """Something about a company, and perhaps one payment of it, that a person looks at before it goes on."""

    class Kind(models.TextChoices):
        CARDS = "cards", "Too many refused cards in a day"
        SHARED_CARD = "shared_card", "A card that another company pays with too"
        SHARED_DEVICE = "shared_device", "The student and the company use one device"
        SHARED_BANK = "shared_bank", "A bank account that somebody else is paid to, or pays from"
        EARLY_WARNING = "early_warning", "The card network suspects fraud"

    class Status(models.TextChoices):
        WAITING = "waiting", "Being checked"
        CLEARED = "cleared", "All right"
        UPHELD = "upheld", "Fraud"

    class Reason(models.TextChoices):
        STOLEN = "stolen", "Cards that are stolen or tried out"
        SELF_DEALING = "self_dealing", "Somebody pays themselves"
        LAUNDERING = "laundering", "Money only passes through"

    OF_A_STUDENT: ClassVar = frozenset({Kind.SHARED_DEVICE, Kind.SHARED_BANK})

    noun: ClassVar[str] = "fraud check"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.WAITING: frozenset({Status.CLEARED, Status.UPHELD})
    }

    kind = models.CharField(max_length=20, choices=Kind)
    company = models.ForeignKey(Company, models.PROTECT, related_name="fraud_checks")
    hold = models.ForeignKey(Hold, models.PROTECT, related_name="fraud_checks", null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    detail: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(FraudCheckQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="fraud_check_one_waits",
                fields=["kind", "company", "hold"],
                condition=Q(status="waiting"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="fraud_check_decided_once",
                condition=Q(status="waiting", decided_at=None)
                | (~Q(status="waiting") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.company}"

    @property
    def person(self) -> User | None:
        """The student, where they may be one with the company."""
        return self.hold.engagement.student if self.hold and self.kind in self.OF_A_STUDENT else None

    @property
    def audited_as(self) -> str:
        return str(self)


class FraudCheckTransition(Transition):
    row = models.ForeignKey(FraudCheck, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="fraud_check_history", fields=["row", "id"])]
