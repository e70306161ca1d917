"""What the two sides of an engagement write to each other, and how far each person has read."""

from typing import Any

from django.db import models
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import LessThanOrEqual

from accounts.models import User
from marketplace.kernel.ids import new_public_id
from projects.models.engagements import Engagement, EngagementQuerySet

LONGEST = 2000  # characters


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: Any) -> "MessageQuerySet":
        """For the two sides alone: a moderator reads what was reported or flagged, on pages of its own."""
        sees = Engagement.objects.filter(Q(student=user) | Q(company__in=user.company_ids))
        return self.filter(engagement__in=sees)

    def told_of(self) -> "MessageQuerySet":
        """Those that moderators may open: somebody reported them, or the tripwires noticed something."""
        return self.filter(Q(reports__isnull=False) | Q(flags__isnull=False)).distinct()

    def not_of(self, side: str) -> "MessageQuerySet":
        return self.exclude(side=side)

    def newest_first(self) -> "MessageQuerySet":
        return self.order_by("-sent_at", "-pk")


class Message(models.Model):
    """One text of one side to the other. It is never changed nor taken back; the database refuses both."""

    class Side(models.TextChoices):
        STUDENT = "student", "The student"
        COMPANY = "company", "The company"

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    side = models.CharField("whose side the author was on", max_length=10, choices=Side)
    text = models.TextField(max_length=LONGEST)
    sent_at = models.DateTimeField()
    # Of the form that it was typed in, so that a form that arrives twice is one message.
    form_key = models.CharField(max_length=12, blank=True, editable=False)

    objects = models.Manager.from_queryset(MessageQuerySet)()

    class Meta:
        indexes = [models.Index(name="message_of_engagement", fields=["engagement", "-sent_at", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="message_length",
                condition=~Q(text="") & Q(LessThanOrEqual(Length("text"), LONGEST)),
            ),
            models.CheckConstraint(name="message_side_known", condition=Q(side__in=["student", "company"])),
            models.UniqueConstraint(
                name="message_once_a_form",
                fields=["engagement", "author", "form_key"],
                condition=~Q(form_key=""),
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.public_id}"

    def get_absolute_url(self) -> str:
        return f"{self.engagement.get_absolute_url()}#messages"

    def is_of_side_of(self, person: User) -> bool:
        """Whether this person's own side wrote it."""
        return self.side == (
            self.Side.STUDENT if person.pk == self.engagement.student_id else self.Side.COMPANY
        )


class ReadingQuerySet(models.QuerySet["Reading"]):
    def due(self, *, at: Any) -> "ReadingQuerySet":
        """Those whose person is to hear by now of what they have not read."""
        return self.filter(tell_at__lte=at).order_by("tell_at", "pk")


class Reading(models.Model):
    """One person's place in the messages of one engagement: what they read, and when they are told of the rest."""

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="readings")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    read_to = models.BigIntegerField("key of the last message that was read", default=0)
    told_at = models.DateTimeField("when a letter last told of messages", null=True, blank=True)
    tell_at = models.DateTimeField("when the next one is due", null=True, blank=True)

    objects = models.Manager.from_queryset(ReadingQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="reading_to_tell", fields=["tell_at", "id"], condition=Q(tell_at__isnull=False))
        ]
        constraints = [models.UniqueConstraint(name="reading_once", fields=["engagement", "person"])]

    def __str__(self) -> str:
        return f"of {self.person_id} up to {self.read_to}"

    @property
    def side(self) -> str:
        is_student = self.person_id == self.engagement.student_id
        return Message.Side.STUDENT if is_student else Message.Side.COMPANY

    @property
    def unread(self) -> MessageQuerySet:
        """What the other side wrote since."""
        return self.engagement.messages.not_of(self.side).filter(pk__gt=self.read_to)


def with_unread(engagements: EngagementQuerySet, user: Any) -> EngagementQuerySet:
    """Rows that know in `unread` how many messages of the other side this person has not read."""
    read_to = Reading.objects.filter(engagement=OuterRef("engagement"), person=user).values("read_to")
    theirs = Q(engagement__student=user, side=Message.Side.COMPANY) | Q(
        engagement__company__in=user.company_ids, side=Message.Side.STUDENT
    )
    new = Message.objects.filter(theirs, engagement=OuterRef("pk"), pk__gt=Coalesce(Subquery(read_to), 0))
    counted = new.order_by().values(of=F("engagement")).annotate(found=Count("pk")).values("found")
    return engagements.annotate(unread=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
