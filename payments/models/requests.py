"""Requests to pay: somebody without an account here is asked to reserve their card for a company's offer."""

from datetime import datetime
from typing import Any

from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from marketplace.kernel.ids import new_public_id
from payments.models.holds import Hold
from projects.models import Engagement

SALT = "payments.request"


class PaymentRequestQuerySet(models.QuerySet["PaymentRequest"]):
    def visible_to(self, user: Any) -> "PaymentRequestQuerySet":
        """The company's side alone; the one who is asked reads it by its token."""
        return self.filter(engagement__company__in=user.company_ids)

    def of_token(self, token: str) -> "PaymentRequestQuerySet":
        """The one whose letter this is from, or none."""
        try:
            public_id = signing.Signer(salt=SALT).unsign(token)
        except signing.BadSignature:
            return self.none()
        return self.filter(public_id=public_id)


class PaymentRequest(models.Model):
    """One letter for one offer: whoever has its address may pay, until a moment or until it is taken back.

    It says nothing of money: what is paid is what the hold of the engagement asks for.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    engagement = models.OneToOneField(Engagement, models.PROTECT, related_name="payment_request")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    email = models.EmailField("their e-mail address")
    po_number = models.CharField("purchase order number", max_length=40, blank=True)
    note = models.CharField("a note to them", max_length=300, blank=True)
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = models.Manager.from_queryset(PaymentRequestQuerySet)()

    class Meta:
        indexes = [models.Index(name="payment_request_by_day", fields=["asked_by", "created_at"])]
        constraints = [
            models.CheckConstraint(
                name="payment_request_has_some_time", condition=Q(ends_at__gt=models.F("created_at"))
            ),
            models.CheckConstraint(name="payment_request_has_a_reader", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return f"{self.email} is asked to pay for {self.engagement}"

    def get_absolute_url(self) -> str:
        """The page of whoever pays; the address is the key to it."""
        return reverse("payments:pay_for", args=[self.token])

    @property
    def token(self) -> str:
        return signing.Signer(salt=SALT).sign(self.public_id)

    def is_payable(self, hold: Hold, *, at: datetime) -> bool:
        """Whether the offer still waits for its first payment, or for another one after a refused card."""
        waits = self.engagement.status in {Engagement.Status.AUTHORISING, Engagement.Status.FUNDING}
        return waits and hold.status in Hold.UNPAID and at < self.ends_at
