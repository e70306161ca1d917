"""The book's tables as Django reads them. Plain SQL made them; only `posting` adds to them."""

from collections.abc import Iterable
from typing import Any, NoReturn
from uuid import UUID

from django.db import models

from payments.ledger.chart import Code


class AppendOnly(models.Model):
    """A row that Django reads and never writes; the database refuses a change anyway."""

    class Meta:
        abstract = True

    def save(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError("The ledger is written by payments.ledger.post only.")

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError("The ledger forgets nothing.")


class Account(AppendOnly):
    """One account of the chart in one currency: the platform's own, or that of one hold, payee, payment…"""

    id = models.BigIntegerField(primary_key=True)
    code = models.SmallIntegerField()
    currency = models.TextField()
    normal = models.SmallIntegerField()
    scope_type = models.TextField()
    scope_id = models.TextField(null=True)
    guarded = models.BooleanField()

    class Meta:
        managed = False
        db_table = "ledger_account"
        app_label = "payments"

    def __str__(self) -> str:
        name = Code(self.code).name.lower()
        return f"{name}[{self.scope_id}]" if self.scope_id else name


class Balance(AppendOnly):
    """The running balance of one guarded account, kept by a trigger and never below zero."""

    account = models.OneToOneField(Account, models.DO_NOTHING, primary_key=True, related_name="balance")
    posted_cents = models.BigIntegerField()
    version = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_balance"
        app_label = "payments"

    def __str__(self) -> str:
        return f"{self.account}: {self.posted_cents}"


class JournalQuerySet(models.QuerySet["Journal"]):
    def of_hold(self, hold: UUID) -> "JournalQuerySet":
        return self.filter(hold_id=hold)

    def of_holds(self, holds: Iterable[UUID]) -> "JournalQuerySet":
        return self.filter(hold_id__in=holds)

    def oldest_first(self) -> "JournalQuerySet":
        return self.order_by("id")


class Journal(AppendOnly):
    """One fact or decision about money, with the lines that balance it."""

    class Kind(models.TextChoices):
        FUNDED = "funded", "Charged and held"
        UNAPPLIED = "unapplied", "Paid without a place to go"
        RELEASE = "release", "Promised to the student"
        RELEASE_UNDONE = "release_undone", "Promise withdrawn"
        LEAVING = "leaving", "Promised to a student who left"
        TRANSFER = "transfer", "Sent to the student"
        REFUND = "refund", "Promised back to the employer"
        REFUND_UNDONE = "refund_undone", "Promise to the employer withdrawn"
        REFUND_BOOKED = "refund_booked", "Refunded"
        REFUND_FAILED = "refund_failed", "Refund came back"
        REFUND_OTHERWISE = "refund_otherwise", "Paid back from our bank"
        REVERSAL = "reversal", "Taken back from the student"
        REVERSAL_REFUSED = "reversal_refused", "Owed by the student"
        CLAWBACK_KEPT = "clawback_kept", "Taken back for a loss that the platform bore"
        BANK = "bank", "To or from the platform’s bank"
        STRIPE_FEE = "stripe_fee", "Stripe’s fees"
        RESERVE = "reserve", "Set aside by Stripe"
        QUARANTINE = "quarantine", "Nobody knows why yet"
        DISPUTE_MOVED = "dispute_moved", "Moved by a bank"
        DISPUTE_LOST = "dispute_lost", "Chargeback lost"
        DISPUTE_RECOVERED = "dispute_recovered", "Lost chargeback won back"

    id = models.BigIntegerField(primary_key=True)
    kind = models.TextField(choices=Kind)
    business_key = models.TextField(unique=True)
    hold_id = models.UUIDField(null=True)
    operation_id = models.UUIDField(null=True)
    stripe_id = models.TextField(null=True)
    stripe_bt = models.TextField(null=True, unique=True)
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField()
    actor = models.TextField()

    objects = models.Manager.from_queryset(JournalQuerySet)()

    class Meta:
        managed = False
        db_table = "ledger_journal"
        app_label = "payments"

    def __str__(self) -> str:
        return self.business_key


class Entry(AppendOnly):
    """One line of a journal: positive cents are a debit, negative ones a credit."""

    id = models.BigIntegerField(primary_key=True)
    journal = models.ForeignKey(Journal, models.DO_NOTHING, related_name="entries")
    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="entries")
    amount_cents = models.BigIntegerField()
    currency = models.TextField()
    line = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_entry"
        app_label = "payments"

    def __str__(self) -> str:
        return f"{self.account} {self.amount_cents:+d}"


class Seal(AppendOnly):
    """A hash over the journals of about a day, chained to the seal before it."""

    id = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    journals = models.BigIntegerField()
    digest = models.TextField()
    previous = models.TextField(unique=True)

    class Meta:
        managed = False
        db_table = "ledger_seal"
        app_label = "payments"

    def __str__(self) -> str:
        return f"{self.id}: {self.digest}"
