"""What people are told: letters that wait to be sent, and notices shown in the site."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Topic(models.TextChoices):
    """What a letter or a notice is about: people choose by topic how they are told."""

    WORK = "work", "Offers and work"
    APPLICATIONS = "applications", "Applications"
    MODERATION = "moderation", "Checks of your projects"
    REMINDERS = "reminders", "Reminders of dates"
    MONEY = "money", "Money"


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self, *, at: datetime) -> "LetterQuerySet":
        """Letters to send now. The lease is the database's clock: it only keeps two workers apart."""
        return self.filter(sent_at=None, dropped_at=None, next_try_at__lte=at).exclude(lease_until__gt=Now())


class Letter(models.Model):
    """One letter to one person about one thing, whose `key` makes it go out once."""

    LEASE = timedelta(minutes=2)

    key = models.CharField(max_length=200, unique=True)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="letters")
    template = models.CharField(max_length=80)
    topic = models.CharField(max_length=20, choices=Topic, default=Topic.WORK)
    subject = models.CharField(max_length=200)
    context: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    not_after = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(LetterQuerySet)()

    class Meta:
        indexes = [
            models.Index(
                name="letter_waiting",
                fields=["next_try_at"],
                condition=models.Q(sent_at=None, dropped_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.to_id}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> "NoticeQuerySet":
        return self.filter(recipient=user)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def newest_first(self) -> "NoticeQuerySet":
        return self.order_by("-created_at", "-pk")


class Notice(models.Model):
    """One line in a person's list of news, with the page where it leads."""

    key = models.CharField(max_length=200, unique=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    topic = models.CharField(max_length=20, choices=Topic, default=Topic.WORK)
    text = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    not_after = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(NoticeQuerySet)()

    class Meta:
        indexes = [models.Index(name="notice_of_person", fields=["recipient", "-created_at", "-id"])]

    def __str__(self) -> str:
        return self.text
