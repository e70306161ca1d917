"""Requests to pay: somebody without an account here is asked to pay a company's offer, or more work."""

from datetime import datetime
from typing import Any

from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.money import Money
from payments.models.holds import Hold
from payments.models.more_work import MoreWork
from projects.models import Engagement

SALT = "payments.request"


class PaymentRequestQuerySet(models.QuerySet["PaymentRequest"]):
    def visible_to(self, user: Any) -> "PaymentRequestQuerySet":
        """The company's side alone; the one who is asked reads it by its token."""
        mine = user.company_ids
        return self.filter(Q(engagement__company__in=mine) | Q(more_work__engagement__company__in=mine))

    def of_token(self, token: str) -> "PaymentRequestQuerySet":
        """The one whose letter this is from, or none."""
        try:
            public_id = signing.Signer(salt=SALT).unsign(token)
        except signing.BadSignature:
            return self.none()
        return self.filter(public_id=public_id)


class PaymentRequest(models.Model):
    """One letter for one offer, or for one proposal of more work that was agreed to: whoever has its address may
    pay, until a moment or until it is taken back.

    It says nothing of money: what is paid is what its hold asks for.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    engagement = models.OneToOneField(
        Engagement, models.PROTECT, null=True, blank=True, related_name="payment_request"
    )
    more_work = models.ForeignKey(
        MoreWork, models.PROTECT, null=True, blank=True, related_name="payment_requests"
    )
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    email = models.EmailField("their e-mail address")
    po_number = models.CharField("purchase order number", max_length=40, blank=True)
    note = models.CharField("a note to them", max_length=300, blank=True)
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    taken_back_at = models.DateTimeField("when the company took it back", null=True, blank=True)

    objects = models.Manager.from_queryset(PaymentRequestQuerySet)()

    class Meta:
        indexes = [models.Index(name="payment_request_by_day", fields=["asked_by", "created_at"])]
        constraints = [
            models.CheckConstraint(
                name="payment_request_has_some_time", condition=Q(ends_at__gt=F("created_at"))
            ),
            models.CheckConstraint(name="payment_request_has_a_reader", condition=~Q(email="")),
            models.CheckConstraint(
                name="payment_request_of_exactly_one",
                condition=Q(engagement__isnull=False, more_work=None)
                | Q(engagement=None, more_work__isnull=False),
            ),
            models.UniqueConstraint(
                name="payment_request_one_at_a_time", fields=["more_work"], condition=Q(taken_back_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} is asked to pay for {self.title}"

    def get_absolute_url(self) -> str:
        """The page of whoever pays; the address is the key to it."""
        return reverse("payments:pay_for", args=[self.token])

    @property
    def token(self) -> str:
        return signing.Signer(salt=SALT).sign(self.public_id)

    @property
    def work(self) -> Engagement:
        """The engagement whose offer it is, or to which work is added."""
        found = self.more_work.engagement if self.more_work is not None else self.engagement
        assert found is not None  # by a constraint
        return found

    @property
    def hold(self) -> Hold:
        """What is paid; that of more work is opened before anybody is asked."""
        return self.work.holds.get(number=1) if self.more_work is None else self.more_work.its_hold

    @property
    def title(self) -> str:
        return str(self.more_work or self.work)

    @property
    def hours(self) -> int:
        return int((self.more_work or self.work).hours)

    @property
    def amount(self) -> Money:
        return (self.more_work or self.work).total_price

    @property
    def charges_at_once(self) -> bool:
        """Whether the student has said yes, so that the card is not only reserved."""
        return self.more_work is not None or self.work.status == Engagement.Status.FUNDING

    def is_payable(self, hold: Hold, *, at: datetime) -> bool:
        """Whether its first payment is waited for, or another one after a refused card."""
        if hold.status not in Hold.UNPAID or at >= self.ends_at or self.taken_back_at is not None:
            return False
        if self.more_work is None:
            return self.work.status in {Engagement.Status.AUTHORISING, Engagement.Status.FUNDING}
        stopped = self.work.holds.filter(hold_reason=Hold.Reason.BANK_DISPUTE).exists()
        goes_on = self.work.status == Engagement.Status.ACTIVE and not stopped
        return goes_on and self.more_work.status == MoreWork.Status.AGREED
