"""What a person asked for about their own data: a copy of everything, and that it is deleted."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models.functions import Now

from accounts.models.users import User
from marketplace.kernel.ids import new_public_id


class DataExportQuerySet(models.QuerySet["DataExport"]):
    def of(self, user: Any) -> "DataExportQuerySet":
        return self.filter(user=user)

    def visible_to(self, user: Any) -> "DataExportQuerySet":
        """One's own alone: staff see nobody's."""
        return self.of(user)

    def open(self) -> "DataExportQuerySet":
        """Asked for, and neither made nor given up."""
        return self.filter(made_at=None, failed_at=None)

    def waiting(self) -> "DataExportQuerySet":
        """To be made now. The lease is the database's clock: it only keeps two workers apart."""
        return self.open().exclude(lease_until__gt=Now())

    def ready(self, *, at: datetime) -> "DataExportQuerySet":
        return self.filter(made_at__isnull=False, expires_at__gt=at).exclude(file="")

    def outdated(self, *, at: datetime) -> "DataExportQuerySet":
        return self.filter(expires_at__lte=at).exclude(file="")

    def newest_first(self) -> "DataExportQuerySet":
        return self.order_by("-asked_at", "-pk")


class DataExport(models.Model):
    """A copy of everything about one person, as one ZIP that can be fetched for some days."""

    LEASE = timedelta(minutes=2)
    TRIES = 3

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="data_exports")
    asked_at = models.DateTimeField()
    parts = models.PositiveSmallIntegerField(default=0)
    parts_made = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    file = models.FileField(upload_to="exports", max_length=200, blank=True)

    objects = models.Manager.from_queryset(DataExportQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_export_at_a_time", fields=["user"], condition=models.Q(made_at=None, failed_at=None)
            ),
            models.CheckConstraint(
                name="an_export_that_is_made_ends",
                condition=models.Q(made_at=None) | models.Q(expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.public_id}"


class DeletionQuerySet(models.QuerySet["Deletion"]):
    def open(self) -> "DeletionQuerySet":
        """Asked for, and neither taken back nor carried out."""
        return self.filter(cancelled_at=None, done_at=None)

    def due(self, *, at: datetime) -> "DeletionQuerySet":
        return self.open().filter(due_at__lte=at).order_by("due_at", "pk")


class Deletion(models.Model):
    """A person's wish to be deleted, which comes true some days later unless they take it back."""

    user = models.ForeignKey(User, models.PROTECT, related_name="deletions")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    put_off = models.PositiveSmallIntegerField(
        default=0
    )  # how often something stood in the way when it was due
    cancelled_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(DeletionQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_deletion_at_a_time",
                fields=["user"],
                condition=models.Q(cancelled_at=None, done_at=None),
            ),
            models.CheckConstraint(
                name="a_deletion_is_done_or_cancelled",
                condition=models.Q(cancelled_at=None) | models.Q(done_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"deletion of {self.user_id}"
