"""Questions that students ask in public about a project, and what its company answers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from accounts.models import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition
from projects.models.projects import Project

LONGEST = 2000  # characters; the site's own limit for questions is a setting below it


class PublicQuestionQuerySet(models.QuerySet["PublicQuestion"]):
    def visible_to(self, user: Any) -> "PublicQuestionQuerySet":
        """What is answered, for everybody; beside it one's own, and what one's companies were asked."""
        if user.is_staff:
            return self
        status = PublicQuestion.Status
        public = Q(status=status.ANSWERED, project__status__in=Project.PUBLIC)
        if not user.is_authenticated:
            return self.filter(public)
        asked = Q(status__in=[status.WAITING, status.ANSWERED, status.DECLINED])
        return self.filter(public | Q(asker=user) | asked & Q(project__company__in=user.company_ids))

    def answered(self) -> "PublicQuestionQuerySet":
        return self.filter(status=PublicQuestion.Status.ANSWERED)

    def waiting(self) -> "PublicQuestionQuerySet":
        return self.filter(status=PublicQuestion.Status.WAITING)

    def longest_waiting_first(self) -> "PublicQuestionQuerySet":
        return self.order_by("asked_at", "pk")

    def unanswered_of(self, asker: User) -> "PublicQuestionQuerySet":
        """What this person asked and nobody else reads: it waits, was declined or was removed; newest first."""
        hidden = [PublicQuestion.Status.ANSWERED, PublicQuestion.Status.WITHDRAWN]
        return self.filter(asker=asker).exclude(status__in=hidden).order_by("-asked_at", "-pk")


class PublicQuestion(StateMachine):
    """One question of one student. Nobody but moderators ever learns who asked."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waits for an answer"
        ANSWERED = "answered", "Answered"
        DECLINED = "declined", "Not answered in public"
        WITHDRAWN = "withdrawn", "Taken back"
        REMOVED = "removed", "Removed by a moderator"

    class DeclineReason(models.TextChoices):
        """Why a company leaves a question unanswered (PRODUCT.md: every no has a reason)."""

        ON_THE_PAGE = "on_the_page", "The project’s page says it already"
        NOT_PUBLIC = "not_public", "We cannot say this in public"
        LATER = "later", "We settle this with whoever we choose"
        ANOTHER_MATTER = "another_matter", "It is not about this project"

    class RemovalReason(models.TextChoices):
        """Why a moderator takes a question off the page, with its answer."""

        CONTACT = "contact", "It leads outside the site"
        PRIVATE = "private", "It says something private about a person"
        HURTFUL = "hurtful", "It insults or threatens somebody, or treats people unequally"
        ANOTHER_MATTER = "another_matter", "It is not about this project"
        NOT_HONEST = "not_honest", "Something about it does not seem right"

    noun: ClassVar[str] = "question"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.WAITING: frozenset({Status.ANSWERED, Status.DECLINED, Status.WITHDRAWN, Status.REMOVED}),
        Status.ANSWERED: frozenset({Status.ANSWERED, Status.REMOVED}),  # once more: the answer was changed
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="public_questions")
    asker = models.ForeignKey(User, models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    text = models.TextField("question", max_length=LONGEST)
    answer = models.TextField(max_length=LONGEST, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField("answer changed", null=True, blank=True)
    decline_reason = models.CharField(max_length=20, choices=DeclineReason, blank=True)
    removal_codes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    removal_note = models.TextField(max_length=1000, blank=True)

    objects = models.Manager.from_queryset(PublicQuestionQuerySet)()

    class Meta:
        verbose_name = "public question"
        indexes = [
            models.Index(
                name="public_question_answered",
                fields=["project", "-answered_at", "-id"],
                condition=Q(status="answered"),
            ),
            models.Index(
                name="public_question_waiting",
                fields=["project", "asked_at", "id"],
                condition=Q(status="waiting"),
            ),
            models.Index(name="public_question_of_asker", fields=["asker", "-asked_at", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="public_question_length",
                condition=~Q(text="") & Q(LessThanOrEqual(Length("text"), LONGEST)),
            ),
            models.CheckConstraint(
                name="public_question_answer_length",
                condition=LessThanOrEqual(Length("answer"), LONGEST),
            ),
            models.CheckConstraint(
                name="public_question_answered_in_words",
                condition=Q(status="removed")
                | Q(status="answered", answer__gt="", answered_at__isnull=False, answered_by__isnull=False)
                | Q(status__in=["waiting", "declined", "withdrawn"], answer="", answered_at__isnull=True),
            ),
            models.CheckConstraint(
                name="public_question_edited_after_it_was_answered",
                condition=Q(edited_at__isnull=True) | Q(edited_at__gte=F("answered_at")),
            ),
            models.CheckConstraint(
                name="public_question_declined_says_why",
                condition=~Q(status="declined") | Q(decline_reason__gt=""),
            ),
            models.CheckConstraint(
                name="public_question_removed_says_why",
                condition=~Q(status="removed") | Q(removal_codes__len__gte=1, removal_note__gt=""),
            ),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 60 else f"{self.text[:60]}…"

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}#question-{self.public_id}"

    @property
    def can_be_removed(self) -> bool:
        return self.can_become(self.Status.REMOVED)

    @property
    def removal_reasons(self) -> list[str]:
        return [str(self.RemovalReason(code).label) for code in self.removal_codes]


class PublicQuestionTransition(Transition):
    row = models.ForeignKey(PublicQuestion, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="public_question_history", fields=["row", "id"])]
