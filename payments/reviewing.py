"""Handing work in and looking at it: each step starts or stops the clock after which money moves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.states import InvalidTransition
from marketplace.kernel.times import end_of_day
from marketplace.kernel.transactions import locked, relock
from payments import emails, operations
from payments.models import Deadline
from projects import cases, filing
from projects.models import Deadline as WorkDeadline
from projects.models import Deliverable, Engagement, Review, Submission

# When a student may hand in the next version.
AWAITED = (Deliverable.Status.PENDING, Deliverable.Status.CHANGES_REQUESTED)


class IncompleteDelivery(RuleViolation):
    """The student has not said how each criterion is met, or handed in nothing but a link."""

    code = "incomplete_delivery"


class NoRoundLeft(RuleViolation):
    """All included rounds of changes are used."""

    code = "no_round_left"

    def __init__(self, rounds: int) -> None:
        super().__init__(
            f"The {rounds} included rounds of changes are used. "
            "Approve the work, or propose more work, which is paid for itself."
        )


class MaterialsMissing(RuleViolation):
    """Asking for changes starts a clock, and none runs while promised materials are missing."""

    code = "materials_missing"

    def __init__(self) -> None:
        super().__init__(
            "Hand over the promised materials first: until then no due date runs for the student."
        )


class NoCriterionNamed(RuleViolation):
    """Changes were asked for without naming a criterion of this deliverable that is not met."""

    code = "no_criterion_named"

    def __init__(self) -> None:
        super().__init__("Name at least one criterion that is not met yet.")


def submit_work(
    deliverable: Deliverable,
    *,
    by: User,
    at: datetime,
    text: str,
    criteria_answers: Sequence[str],
    link: str = "",
    files: "Sequence[UploadedFile[Any]]" = (),
) -> Submission:
    """Hand in the next version and start the review window, counted in the company's days.

    Raises WorkStopped, IncompleteDelivery, InvalidTransition, and what `filing.kept` raises for a file.
    """
    with (
        filing.kept(files, folder="submissions", at=at) as written,
        locked(deliverable.engagement) as engagement,
    ):
        if by.pk != engagement.student_id:
            raise PermissionDenied
        if engagement.status != Engagement.Status.ACTIVE:
            raise InvalidTransition("Work can be handed in only while the engagement is under way.")
        operations.check_not_stopped(engagement)
        deliverable = relock(deliverable)
        if deliverable.status not in AWAITED:  # an approval leads back only where it is undone
            raise InvalidTransition(f"“{deliverable.title}” does not wait for a version of yours.")
        if not text.strip() or [bool(a.strip()) for a in criteria_answers] != [True] * len(
            deliverable.criteria
        ):
            raise IncompleteDelivery("Describe what you deliver, and say for each criterion how it is met.")
        submission = Submission.objects.create(
            deliverable=deliverable,
            number=deliverable.submissions.count() + 1,
            text=text.strip(),
            link=link,
            criteria_answers=[answer.strip() for answer in criteria_answers],
            submitted_by=by,
            submitted_at=at,
        )
        filing.store(submission, written)
        cases.flag(submission=submission, at=at, text="\n".join([text, *criteria_answers]))
        review_ends_at = end_of_review(deliverable, at=at)
        deliverable.become(
            Deliverable.Status.SUBMITTED, by=by, at=at, submitted_at=at, review_ends_at=review_ends_at
        )
        Deadline.objects.start_review(deliverable, at=at)
        emails.work_submitted(submission, review_ends_at=review_ends_at, at=at)
    return submission


def end_of_review(deliverable: Deliverable, *, at: datetime) -> datetime:
    """When silence approves: as the terms say, 7 days after a first submission, 5 after a later one."""
    terms = deliverable.engagement.terms
    days = terms["later_review_days"] if deliverable.rounds_used else terms["review_days"]
    return end_of_day(at, ZoneInfo(deliverable.engagement.company.time_zone), days=days)


def ask_for_changes(
    deliverable: Deliverable,
    *,
    by: User,
    at: datetime,
    failing_criteria: Sequence[int],
    message: str,
    version: int | None = None,
) -> Review:
    """Stop the review clock and say which criteria, counted from 1, are not met.

    Raises WorkStopped, MaterialsMissing, NoRoundLeft, NoCriterionNamed, StalePage, InvalidTransition.
    """
    with locked(deliverable.engagement) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        operations.check_not_stopped(engagement)
        deliverable = relock(deliverable)
        deliverable.expect_version(version)
        if engagement.missing_materials:
            raise MaterialsMissing
        named = sorted(set(failing_criteria))
        if not named or not set(named) <= set(range(1, len(deliverable.criteria) + 1)):
            raise NoCriterionNamed
        rounds, rework_days = engagement.terms["revision_rounds"], engagement.terms["rework_days"]
        if deliverable.rounds_used >= rounds:
            raise NoRoundLeft(rounds)
        rework_until = end_of_day(at, engagement.student.zone, days=rework_days)
        due_at = max(deliverable.due_at or rework_until, rework_until)
        deliverable.become(
            Deliverable.Status.CHANGES_REQUESTED,
            by=by,
            at=at,
            reason=message,
            rounds_used=deliverable.rounds_used + 1,
            due_at=due_at,
        )
        Deadline.objects.end_review(deliverable, at=at)
        kind = Deadline.Kind.REWORK_ENDS
        Deadline.objects.create(kind=kind, deliverable=deliverable, due_at=due_at)
        WorkDeadline.objects.remind_of_due(deliverable, at=at)
        review = Review.objects.create(
            submission=deliverable.submissions.get(number=deliverable.submissions.count()),
            failing_criteria=named,
            message=message.strip(),
            by=by,
            at=at,
        )
        cases.flag(review=review, at=at, text=message)
        emails.changes_asked_for(review, deliverable, at=at)
    return review


def remind_to_review(deliverable: Deliverable, *, due_at: datetime, at: datetime) -> None:
    """Tell the employer that the window is running; nothing where it ended meanwhile."""
    deliverable.refresh_from_db()
    if deliverable.status == Deliverable.Status.SUBMITTED and at < (deliverable.review_ends_at or at):
        emails.review_reminder(deliverable, due_at=due_at, at=at)
