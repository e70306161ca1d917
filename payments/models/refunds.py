"""Refunds of single shares: what of a hold goes back to the card because its part was never delivered."""

from django.db import models

from marketplace.kernel.money import Money
from payments.models.holds import Share
from payments.models.operations import Operation


class Refund(models.Model):
    """One share on its way back to the employer, with its part of the platform fee. It is final."""

    share = models.OneToOneField(Share, models.PROTECT, related_name="refund")
    operation = models.OneToOneField(Operation, models.PROTECT, related_name="share_refund")
    student_cents = models.PositiveBigIntegerField()
    platform_fee_cents = models.PositiveBigIntegerField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="refund_is_positive", condition=models.Q(student_cents__gt=0))
        ]

    def __str__(self) -> str:
        return f"{self.amount} back to the card"

    @property
    def amount(self) -> Money:
        """What the employer gets back: the share and its part of the platform fee."""
        return Money(self.student_cents + self.platform_fee_cents)
