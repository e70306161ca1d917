"""Applications: one student's bid for one project."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse

from accounts.models import Skill, User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition
from projects.models.comparing import ApplicationQuerySet
from projects.models.naming import covering
from projects.models.projects import MAX_QUESTIONS, Project
from projects.models.turns import Turn

ANSWER_LENGTH = 800  # PRODUCT.md: at most 3 questions, 800 characters each
WHY = "Why this project?"
# States that an application may be in without the employer ever having learned the name.
BEFORE_CHOSEN = ("submitted", "declined", "withdrawn", "not_answered", "void")
RIGHTS = "The rights to the work of each deliverable pass to the company when its share is released."


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

    AFTER_A_NO: ClassVar[tuple[str, ...]] = (Status.DECLINED, Status.NOT_ANSWERED)
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
    number = models.PositiveSmallIntegerField("number among the project’s applications")
    status = models.CharField(max_length=20, choices=Status, default=Status.SUBMITTED)
    motivation = models.TextField("why this project", max_length=ANSWER_LENGTH)
    questions = ArrayField(  # as they were asked: an edit of the project changes no application
        models.CharField(max_length=200), size=MAX_QUESTIONS, default=list, blank=True
    )
    answers = ArrayField(
        models.CharField(max_length=ANSWER_LENGTH), size=MAX_QUESTIONS, default=list, blank=True
    )
    submitted_at = models.DateTimeField()
    answer_by_at = models.DateTimeField("hard end, the project’s date when it was sent")
    named_at = models.DateTimeField("when the employer learned the name", null=True, blank=True)
    second_at = models.DateTimeField("second in line since", null=True, blank=True)
    asked_at = models.DateTimeField("asked again after a no", null=True, blank=True)
    asked_until = models.DateTimeField("the question stands until", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    unanswered_at = models.DateTimeField("when silence was named; it stays", null=True, blank=True)
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
            models.UniqueConstraint(name="application_number_in_project", fields=["project", "number"]),
            models.CheckConstraint(
                name="application_decline_has_a_reason",
                condition=Q(status="declined", decline_reason__gt="") | (~Q(status="declined")),
            ),
            models.CheckConstraint(name="application_says_why", condition=~Q(motivation="")),
            models.CheckConstraint(
                name="application_asked_only_after_a_no",
                condition=Q(asked_until=None) | Q(status__in=["declined", "not_answered"]),
            ),
            models.CheckConstraint(
                name="application_silence_is_kept",
                condition=Q(unanswered_at__isnull=False) | ~Q(status="not_answered"),
            ),
            models.CheckConstraint(
                name="application_chosen_by_name",
                condition=Q(named_at__isnull=False) | Q(status__in=BEFORE_CHOSEN),
            ),
            models.CheckConstraint(
                name="application_motivation_length",
                condition=LessThanOrEqual(Length("motivation"), ANSWER_LENGTH),
            ),
            models.CheckConstraint(
                name="application_answers_few", condition=Q(answers__len__lte=MAX_QUESTIONS)
            ),
        ]

    def __str__(self) -> str:
        return f"Applicant {self.number} for {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("projects:application", args=[self.public_id])

    @property
    def turn(self) -> Turn | None:
        """Whose move it is, as its student sees it; only rows of `by_turn` and `with_turn` know."""
        until: datetime | None = self.turn_mine_until  # type: ignore[attr-defined]
        if until is not None:
            return Turn(mine=True, until=until)
        if self.is_undecided:
            return Turn(mine=False, who=str(self.project.company), until=self.answer_by_at)
        return None

    @property
    def turn_of_company(self) -> Turn | None:
        """Whose move it is, as the employer sees it; only rows of `for_choosing` know."""
        live_status = self.live_status  # type: ignore[attr-defined]
        if self.status == self.Status.OFFERED:
            return Turn(mine=False, who=self.applicant, until=self.offer_until)  # type: ignore[attr-defined]
        if self.asked_until is not None:
            return Turn(mine=False, who=self.applicant, until=self.asked_until)
        if self.is_undecided:
            return Turn(mine=True, until=None if live_status else self.answer_by_at)
        return None

    @property
    def applicant(self) -> str:
        """What the employer calls the student: by name once it may be known."""
        return f"Applicant {self.number}" if self.named_at is None else str(self.student)

    @property
    def fitting_skills(self) -> "list[Skill]":
        """The skills of the project that the student has; no query where both were prefetched."""
        had = set(self.student.student_profile.skills.all())
        return [skill for skill in self.project.skills.all() if skill in had]

    @property
    def answered(self) -> list[tuple[str, str]]:
        """Each question that was asked with the answer to it."""
        return list(zip(self.questions, self.answers, strict=False))

    @property
    def words_for_employer(self) -> list[tuple[str, str]]:
        """Everything that was written, by question; who wrote it is covered while the name is hidden."""
        words = [(WHY, self.motivation), *self.answered]
        if self.named_at is not None:
            return words
        school = self.student.student_profile.school
        cover = covering(name=self.student.name, email=self.student.email, school=school)
        return [(question, cover(answer)) for question, answer in words]

    @property
    def is_second(self) -> bool:
        """Kept for the case that an open offer ends without work."""
        return self.second_at is not None and self.status == self.Status.SHORTLISTED

    @property
    def is_undecided(self) -> bool:
        return self.status in {self.Status.SUBMITTED, self.Status.SHORTLISTED}

    @property
    def could_be_asked(self) -> bool:
        """Whether it had a no, or none, and was not asked again yet."""
        return self.status in self.AFTER_A_NO and self.asked_at is None

    @property
    def stands(self) -> str:
        """Its state in words, with what the status alone does not say."""
        return "Second in line" if self.is_second else self.get_status_display()

    def keep_second(self, *, by: User, at: datetime, until: datetime) -> None:
        """On the short-list, for the case that an open offer ends; `until` is the hard end from now on."""
        kept = {"second_at": at, "answer_by_at": max(until, self.answer_by_at)}
        why = "Second in line behind an open offer."
        if self.status == self.Status.SUBMITTED:
            kept |= {"answered_at": at, "named_at": self.named_at or at}
            self.become(self.Status.SHORTLISTED, by=by, at=at, reason=why, **kept)
            return
        self.note(**kept)
        self.history.create(by=by, from_status=self.status, to_status=self.status, reason=why, at=at)

    def decline(self, reason: DeclineReason, *, by: User | None, at: datetime, note: str = "") -> None:
        """A no with its reason; the student reads the note too."""
        named = {"decline_reason": reason, "decline_note": note.strip()}
        self.become(self.Status.DECLINED, by=by, at=at, reason=reason.label, answered_at=at, **named)

    def leave_unanswered(self, *, by: User | None, at: datetime, reason: str) -> None:
        """The honest name for no answer; it counts against the company, whatever becomes of it later."""
        self.become(self.Status.NOT_ANSWERED, by=by, at=at, reason=reason, answered_at=at, unanswered_at=at)

    def note(self, **changes: datetime | None) -> None:
        """What is no move between states, but makes a page that was open old. Call it on a locked row."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        self.save(update_fields=["version", *changes])

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
            "is_trial": project.is_trial,
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
            "promised_materials": project.promised_materials,
            "questions": self.questions,
            "answers": self.answers,
            "eligibility": project.get_eligibility_display(),
            "eligibility_kind": project.eligibility,
            "rights": RIGHTS,
            "review_days": settings.REVIEW_DAYS,
            "later_review_days": settings.LATER_REVIEW_DAYS,
            "rework_days": settings.REWORK_DAYS,
            "revision_rounds": settings.REVISION_ROUNDS,
            "undo_minutes": settings.UNDO_MINUTES,
            "late_grace_days": settings.LATE_GRACE_DAYS,
            "late_refund_days": settings.LATE_REFUND_DAYS,
            "leaving_percent": settings.LEAVING_PERCENT,
            "leaving_minimum_cents": settings.LEAVING_MINIMUM_CENTS,
        }


class ApplicationTransition(Transition):
    row = models.ForeignKey(Application, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="application_history", fields=["row", "id"])]
