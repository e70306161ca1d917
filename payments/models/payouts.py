"""Payouts: what Stripe sent on from a student's account to their bank, as it told us last."""

from typing import ClassVar

from django.db import models

from marketplace.kernel.money import Money
from payments.models.payees import Payee


class Payout(models.Model):
    """One sum on its way to a bank. It is the student's own money: no entry of our book is about it."""

    class Status(models.TextChoices):
        """Stripe's own words."""

        PENDING = "pending", "On its way"
        IN_TRANSIT = "in_transit", "On its way"
        PAID = "paid", "In the bank"
        FAILED = "failed", "Sent back by the bank"
        CANCELED = "canceled", "Stopped"

    UNDER_WAY: ClassVar[tuple[str, ...]] = (Status.PENDING, Status.IN_TRANSIT)

    id = models.CharField(primary_key=True, max_length=100)
    payee = models.ForeignKey(Payee, models.PROTECT, related_name="payouts")
    amount_cents = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=12, choices=Status)
    arrives_at = models.DateTimeField()
    heard_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                name="payout_under_way",
                fields=["heard_at"],
                condition=models.Q(status__in=["pending", "in_transit"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} ({self.get_status_display().lower()})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)

    @property
    def is_under_way(self) -> bool:
        return self.status in self.UNDER_WAY
