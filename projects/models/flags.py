"""Words that were sent although something in them was noticed: a moderator looks at them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from marketplace.kernel.states import StateMachine, Transition
from projects.models.applications import Application
from projects.models.engagements import Engagement
from projects.models.messages import Message
from projects.models.submissions import Review, Submission

PLACES = ("application", "submission", "review", "message", "engagement")
ONE_PLACE = Q()
for name in PLACES:
    ONE_PLACE |= Q(**{f"{other}__isnull": other != name for other in PLACES})


class FlagQuerySet(models.QuerySet["Flag"]):
    def waiting(self) -> "FlagQuerySet":
        return self.filter(status=Flag.Status.WAITING)

    def with_places(self) -> "FlagQuerySet":
        work = ("deliverable__engagement__company", "deliverable__engagement__student")
        return self.select_related("application__project__company", "application__student").select_related(
            *(f"submission__{way}" for way in work),
            *(f"review__submission__{way}" for way in work),
            *("message__author", "message__engagement__company", "message__engagement__student"),
            *("author", "engagement__company", "engagement__student"),
        )


class Flag(StateMachine):
    """One text in which the tripwires saw something. It was sent; whoever wrote it knew."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waits for a moderator"
        CLEARED = "cleared", "Nothing is wrong"
        UPHELD = "upheld", "Against the rules"

    noun: ClassVar[str] = "flag"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.WAITING: frozenset({Status.CLEARED, Status.UPHELD})
    }

    application = models.ForeignKey(Application, models.PROTECT, related_name="flags", null=True, blank=True)
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="flags", null=True, blank=True)
    review = models.ForeignKey(Review, models.PROTECT, related_name="flags", null=True, blank=True)
    message = models.ForeignKey(Message, models.PROTECT, related_name="flags", null=True, blank=True)
    # What is proposed for an engagement lives above this app, and its words never change: they are kept here.
    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="flags", null=True, blank=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    words = models.TextField(max_length=4000, blank=True)
    kinds = ArrayField(models.CharField(max_length=40))
    excerpts = ArrayField(models.CharField(max_length=200))
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    at = models.DateTimeField()

    objects = models.Manager.from_queryset(FlagQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(name="flag_of_one_text", condition=ONE_PLACE),
            models.CheckConstraint(
                name="flag_of_an_engagement_has_words",
                condition=Q(engagement=None, author=None, words="")
                | Q(engagement__isnull=False, author__isnull=False) & ~Q(words=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.kinds)}: “{'”, “'.join(self.excerpts)}”"

    @property
    def work(self) -> Any:
        """The engagement whose words these are, or None for an application."""
        if self.engagement is not None:
            return self.engagement
        if self.message is not None:
            return self.message.engagement
        submission = self.submission or (self.review and self.review.submission)
        return submission and submission.deliverable.engagement

    @property
    def company_id(self) -> int:
        return int(self.work.company_id if self.work else self.application.project.company_id)  # type: ignore[union-attr]

    @property
    def writer(self) -> Any:
        if self.engagement is not None:
            return self.author
        if self.review is not None:
            return self.review.by
        if self.message is not None:
            return self.message.author
        return self.application.student if self.application else self.work.student

    @property
    def text(self) -> str:
        if self.engagement is not None:
            return self.words
        if self.application is not None:
            return "\n\n".join([self.application.motivation, *self.application.answers])
        if self.review is not None:
            return self.review.message
        if self.message is not None:
            return self.message.text
        assert self.submission is not None
        return "\n\n".join([self.submission.text, self.submission.link, *self.submission.criteria_answers])


class FlagTransition(Transition):
    row = models.ForeignKey(Flag, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="flag_history", fields=["row", "id"])]
