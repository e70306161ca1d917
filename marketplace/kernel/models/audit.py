"""The one record of what staff did: who, what, to which row, why, when. Rows are only ever added."""

from typing import Any

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One act of a member of staff. It names no person but by an id, so it may outlive what it tells of.

    `act` is a past tense with its noun, as `project_passed`; `noun` and `row_id` say what it was done to, and
    `words` what that is called in public.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="who")
    act = models.CharField(max_length=60)
    app = models.CharField(max_length=40)
    noun = models.CharField("done to", max_length=60)
    row_id = models.CharField(max_length=40)
    words = models.CharField("named", max_length=200, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField("when")
    details: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "act of staff"
        verbose_name_plural = "acts of staff"
        indexes = [
            models.Index(name="audit_newest", fields=["-at", "-id"]),
            models.Index(name="audit_of_row", fields=["app", "noun", "row_id"]),
            models.Index(name="audit_of_person", fields=["by", "-at"]),
        ]
        constraints = [models.CheckConstraint(name="audit_says_what", condition=models.Q(act__gt=""))]

    def __str__(self) -> str:
        return f"{self.act_words} · {self.words or self.row_id}"

    @property
    def act_words(self) -> str:
        """`project_passed` as people read it: `Project passed`."""
        return self.act.replace("_", " ").capitalize()
