"""Applications: one student's bid for one project."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse

from accounts.models import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition
from projects.models.projects import MAX_QUESTIONS, Project
from projects.models.turns import MINE, THEIRS, Micros, Spot, Turn, past, sorted_by_turn

ANSWER_LENGTH = 800  # PRODUCT.md: at most 3 questions, 800 characters each
RIGHTS = "The rights to the work of each deliverable pass to the company when its share is released."


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: Any) -> "ApplicationQuerySet":
        """One's own, and those for projects of one's company; a moderator sees all."""
        if user.is_staff:
            return self
        return self.filter(Q(student=user) | Q(project__company__in=user.company_ids))

    def of(self, student: User) -> "ApplicationQuerySet":
        return self.filter(student=student)

    def waiting(self) -> "ApplicationQuerySet":
        """Those still without an answer."""
        return self.filter(status=Application.Status.SUBMITTED)

    def using_budget(self, *, at: datetime) -> "ApplicationQuerySet":
        """Those that use a place of the student's budget: until short-list, answer or date."""
        return self.waiting().filter(project__answer_by_at__gt=at)

    def undecided(self) -> "ApplicationQuerySet":
        """Those that the answer-by date closes."""
        return self.filter(status__in=[Application.Status.SUBMITTED, Application.Status.SHORTLISTED])

    def newest_first(self) -> "ApplicationQuerySet":
        return self.order_by("-submitted_at", "-pk")

    def by_turn(self) -> "ApplicationQuerySet":
        """As their student sees them: offers first, then what waits for an answer, by time left."""
        undecided = Q(status__in=[Application.Status.SUBMITTED, Application.Status.SHORTLISTED])
        offered = Application.objects.filter(pk=models.OuterRef("pk"), status=Application.Status.OFFERED)
        offer = offered.filter(engagements__status="offered").values("engagements__offer_expires_at")
        return sorted_by_turn(
            self,
            mine=models.Subquery(offer[:1]),
            theirs=Case(When(undecided, then="project__answer_by_at")),
            under_way=undecided,
            since="submitted_at",
        )

    def for_choosing(self) -> "ApplicationQuerySet":
        """As an employer compares them: those still to be decided, then the rest, in the order they came."""
        rank = Case(
            When(status__in=[Application.Status.SHORTLISTED, Application.Status.OFFERED], then=0),
            When(status=Application.Status.SUBMITTED, then=1),
            default=2,
        )
        ranked = self.annotate(turn_rank=rank, turn_key=Micros("submitted_at"))
        return ranked.order_by("turn_rank", "turn_key", "pk")

    def after(self, spot: Spot | None) -> "ApplicationQuerySet":
        return past(self, spot)


