"""Chargebacks: what banks took back, or may take back, of payments that were charged."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from marketplace.kernel.money import Money
from payments.models.holds import Hold


class ChargebackQuerySet(models.QuerySet["Chargeback"]):
    def stopping(self) -> "ChargebackQuerySet":
        """Those for whose sake work and money stand still now."""
        return self.filter(stopped_at__isnull=False)

    def to_answer(self) -> "ChargebackQuerySet":
        return self.filter(status__in=Chargeback.UNANSWERED).order_by("due_by", "pk")


class Chargeback(models.Model):
    """One dispute of a cardholder with their bank, as Stripe told it last. Its money is read from the ledger."""

    class Status(models.TextChoices):
        """Stripe's own words."""

        WARNING_NEEDS_RESPONSE = "warning_needs_response", "Inquiry, needs an answer"
        WARNING_UNDER_REVIEW = "warning_under_review", "Inquiry, answered"
        WARNING_CLOSED = "warning_closed", "Inquiry closed"
        NEEDS_RESPONSE = "needs_response", "Needs an answer"
        UNDER_REVIEW = "under_review", "Answered, the bank decides"
        WON = "won", "Won"
        LOST = "lost", "Lost"
        APPEAL_NEEDS_RESPONSE = "appeal_needs_response", "Appealed, needs an answer"
        APPEAL_UNDER_REVIEW = "appeal_under_review", "Appealed, answered"
        PREVENTED = "prevented", "Prevented"

    UNANSWERED: ClassVar[tuple[str, ...]] = (
        Status.WARNING_NEEDS_RESPONSE,
        Status.NEEDS_RESPONSE,
        Status.APPEAL_NEEDS_RESPONSE,
    )
    OPEN: ClassVar[tuple[str, ...]] = (Status.NEEDS_RESPONSE, Status.UNDER_REVIEW)
    APPEALED: ClassVar[tuple[str, ...]] = (Status.APPEAL_NEEDS_RESPONSE, Status.APPEAL_UNDER_REVIEW)
    TAKEN: ClassVar[tuple[str, ...]] = (*OPEN, *APPEALED, Status.LOST)  # the money is with the bank

    id = models.CharField(primary_key=True, max_length=100)
    hold = models.ForeignKey(Hold, models.PROTECT, related_name="chargebacks")
    charge = models.CharField(max_length=100)
    status = models.CharField(max_length=30, choices=Status)
    reason = models.CharField(max_length=60)
    amount_cents = models.PositiveBigIntegerField()
    due_by = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    stopped_at = models.DateTimeField("since when the work stands still", null=True, blank=True)

    objects = models.Manager.from_queryset(ChargebackQuerySet)()

    class Meta:
        indexes = [models.Index(name="chargeback_by_charge", fields=["charge"])]

    def __str__(self) -> str:
        return f"{self.amount} taken back ({self.get_status_display().lower()})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_cents)

    def is_due_within(self, time: Any, *, at: datetime) -> bool:
        """Whether its answer is due so soon, or was."""
        return self.status in self.UNANSWERED and self.due_by is not None and self.due_by <= at + time
