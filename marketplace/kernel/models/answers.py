"""Answers that are kept so that what is asked twice is done once."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models


class KeptAnswer(models.Model):
    """What the API answered a person under an `Idempotency-Key`; without a status the request still runs."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField("SHA-256 of the request", max_length=64)
    claimed_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="kept_answer_age", fields=["claimed_at"])]
        constraints = [models.UniqueConstraint(name="kept_answer_once_a_key", fields=["person", "key"])]

    def __str__(self) -> str:
        return f"{self.key} of {self.person_id}"

    def take_over(self, fingerprint: str, *, at: datetime) -> bool:
        """Whether this request claims the key anew; of two that try at once, one does."""
        same = KeptAnswer.objects.filter(pk=self.pk, claimed_at=self.claimed_at)
        return same.update(fingerprint=fingerprint, claimed_at=at, status=None, body=None) == 1
