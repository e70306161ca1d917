"""Pardons: an operator's word that what a company left unanswered so far no longer keeps it from posting."""

from django.conf import settings
from django.db import models

from accounts.models import Company


class Pardon(models.Model):
    """Who lifted a pause of posting, when and why. Rows are only ever added; what came before them is forgiven."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="pardons")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="who")
    reason = models.TextField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="pardon_has_a_reason", condition=~models.Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.company}, {self.at:%Y-%m-%d}"
