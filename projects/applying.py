"""A student bids for a project, or takes the bid back."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import StudentProfile, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from projects import bidding, emails
from projects.budgeting import budget_of
from projects.models import Application, Project, Waiting
from projects.models.waiting import lot_of


class BudgetUsed(RuleViolation):
    """As many applications wait for an answer as one student may have."""

    code = "application_budget_used"

    def __init__(self) -> None:
        super().__init__(
            f"{settings.LIVE_APPLICATIONS} of your applications are waiting for an answer, the most that can "
            "be at once. A place is free again when one of them is short-listed, answered or withdrawn."
        )


class PlacesTaken(RuleViolation):
    """As many have applied as one company can read well; the others wait for a place."""

    code = "places_taken"

    def __init__(self, project: Project) -> None:
        super().__init__(
            f"All {bidding.places_of(project)} places for applications to “{project.title}” are taken. You can "
            "wait: places that free up are given by lot."
        )


class PlaceIsFree(RuleViolation):
    """There is no need to wait."""

    code = "place_is_free"

    def __init__(self) -> None:
        super().__init__("A place is free by now: send the application instead of waiting.")


class AlreadyWaiting(RuleViolation):
    """The student is on the waiting list."""

    code = "already_waiting"

    def __init__(self) -> None:
        super().__init__(
            "You are on the waiting list of this project already. You hear when a place is yours."
        )


def apply(
    project: Project,
    *,
    by: User,
    at: datetime,
    motivation: str,
    answers: Sequence[str] = (),
    flagged: bool = False,
    version: int | None = None,
) -> Application:
    """Bid for a project, once. Project and student are locked, so that no two bids pass together.

    `version` is the project's as it was read; what was edited since is looked at again. Raises NotAStudent,
    AlreadyApplied, AlreadyWaiting, ApplicationsClosed, OwnCompany, NotEligible, EligibilityUnknown, PlacesTaken,
    BudgetUsed, AnswersMissing, NotBeforeHeld, StalePage; WordsNoticed unless `flagged`, that is sent knowingly.
    """
    with locked(project) as project:
        StudentProfile.objects.select_for_update().filter(user=by).first()  # the budget is counted alone
        check_may_apply(project, by=by, at=at)
        project.expect_version(version)
        words = bidding.cleaned(project, motivation, answers, flagged=flagged)
        return bidding.hand_in(project, student=by, at=at, words=words)


def check_may_apply(project: Project, *, by: User, at: datetime) -> None:
    """Raise the first reason for which this person cannot apply to this project now."""
    check_may_wait(project, by=by, at=at)
    if is_full(project):
        raise PlacesTaken(project)
    if budget_of(by, at=at).left <= 0:
        raise BudgetUsed


def check_may_wait(project: Project, *, by: User, at: datetime) -> None:
    """All reasons but those that have to do with how many others bid, or where else one did."""
    bidding.check_may_bid(project, by=by, at=at)
    if project.waiting_list.of(by).exists():
        raise AlreadyWaiting


def is_full(project: Project) -> bool:
    """No place is free, or others have waited for it."""
    return project.waiting_list.exists() or bidding.places_left(project) <= 0


def wait(
    project: Project,
    *,
    by: User,
    at: datetime,
    motivation: str,
    answers: Sequence[str] = (),
    flagged: bool = False,
    version: int | None = None,
) -> Waiting:
    """Join the waiting list of a project whose places are taken; it uses no budget.

    Raises NotAStudent, AlreadyApplied, AlreadyWaiting, ApplicationsClosed, OwnCompany, NotEligible,
    EligibilityUnknown, AnswersMissing, NotBeforeHeld, WordsNoticed, StalePage, and PlaceIsFree.
    """
    with locked(project) as project:
        check_may_wait(project, by=by, at=at)
        project.expect_version(version)
        if not is_full(project):
            raise PlaceIsFree
        words = bidding.cleaned(project, motivation, answers, flagged=flagged)
        return Waiting.objects.create(
            project=project, student=by, lot=lot_of(project, by), joined_at=at, **words
        )


def leave_list(waiting: Waiting, *, by: User) -> None:
    """Wait no longer; one may come back, with the same lot."""
    with locked(waiting.project):
        if waiting.student_id != by.pk:
            raise PermissionDenied
        Waiting.objects.filter(pk=waiting.pk).delete()


def withdraw(application: Application, *, by: User, at: datetime, version: int | None = None) -> Application:
    """Take a bid back for good. Raises StalePage, InvalidTransition."""
    with locked(application.project):
        application = relock(application)
        if application.student_id != by.pk:
            raise PermissionDenied
        application.expect_version(version)
        application.become(Application.Status.WITHDRAWN, by=by, at=at, answered_at=at)
        emails.application_withdrawn(application, at=at)
    return application