class Application(StateMachine):
    """What a student wrote for one project, and what became of it."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "Sent"
        SHORTLISTED = "shortlisted", "Short-listed"
        OFFERED = "offered", "Offer made"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        NOT_ANSWERED = "not_answered", "Not answered"
        OFFER_DECLINED = "offer_declined", "Offer declined"
        OFFER_EXPIRED = "offer_expired", "Offer expired"
        OFFER_WITHDRAWN = "offer_withdrawn", "Offer withdrawn"
        VOID = "void", "Ended with the project"

    class DeclineReason(models.TextChoices):
        """Fixed, job-related reasons (PRODUCT.md: every no has a reason)."""

        SKILLS = "skills", "Another applicant’s skills fit this work more closely"
        EXPERIENCE = "experience", "Another applicant showed work closer to this task"
        ANSWERS = "answers", "The answers did not show enough of how you would do it"
        AVAILABILITY = "availability", "The hours or dates do not fit"
        FILLED = "filled", "All seats were filled"
        CANCELLED = "cancelled", "The project was cancelled"

    noun: ClassVar[str] = "application"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.SUBMITTED: frozenset(
            {Status.SHORTLISTED, Status.DECLINED, Status.WITHDRAWN, Status.NOT_ANSWERED, Status.VOID}
        ),
        Status.SHORTLISTED: frozenset(
            {Status.OFFERED, Status.DECLINED, Status.WITHDRAWN, Status.NOT_ANSWERED, Status.VOID}
        ),
        Status.OFFERED: frozenset(
            {
                Status.ACCEPTED,
                Status.OFFER_DECLINED,
                Status.OFFER_EXPIRED,
                Status.OFFER_WITHDRAWN,
                Status.VOID,
            }
        ),
        Status.DECLINED: frozenset({Status.SHORTLISTED}),
        Status.NOT_ANSWERED: frozenset({Status.SHORTLISTED}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="applications")
    student = models.ForeignKey(User, models.PROTECT, related_name="applications")
    status = models.CharField(max_length=20, choices=Status, default=Status.SUBMITTED)
    motivation = models.TextField("why this project", max_length=ANSWER_LENGTH)
    answers = ArrayField(
        models.CharField(max_length=ANSWER_LENGTH), size=MAX_QUESTIONS, default=list, blank=True
    )
    submitted_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=20, choices=DeclineReason, blank=True)
    decline_note = models.TextField(max_length=500, blank=True)

    objects = models.Manager.from_queryset(ApplicationQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="application_of_student", fields=["student", "-submitted_at", "-id"]),
            models.Index(name="application_of_project", fields=["project", "submitted_at", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(name="application_once_per_project", fields=["project", "student"]),
            models.CheckConstraint(
                name="application_decline_has_a_reason",
                condition=Q(status="declined", decline_reason__gt="") | (~Q(status="declined")),
            ),
            models.CheckConstraint(name="application_says_why", condition=~Q(motivation="")),
            models.CheckConstraint(
                name="application_motivation_length",
                condition=LessThanOrEqual(Length("motivation"), ANSWER_LENGTH),
            ),
            models.CheckConstraint(
                name="application_answers_few", condition=Q(answers__len__lte=MAX_QUESTIONS)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} for {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("projects:application", args=[self.public_id])

    @property
    def turn(self) -> Turn | None:
        """Whose move it is, as its student sees it; only rows of `by_turn` know."""
        if self.turn_rank == MINE:  # type: ignore[attr-defined]
            return Turn(mine=True, until=self.turn_mine_until)  # type: ignore[attr-defined]
        if self.turn_rank == THEIRS:  # type: ignore[attr-defined]
            return Turn(mine=False, who=str(self.project.company), until=self.project.answer_by_at)
        return None

    @property
    def answered(self) -> list[tuple[str, str]]:
        """Each question of the project with the answer to it."""
        return list(zip(self.project.questions, self.answers, strict=False))

    @property
    def is_undecided(self) -> bool:
        return self.status in {self.Status.SUBMITTED, self.Status.SHORTLISTED}

    def snapshot_terms(self) -> dict[str, Any]:
        """What both sides agree to at the offer, as it stands now; an engagement keeps it unchanged.

        The student appears by id only, so that nothing has to be erased from it later.
        """
        project = self.project
        parts = project.planned_deliverables.order_by("number")
        return {
            "title": project.title,
            "brief": project.brief,
            "company": project.company.name,
            "student": self.student.public_id,
            "hours": project.hours,
            "fee_cents": project.fee_cents,
            "platform_fee_cents": project.platform_fee_cents,
            "currency": project.currency,
            "starts_within_days": project.starts_within_days,
            "deliverables": [
                {
                    "number": part.number,
                    "title": part.title,
                    "criteria": part.criteria,
                    "share_cents": part.share_cents,
                    "due_days": part.due_days,
                }
                for part in parts
            ],
            "questions": project.questions,
            "answers": self.answers,
            "eligibility": project.get_eligibility_display(),
            "rights": RIGHTS,
            "review_days": settings.REVIEW_DAYS,
            "later_review_days": settings.LATER_REVIEW_DAYS,
            "rework_days": settings.REWORK_DAYS,
            "revision_rounds": settings.REVISION_ROUNDS,
            "undo_minutes": settings.UNDO_MINUTES,
        }


class ApplicationTransition(Transition):
    row = models.ForeignKey(Application, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="application_history", fields=["row", "id"])]
