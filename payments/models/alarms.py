"""Alarms: what a person must look at, what each kind means, and when money may not be sent at all."""

from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.urls import reverse

from payments.models.causes import CAUSES


class Meaning(NamedTuple):
    """What an alarm says in one line, and what to do about it."""

    title: str
    to_do: str


LOOK = "Open the operation and the object at Stripe, and compare. Nothing goes on by itself."
WAIT = CAUSES["unknown"].to_do
BOOK = "Stop the worker, keep the database as it is, and find out what changed before any money moves."
SOLVE = "Read what the detail says and find the object at Stripe; then handle the event again or write down why not."

STOPPING = ("unknown", "two_objects", "other_amount", "refused", "needs_a_person", "other_account")
SAME = {f"operation_{cause}": cause for cause in STOPPING} | {
    "refund_waits": "refund_waits",
    "refund_failed": "refund_failed",
    "chargeback": "bank_dispute",
}
"""Alarms about what makes money wait, with that cause: an operator reads the same of both."""

MEANINGS: dict[str, Meaning] = {
    **{kind: Meaning(CAUSES[cause].title, CAUSES[cause].to_do) for kind, cause in SAME.items()},
    "operation_late": Meaning("An operation is under way or put aside for more than a day", WAIT),
    "operation_stuck": Meaning("An operation was tried more than 20 times", WAIT),
    "operation_rejected": Meaning("Stripe rejected an operation again and again", LOOK),
    "operation_not_booked": Meaning("What Stripe did could not be booked", LOOK),
    "payment_not_booked": Meaning("A payment could not be booked", LOOK),
    "foreign_payment": Meaning("A payment is not what its hold asked for", LOOK),
    "second_payment": Meaning("A card was reserved twice for one hold", LOOK),
    "unapplied_payment": Meaning("Money came that no hold waits for; it goes back", LOOK),
    "chargeback_is_due": Meaning("A chargeback has to be answered within days", "Answer it at Stripe now."),
    "chargeback_lost": Meaning("A chargeback is lost", "Nothing more to do: it is booked."),
    "chargeback_won_late": Meaning("A bank gave money back after a chargeback was lost", LOOK),
    "reversal_refused": Meaning(
        "Money could not be taken back from a student’s account",
        "The student owes it. The site may front the refund on the page of stuck money; where a bank took the "
        "payment back, nothing is refunded.",
    ),
    "balance_insufficient": Meaning(
        "Stripe has too little of our money for a transfer", "Top up the balance."
    ),
    "void_failed": Meaning("A reservation could not be given back", LOOK),
    "hold_is_old": Meaning("Money is held for 70 days", "Ask both sides; a person decides by day 85."),
    "hold_must_be_decided": Meaning(
        "Money is held for 85 days", "Ask both sides, then divide each part on the pages named here."
    ),
    "award_with_one_signature": Meaning("An award passed with one signature", "Look whether it is right."),
    "finding_with_one_signature": Meaning(
        "A finding of fraud passed with one signature", "Look whether it is right before its money moves."
    ),
    "rework_is_late": Meaning("No new version came in time", "Ask the student, then decide."),
    "sanction_with_one_signature": Meaning(
        "A sanction passed with one signature", "Look whether it is right."
    ),
    "event_orphaned": Meaning("An event is about something that we cannot find", SOLVE),
    "event_backlog": Meaning(
        "Events of Stripe wait for more than 5 minutes", "Look whether the workers live."
    ),
    "untold": Meaning(
        "People could not be told of something for 30 minutes",
        "The worker’s log says why. Once that is mended they are told by itself, within the hour.",
    ),
    "deadline_late": Meaning(
        "What a date should do by itself is late by 30 minutes",
        "The worker’s log says why. Once that is mended, it happens by itself within a minute.",
    ),
    "clock_silent": Meaning("The clock is silent for more than 2 minutes", "Start the clock and a worker."),
    "guards_changed": Meaning("A guard of the books was changed: nothing is sent to Stripe", BOOK),
    "sending_stopped": Meaning(
        "Nothing is sent to Stripe for an hour", "See the runbook: after a restore, or sending --start."
    ),
    "balance_differs": Meaning("Our book and Stripe’s balance are not equal", BOOK),
    "trial_balance": Meaning("Debits and credits are not equal", BOOK),
    "balances_differ": Meaning("A running balance is not the sum of its entries", BOOK),
    "coverage_negative": Meaning("Less is at Stripe than we owe", "Top up the balance at Stripe today."),
    "float_low": Meaning(
        "Our own money at Stripe is under float and reserve", "Top up the balance at Stripe."
    ),
    "quarantine": Meaning("Stripe moved money for a reason that we do not know", SOLVE),
    "settled_hold_open": Meaning("A hold is called settled and money of it is left", LOOK),
    "object_foreign": Meaning("Stripe has an object of a hold that no operation made", LOOK),
    "object_missing": Meaning("An operation is done and Stripe has no such object", LOOK),
    "object_differs": Meaning("An object at Stripe has another amount than its operation", LOOK),
    "bt_unmatched": Meaning("Stripe booked something that is not in our book for 30 minutes", SOLVE),
    "bt_differs": Meaning("Stripe booked another amount, fee or currency than we did", LOOK),
    "bt_changed": Meaning("A booking of Stripe is not what it was when we first saw it", BOOK),
    "journal_without_bt": Meaning("Our book moved money that Stripe did not book", LOOK),
    "payout_foreign": Meaning("Money left for the bank and no payout of ours asked for it", LOOK),
    "payout_unknown": Meaning("A payout to our bank has no certain outcome", LOOK),
    "payout_failed": Meaning(
        "A payout to our bank failed or came back", "Look at the bank account at Stripe."
    ),
    "seal_broken": Meaning("Journals that were sealed are not what they were", BOOK),
    "banks_unread": Meaning(
        "Bank accounts of students could not be compared with each other",
        "Let the key of the money workers read connected accounts (Stripe: developers, API keys), or look at "
        "the accounts named here. It is asked again by itself, at least once a day; they are paid meanwhile.",
    ),
    "accounts_unread": Meaning(
        "What happened at students’ accounts could not be read for a day",
        "Let the key of the money workers read events of connected accounts, or look at the accounts named "
        "here. It is asked again by itself; only where a webhook is lost too is something missed.",
    ),
    "reconciling_fails": Meaning(
        "Reconciling does not get through", "Read the job’s last error in the logs."
    ),
}
UNKNOWN = Meaning("Something about money needs a person", LOOK)


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def waiting(self) -> "AlarmQuerySet":
        return self.filter(answered_at=None)

    def untold(self) -> "AlarmQuerySet":
        """Those of which no administrator had a letter yet."""
        return self.waiting().filter(told_at=None)


