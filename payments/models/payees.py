"""Payees: the students' accounts at Stripe to which money can be sent."""

from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import User

NOT_SET_UP, CHECKED, STOPPED, READY = "not_set_up", "checked", "stopped", "ready"
PLAINLY = (
    ("document", "a photo of an identity document"),
    ("id_number", "your identity or tax number"),
    ("date_of_birth", "your date of birth"),
    ("dob", "your date of birth"),
    ("address", "your address"),
    ("bank", "your bank account"),
    ("external_account", "your bank account"),
    ("outbound", "your bank account"),
    ("phone", "your phone number"),
    ("email", "your e-mail address"),
    ("name", "your full name"),
    ("terms", "your yes to Stripe’s terms"),
    ("tos", "your yes to Stripe’s terms"),
)


def plainly(asked: str) -> str:
    """`identity.individual.date_of_birth.day` as a person says it."""
    return next((words for mark, words in PLAINLY if mark in asked.lower()), asked)


class PayeeQuerySet(models.QuerySet["Payee"]):
    def visible_to(self, user: Any) -> "PayeeQuerySet":
        return self.filter(user=user)

    def ready(self) -> "PayeeQuerySet":
        return self.filter(transfers_status=Payee.TransfersStatus.ACTIVE)


class Payee(models.Model):
    """A student as Stripe knows them; Stripe keeps the bank details, we an id and whether it can be paid."""

    class TransfersStatus(models.TextChoices):
        """Stripe's own words for the capability `stripe_transfers` of a recipient account."""

        NONE = "none", "Not set up"
        PENDING = "pending", "Stripe is checking"
        ACTIVE = "active", "Ready to be paid"
        RESTRICTED = "restricted", "Stripe needs something"
        UNSUPPORTED = "unsupported", "Not possible in this country"
        REJECTED = "rejected", "Refused by Stripe"

    user = models.OneToOneField(User, models.PROTECT, related_name="payee")
    country = models.CharField(max_length=2)
    stripe_account = models.CharField(max_length=100, unique=True, null=True, blank=True)
    transfers_status = models.CharField(max_length=12, choices=TransfersStatus, default=TransfersStatus.NONE)
    requirements: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    refreshed_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(PayeeQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="payee_ready_has_an_account",
                condition=~Q(transfers_status="active") | Q(stripe_account__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_transfers_status_display().lower()}"

    @property
    def is_ready(self) -> bool:
        return self.transfers_status == self.TransfersStatus.ACTIVE

    @property
    def state(self) -> str:
        """Which of four plain states it is in, each with one next step."""
        status = self.TransfersStatus
        match self.transfers_status:
            case status.ACTIVE:
                return READY
            case status.NONE:
                return NOT_SET_UP
            case status.PENDING:
                return NOT_SET_UP if self.requirements else CHECKED
        return STOPPED

    @property
    def can_go_on(self) -> bool:
        """Whether the person can do something about it at Stripe."""
        return self.transfers_status == self.TransfersStatus.RESTRICTED

    @property
    def needs(self) -> list[str]:
        """What Stripe asks for, in plain words, each once; its own where we know none."""
        return list(dict.fromkeys(map(plainly, self.requirements)))
