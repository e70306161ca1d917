"""More work: a further part of an engagement that the two sides agree on, on a payment of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.money import Money
from marketplace.kernel.states import StateMachine, Transition
from payments.models.holds import Hold
from projects.models import Deliverable, Engagement
from projects.models.projects import MAX_CRITERIA, MAX_SPAN_DAYS, MIN_CRITERIA


class MoreWorkQuerySet(models.QuerySet["MoreWork"]):
    def visible_to(self, user: Any) -> "MoreWorkQuerySet":
        return self.filter(engagement__in=Engagement.objects.visible_to(user))

    def open(self) -> "MoreWorkQuerySet":
        """Those that wait for the student's answer or for the employer's payment: at most one an engagement."""
        return self.filter(status__in=MoreWork.OPEN)


class MoreWork(StateMachine):
    """What is proposed keeps its words and amounts for ever; a hold exists from the first payment page on, and
    the deliverable from the moment that the money is held.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        AGREED = "agreed", "Agreed, to be paid"
        STARTED = "started", "Held, part of the work"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Not answered in time"
        UNPAID = "unpaid", "Not paid in time"
        VOID = "void", "Ended before it was paid"

    OPEN: ClassVar[tuple[str, ...]] = (Status.PROPOSED, Status.AGREED)
    noun: ClassVar[str] = "proposal"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.PROPOSED: frozenset(
            {Status.AGREED, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED, Status.VOID}
        ),
        Status.AGREED: frozenset({Status.STARTED, Status.WITHDRAWN, Status.UNPAID, Status.VOID}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="more_work")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20, choices=Status, default=Status.PROPOSED)
    title = models.CharField("what is delivered", max_length=100)
    brief = models.TextField("what is to be done", max_length=2000)
    criteria = ArrayField(models.CharField(max_length=200), size=MAX_CRITERIA)
    fee_cents = models.PositiveIntegerField()
    platform_fee_cents = models.PositiveIntegerField()
    hours = models.PositiveSmallIntegerField("hours of work")
    due_days = models.PositiveSmallIntegerField("due, in days after the money is held")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    answer_by_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    pay_by_at = models.DateTimeField(null=True, blank=True)
    hold = models.OneToOneField(Hold, models.PROTECT, null=True, blank=True, related_name="more_work")
    deliverable = models.OneToOneField(
        Deliverable, models.PROTECT, null=True, blank=True, related_name="more_work"
    )

    objects = models.Manager.from_queryset(MoreWorkQuerySet)()

    class Meta:
        verbose_name_plural = "more work"
        constraints = [
            models.UniqueConstraint(name="more_work_number", fields=["engagement", "number"]),
            models.UniqueConstraint(
                name="more_work_one_open_an_engagement",
                fields=["engagement"],
                condition=Q(status__in=["proposed", "agreed"]),
            ),
            models.CheckConstraint(name="more_work_fee_is_positive", condition=Q(fee_cents__gt=0)),
            models.CheckConstraint(name="more_work_takes_hours", condition=Q(hours__gt=0)),
            models.CheckConstraint(
                name="more_work_due", condition=Q(due_days__gte=1, due_days__lte=MAX_SPAN_DAYS)
            ),
            models.CheckConstraint(
                name="more_work_criteria",
                condition=Q(criteria__len__gte=MIN_CRITERIA, criteria__len__lte=MAX_CRITERIA),
            ),
            models.CheckConstraint(
                name="more_work_agreed_knows_when",
                condition=~Q(status__in=["agreed", "started", "unpaid"])
                | Q(agreed_at__isnull=False, pay_by_at__isnull=False),
            ),
            models.CheckConstraint(  # nobody works on what is not held
                name="more_work_is_a_part_iff_it_started",
                condition=Q(status="started", hold__isnull=False, deliverable__isnull=False)
                | (~Q(status="started") & Q(deliverable=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.engagement.get_absolute_url()}#more-work"

    @property
    def pay_url(self) -> str:
        return reverse("payments:pay_more_work", args=[self.engagement.public_id, self.number])

    @property
    def fee(self) -> Money:
        return Money(self.fee_cents)

    @property
    def platform_fee(self) -> Money:
        return Money(self.platform_fee_cents)

    @property
    def total_price(self) -> Money:
        return self.fee + self.platform_fee

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def until(self) -> datetime | None:
        """When it ends by itself, while it waits for somebody."""
        if self.status == self.Status.PROPOSED:
            return self.answer_by_at
        return self.pay_by_at if self.status == self.Status.AGREED else None

    @property
    def its_hold(self) -> Hold:
        """The hold that was opened for it. Ask only where one was."""
        assert self.hold is not None
        return self.hold

    @property
    def payment_request(self) -> Any:
        """Whom somebody of the company asked to pay it, if anybody; those taken back do not count."""
        return next((one for one in self.payment_requests.all() if one.taken_back_at is None), None)

    @property
    def is_being_charged(self) -> bool:
        """Whether the card is being charged just now, so that nothing can be taken back until that is answered."""
        return self.hold is not None and self.hold.status in {Hold.Status.AUTHORISED, Hold.Status.CAPTURING}

    @property
    def was_refused(self) -> bool:
        """Whether the bank refused the charge, and another payment is waited for."""
        return self.hold is not None and self.hold.status == Hold.Status.CAPTURE_FAILED


class MoreWorkTransition(Transition):
    row = models.ForeignKey(MoreWork, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="more_work_history", fields=["row", "id"])]