class Alarm(models.Model):
    """Something that a person must look at; the same thing rings once until it is answered.

    Who looked and who answered stands in the audit.
    """

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    detail = models.TextField(blank=True)
    raised_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, db_default="")

    objects = models.Manager.from_queryset(AlarmQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="alarm_rings_once", fields=["kind", "subject"], condition=Q(answered_at=None)
            ),
            models.CheckConstraint(
                name="alarm_answered_with_a_note",
                condition=Q(answered_at=None) | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("admin:payments_alarm_change", args=[self.pk])

    @property
    def meaning(self) -> Meaning:
        return MEANINGS.get(self.kind, UNKNOWN)

    @property
    def audited_as(self) -> str:
        return str(self)


class SendingStopQuerySet(models.QuerySet["SendingStop"]):
    def standing(self) -> "SendingStopQuerySet":
        return self.filter(ended_at=None)


class SendingStop(models.Model):
    """While one stands nothing is sent to Stripe; what was sent is still looked up and booked."""

    class Reason(models.TextChoices):
        RESTORED = "restored", "Restored from a backup: what happened at Stripe since comes first"
        ORDERED = "ordered", "Stopped by an administrator"

    reason = models.CharField(max_length=20, choices=Reason)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(SendingStopQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="sending_stop_once", fields=["reason"], condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.began_at:%Y-%m-%d %H:%M})"
