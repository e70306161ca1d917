"""What happens by itself to offers, reviews and holds: rows that a sweep finds when they are due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.kernel.statements import prepared
from marketplace.kernel.times import end_of_day
from payments.models.holds import Hold
from payments.models.payees import Payee
from projects.models import Deliverable, Engagement

STANDS_STILL = Q(engagement__holds__hold_reason=Hold.Reason.BANK_DISPUTE) | Q(
    deliverable__engagement__holds__hold_reason=Hold.Reason.BANK_DISPUTE
)
# A share is not promised while a person looks at its payment; the moment that they let it go on, it is.
WAITS_FOR_A_PERSON = Q(kind="review_ends", deliverable__hold_share__hold__hold_reason__gt="")
PAYER_REMINDER = timedelta(days=1)  # before the link ends


def late_by(deliverable: Deliverable, days: int) -> datetime:
    """The end of the student's day that is so many days after the due date."""
    assert deliverable.due_at is not None
    return end_of_day(deliverable.due_at, deliverable.engagement.student.zone, days=days)


def grace_ends_at(deliverable: Deliverable) -> datetime:
    """Until when a delivery is not late: the terms say how many days of grace there are."""
    return late_by(deliverable, deliverable.engagement.late_days[0])


def undelivered_ends_at(deliverable: Deliverable) -> datetime:
    """When the share of a part goes back to the employer if nothing was ever handed in for it."""
    return late_by(deliverable, sum(deliverable.engagement.late_days))


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def due(self, *, at: datetime) -> "DeadlineQuerySet":
        """What is to happen now; the clocks of work whose payment a bank took back stand still."""
        stopped = STANDS_STILL | WAITS_FOR_A_PERSON
        return self.filter(done_at=None, due_at__lte=at).exclude(stopped).order_by("due_at", "pk")

    def pending(self) -> "DeadlineQuerySet":
        return self.filter(done_at=None)

    def newer_than(self, reminder: "Deadline", *, at: datetime) -> "DeadlineQuerySet":
        """A later reminder of the same thing that is due as well: after a standstill one goes out, not three."""
        if reminder.kind not in REMINDERS:
            return self.none()
        same = {name: getattr(reminder, name) for name in ("kind", *SUBJECTS)}
        return self.pending().filter(**same, due_at__gt=reminder.due_at, due_at__lte=at)

    def start_offer(self, engagement: Engagement, *, at: datetime) -> None:
        """The end of an offer and the reminders before it; the payment page is no longer awaited."""
        kind, end = Deadline.Kind, engagement.offer_expires_at or at
        self.pending().filter(engagement=engagement).update(done_at=at)
        moments = [at + timedelta(hours=hours) for hours in settings.OFFER_REMINDER_HOURS]
        rows = [
            Deadline(kind=kind.OFFER_REMINDER, engagement=engagement, due_at=m) for m in moments if m < end
        ]
        self.bulk_create([*rows, Deadline(kind=kind.OFFER_EXPIRES, engagement=engagement, due_at=end)])

    def await_payer(self, engagement: Engagement, *, ends_at: datetime, at: datetime) -> None:
        """The reminder of somebody who was asked to pay, where more than that time is left."""
        due_at = ends_at - PAYER_REMINDER
        if due_at > at:
            self.create(kind=Deadline.Kind.PAYER_REMINDER, engagement=engagement, due_at=due_at)

    def start_review(self, deliverable: Deliverable, *, at: datetime) -> None:
        """The end of the review window, and the reminders before it; what was awaited is here."""
        kind, end = Deadline.Kind, deliverable.review_ends_at or at
        self.pending().filter(kind=kind.REWORK_ENDS, deliverable=deliverable).update(done_at=at)
        self.stop_awaiting(deliverable, at=at)
        moments = [at + timedelta(days=days) for days in settings.REVIEW_REMINDER_DAYS]
        rows = [
            Deadline(kind=kind.REVIEW_REMINDER, deliverable=deliverable, due_at=m) for m in moments if m < end
        ]
        self.bulk_create([*rows, Deadline(kind=kind.REVIEW_ENDS, deliverable=deliverable, due_at=end)])

    def await_delivery(self, deliverable: Deliverable) -> None:
        """What happens to a part that nobody hands in; rows for an earlier due date are moved."""
        kind, end = Deadline.Kind, undelivered_ends_at(deliverable)
        moments = {
            kind.GRACE_ENDS: grace_ends_at(deliverable),
            kind.UNDELIVERED_REMINDER: end - timedelta(days=1),
            kind.UNDELIVERED_ENDS: end,
        }
        for name, due_at in moments.items():
            rows = self.pending().filter(kind=name, deliverable=deliverable)
            if not rows.update(due_at=due_at):
                self.create(kind=name, deliverable=deliverable, due_at=due_at)

    def stop_awaiting(self, deliverable: Deliverable, *, at: datetime) -> None:
        """Something was handed in, or this part ends another way: no timer refunds it any more."""
        self.pending().filter(kind__in=LATE, deliverable=deliverable).update(done_at=at)

    def announced_at(self, deliverable: Deliverable) -> datetime | None:
        """When both sides were told that this part will be refunded unless something is handed in."""
        told = self.filter(kind=Deadline.Kind.GRACE_ENDS, deliverable=deliverable)
        at: datetime | None = told.aggregate(at=models.Max("done_at"))["at"]
        return at

    def end_review(self, deliverable: Deliverable, *, at: datetime) -> None:
        """Nothing waits for this review any more."""
        self.end_reviews([deliverable.pk], at=at)

    def end_reviews(self, deliverables: Sequence[int], *, at: datetime) -> None:
        with prepared() as cursor:  # as often as anything is approved
            cursor.execute(
                "UPDATE payments_deadline SET done_at = %s WHERE deliverable_id = ANY(%s::bigint[]) AND done_at IS NULL"
                " AND kind = ANY(%s::text[])",
                [at, list(deliverables), [Deadline.Kind.REVIEW_ENDS, Deadline.Kind.REVIEW_REMINDER]],
            )

    def resume_review(self, deliverable: Deliverable) -> None:
        """The window has its old end again."""
        if deliverable.review_ends_at:
            kind = Deadline.Kind.REVIEW_ENDS
            self.create(kind=kind, deliverable=deliverable, due_at=deliverable.review_ends_at)

    def await_more_work(self, engagement: Engagement, *, until: datetime, at: datetime) -> None:
        """When a proposal of more work ends by itself, and the reminder before; rows of its last step are over."""
        kind, due_at = Deadline.Kind, until - timedelta(hours=settings.MORE_WORK_REMINDER_HOURS)
        self.await_no_more_work(engagement, at=at)
        rows = [Deadline(kind=kind.MORE_WORK_ENDS, engagement=engagement, due_at=until)]
        if due_at > at:
            rows.append(Deadline(kind=kind.MORE_WORK_REMINDER, engagement=engagement, due_at=due_at))
        self.bulk_create(rows)

    def await_no_more_work(self, engagement: Engagement, *, at: datetime) -> None:
        kinds = [Deadline.Kind.MORE_WORK_ENDS, Deadline.Kind.MORE_WORK_REMINDER]
        self.pending().filter(kind__in=kinds, engagement=engagement).update(done_at=at)

    def remind_payee(self, payee: Payee, *, at: datetime) -> None:
        """Money waits for an account that is not ready: rows for the days of PRODUCT.md, once."""
        self.remind_payees({payee.pk}, at=at)

    def remind_payees(self, payees: set[int], *, at: datetime) -> None:
        if not payees:
            return
        reminded = self.pending().filter(payee__in=payees).values_list("payee", flat=True)
        self.bulk_create(
            Deadline(kind=Deadline.Kind.PAYEE_REMINDER, payee_id=payee, due_at=at + timedelta(days=days))
            for payee in sorted(payees - set(reminded))
            for days in settings.PAYEE_REMINDER_DAYS
        )


