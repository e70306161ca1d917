"""What people are told: letters that wait to be sent, and notices shown in the site."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Topic(models.TextChoices):
    """What a letter or a notice is about: people choose by topic how they are told."""

    WORK = "work", "Offers and work"
    MESSAGES = "messages", "Messages"
    APPLICATIONS = "applications", "Applications"
    MODERATION = "moderation", "Checks of your projects"
    REMINDERS = "reminders", "Dates coming up"
    TEAM = "team", "Your company and its people"
    DECISIONS = "decisions", "Decisions of moderators"
    MONEY = "money", "Money"
    ACCOUNT = "account", "Your account and your data"


UTC = ZoneInfo("UTC")

# What nobody can switch off, beside the letters about log-in and safety: where one's money is, why something of
# one's own is refused or taken down, of which the law wants a statement of reasons, and who sees or deletes one's data.
ALWAYS = (Topic.DECISIONS, Topic.MONEY, Topic.ACCOUNT)


class How(models.TextChoices):
    """How a person is told of a topic. On the site everything stands in any case."""

    AT_ONCE = "at_once", "A letter at once"
    DAILY = "daily", "One letter a day"
    SITE = "site", "Only on the site"


class PreferenceQuerySet(models.QuerySet["Preference"]):
    def of(self, person: Any) -> "PreferenceQuerySet":
        return self.filter(person=person)


class Preference(models.Model):
    """What a person chose for one topic; without a row it is a letter at once."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences")
    topic = models.CharField(max_length=20, choices=Topic)
    how = models.CharField(max_length=10, choices=How)
    chosen_at = models.DateTimeField()

    objects = models.Manager.from_queryset(PreferenceQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="preference_once_a_topic", fields=["person", "topic"]),
            models.CheckConstraint(
                name="preference_of_what_can_be_chosen",
                condition=~models.Q(topic__in=[Topic.DECISIONS, Topic.MONEY]),
            ),
            models.CheckConstraint(
                name="preference_not_of_the_account", condition=~models.Q(topic=Topic.ACCOUNT)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}: {self.get_how_display().lower()}"


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self, *, at: datetime) -> "LetterQuerySet":
        """Letters to send now. The lease is the database's clock: it only keeps two workers apart."""
        return self.filter(sent_at=None, dropped_at=None, next_try_at__lte=at).exclude(lease_until__gt=Now())

    def let_go(self, *, at: datetime) -> int:
        """These are old news: those that wait go out no more, and their keys stay, so none is written again."""
        return self.filter(sent_at=None, dropped_at=None).update(dropped_at=at)


@dataclass(frozen=True)
class Outsider:
    """The reader of a letter who has no account: an address, and nothing else is known."""

    email: str
    pk: str = "outside"
    is_active: bool = True
    zone: ZoneInfo = UTC

    @property
    def short_name(self) -> str:
        return self.email.partition("@")[0]


class Letter(models.Model):
    """One letter to one person about one thing, whose `key` makes it go out once."""

    LEASE = timedelta(minutes=2)

    key = models.CharField(max_length=200, unique=True)
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="letters", null=True, blank=True
    )
    address = models.EmailField("where it goes, for who has no account", blank=True)
    template = models.CharField(max_length=80)
    topic = models.CharField(max_length=20, choices=Topic, default=Topic.WORK, blank=True)
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
        constraints = [
            models.CheckConstraint(
                name="letter_has_one_reader",
                condition=models.Q(to__isnull=False, address="") | models.Q(to=None, address__gt=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.to_id or self.address}"

    @property
    def reader(self) -> Any:
        """A person, or an Outsider."""
        return self.to or Outsider(self.address)


class DigestQuerySet(models.QuerySet["Digest"]):
    def due(self, *, at: datetime) -> "DigestQuerySet":
        return self.filter(done_at=None, due_at__lte=at).order_by("due_at", "pk")


class Digest(models.Model):
    """The daily letter to one person, written when its morning comes; at most one waits for each."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="digests")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(DigestQuerySet)()

    class Meta:
        indexes = [models.Index(name="digest_due", fields=["due_at", "id"], condition=models.Q(done_at=None))]
        constraints = [
            models.UniqueConstraint(
                name="digest_one_waits", fields=["person"], condition=models.Q(done_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"for {self.person_id} at {self.due_at:%Y-%m-%d %H:%M}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> "NoticeQuerySet":
        return self.filter(recipient=user)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def for_digest(self) -> "NoticeQuerySet":
        """What was not told in a daily letter yet and is to be."""
        return self.filter(in_digest=True, digest=None)

    def news(self, *, at: datetime) -> "NoticeQuerySet":
        """What is neither read nor about something past."""
        return self.unread().filter(models.Q(not_after=None) | models.Q(not_after__gte=at))

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
    in_digest = models.BooleanField(default=False)
    digest = models.ForeignKey(Digest, models.SET_NULL, null=True, blank=True, related_name="notices")

    objects = models.Manager.from_queryset(NoticeQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="notice_of_person", fields=["recipient", "-created_at", "-id"]),
            models.Index(name="notice_unread", fields=["recipient"], condition=models.Q(read_at=None)),
            models.Index(
                name="notice_for_digest",
                fields=["recipient", "created_at"],
                condition=models.Q(in_digest=True, digest=None),
            ),
        ]

    def __str__(self) -> str:
        return self.text
