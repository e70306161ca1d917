"""Leaving pay: what a student gets who leaves because promised materials stayed away."""

from django.db import models

from marketplace.kernel.money import Money
from payments.models.holds import Hold
from payments.models.operations import Operation


class LeavingPay(models.Model):
    """One student who left: paid a part of the fee, and the rest of what was held went back to the card.

    It is no deliverable's share, so it carries no platform fee (PAYMENTS 0.2). It is final.
    """

    hold = models.OneToOneField(Hold, models.PROTECT, related_name="leaving_pay")
    operation = models.OneToOneField(Operation, models.PROTECT, related_name="leaving_pay")
    refund = models.OneToOneField(
        Operation, models.PROTECT, null=True, blank=True, related_name="after_leaving"
    )
    student_cents = models.PositiveBigIntegerField()
    share_cents = models.PositiveBigIntegerField("shares of the parts that ended")
    platform_fee_cents = models.PositiveBigIntegerField("platform fee that went back with them")
    decided_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "leaving pays"
        indexes = [models.Index(name="leaving_pay_sent", fields=["sent_at"])]
        constraints = [
            models.CheckConstraint(
                name="leaving_pay_is_of_the_shares",
                condition=models.Q(student_cents__gt=0, student_cents__lte=models.F("share_cents")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} for leaving"

    @property
    def amount(self) -> Money:
        return Money(self.student_cents)

    @property
    def given_back(self) -> Money:
        """What the employer gets back: everything else that was held, the platform fee included."""
        return Money(self.share_cents + self.platform_fee_cents - self.student_cents)
