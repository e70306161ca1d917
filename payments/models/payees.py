"""Payees: the students' accounts at Stripe to which money can be sent."""

from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import User


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
