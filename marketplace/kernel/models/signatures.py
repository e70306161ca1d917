"""Requests that a second person, named when the site was set up, signs or refuses one act of the only admin."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse

from marketplace.kernel.ids import new_public_id

SALT = "kernel.second_signature"


class SecondSignatureQuerySet(models.QuerySet["SecondSignature"]):
    def of_token(self, token: str) -> "SecondSignatureQuerySet":
        """The one whose letter this is from, or none."""
        try:
            public_id = signing.Signer(salt=SALT).unsign(token)
        except signing.BadSignature:
            return self.none()
        return self.filter(public_id=public_id)

    def of(self, kind: str, row: models.Model) -> "SecondSignatureQuerySet":
        return self.filter(kind=kind, row_id=row.pk)

    def unanswered(self) -> "SecondSignatureQuerySet":
        return self.filter(answered_at=None)


class SecondSignature(models.Model):
    """One letter about one act. `kind` says of which table the row `row_id` is; `lines` what would be done."""

    class Answer(models.TextChoices):
        SIGNED = "signed", "Signed"
        REFUSED = "refused", "Refused"
        MOOT = "moot", "Decided otherwise"

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=20)
    row_id = models.BigIntegerField()
    words = models.CharField("what it is about", max_length=200)
    lines: "models.JSONField[Any, Any]" = models.JSONField("what would be done")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    email = models.EmailField("who is asked")
    ends_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    reason = models.TextField(max_length=1000, blank=True)

    objects = models.Manager.from_queryset(SecondSignatureQuerySet)()

    class Meta:
        verbose_name = "second signature"
        constraints = [
            models.UniqueConstraint(
                name="second_signature_asked_once", fields=["kind", "row_id"], condition=Q(answered_at=None)
            ),
            models.CheckConstraint(
                name="second_signature_answered_once",
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="second_signature_has_some_time", condition=Q(ends_at__gt=models.F("asked_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.words

    def get_absolute_url(self) -> str:
        """The page of the second person; the address is the key to it."""
        return reverse("second_signature", args=[self.token])

    @property
    def audited_as(self) -> str:
        return self.words

    @property
    def token(self) -> str:
        return signing.Signer(salt=SALT).sign(self.public_id)

    def is_open(self, *, at: datetime) -> bool:
        return self.answered_at is None and at < self.ends_at