class Deadline(models.Model):
    """One thing that will happen to one engagement, deliverable, hold or payee; the row is the queue."""

    class Kind(models.TextChoices):
        CHECKOUT_ENDS = "checkout_ends"
        PAYER_REMINDER = "payer_reminder"
        OFFER_REMINDER = "offer_reminder"
        OFFER_EXPIRES = "offer_expires"
        CAPTURE_RETRY_ENDS = "capture_retry_ends"
        REVIEW_REMINDER = "review_reminder"
        REVIEW_ENDS = "review_ends"
        REWORK_ENDS = "rework_ends"
        MATERIALS_DUE = "materials_due"
        LEAVING_OPENS = "leaving_opens"
        GRACE_ENDS = "grace_ends"
        UNDELIVERED_REMINDER = "undelivered_reminder"
        UNDELIVERED_ENDS = "undelivered_ends"
        PAYEE_REMINDER = "payee_reminder"
        HOLD_ALARM = "hold_alarm"
        HOLD_DECIDES = "hold_decides"
        FINDING_MOVES = "finding_moves"
        CHARGEBACK_DUE = "chargeback_due"
        MORE_WORK_REMINDER = "more_work_reminder"
        MORE_WORK_ENDS = "more_work_ends"

    kind = models.CharField(max_length=30, choices=Kind)
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, null=True, blank=True, related_name="money_deadlines"
    )
    deliverable = models.ForeignKey(
        Deliverable, models.PROTECT, null=True, blank=True, related_name="money_deadlines"
    )
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, blank=True, related_name="deadlines")
    payee = models.ForeignKey(Payee, models.PROTECT, null=True, blank=True, related_name="deadlines")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(DeadlineQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="money_deadline_due", fields=["due_at", "id"], condition=Q(done_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="money_deadline_of_exactly_one",
                condition=(
                    Q(engagement__isnull=False, deliverable=None, hold=None, payee=None)
                    | Q(engagement=None, deliverable__isnull=False, hold=None, payee=None)
                    | Q(engagement=None, deliverable=None, hold__isnull=False, payee=None)
                    | Q(engagement=None, deliverable=None, hold=None, payee__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def subject(self) -> Any:
        """The one row that this deadline is about."""
        return self.engagement or self.deliverable or self.hold or self.payee


LATE = (Deadline.Kind.GRACE_ENDS, Deadline.Kind.UNDELIVERED_REMINDER, Deadline.Kind.UNDELIVERED_ENDS)
REMINDERS = (Deadline.Kind.OFFER_REMINDER, Deadline.Kind.REVIEW_REMINDER, Deadline.Kind.PAYEE_REMINDER)
SUBJECTS = ("engagement_id", "deliverable_id", "hold_id", "payee_id")
