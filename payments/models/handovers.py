"""Who looks after an operation that is stuck: rows are only added, the newest counts."""

from django.db import models

from accounts.models import User
from payments.models.operations import Operation


class HandOver(models.Model):
    """An operation that a person has been asked to bring to its end."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="hand_overs")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="hand_over_of_operation", fields=["operation", "-id"])]

    def __str__(self) -> str:
        return f"{self.operation} is with {self.owner}"
