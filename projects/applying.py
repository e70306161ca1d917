"""A student bids for a project, or takes the bid back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import StudentProfile, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from projects import emails, matching
from projects.models import Application, Project

# PRODUCT.md: nobody applies to a company they belong or belonged to within 12 months.
COLLEAGUES_FOR = timedelta(days=365)


class NotAStudent(RuleViolation):
    """The person has no student side yet."""

    code = "not_a_student"

    def __init__(self) -> None:
        super().__init__("Only students apply. Add your student side first; it takes two steps.")


class ApplicationsClosed(RuleViolation):
    """The project takes no applications now."""

    code = "applications_closed"

    def __init__(self, project: Project) -> None:
        paused = project.status == Project.Status.PAUSED
        why = "is paused and takes no applications just now" if paused else "takes no more applications"
        super().__init__(f"“{project.title}” {why}.")


class AlreadyApplied(RuleViolation):
    """One application for each student and project; `application` is the one there is."""

    code = "already_applied"

    def __init__(self, application: Application) -> None:
        self.application = application
        super().__init__("You applied to this project already. One application for each project is possible.")


class OwnCompany(RuleViolation):
    """The student acts for this company, or did within the last 12 months."""

    code = "own_company"

    def __init__(self, project: Project) -> None:
        super().__init__(
            f"You act for {project.company} or did within the last 12 months, "
            "so you cannot apply to its projects."
        )


class BudgetUsed(RuleViolation):
    """As many applications wait for an answer as one student may have."""

    code = "application_budget_used"

    def __init__(self) -> None:
        super().__init__(
            f"{settings.LIVE_APPLICATIONS} of your applications are waiting for an answer, the most that can "
            "be at once. A place is free again when one of them is short-listed, answered or withdrawn."
        )


class AnswersMissing(RuleViolation):
    """The motivation or an answer is empty, or the project's questions are others than those answered."""

    code = "answers_missing"

    def __init__(self) -> None:
        super().__init__("Say why you want this project, and answer each of its questions.")


def apply(
    project: Project,
    *,
    by: User,
    at: datetime,
    motivation: str,
    answers: Sequence[str] = (),
    version: int | None = None,
) -> Application:
    """Bid for a project, once. Project and student are locked, so that no two bids pass together.

    `version` is the project's as it was read; what was edited since is looked at again. Raises NotAStudent,
    AlreadyApplied, ApplicationsClosed, OwnCompany, BudgetUsed, NotEligible, EligibilityUnknown, AnswersMissing,
    StalePage.
    """
    with locked(project) as project:
        StudentProfile.objects.select_for_update().filter(user=by).first()  # the budget is counted alone
        check_may_apply(project, by=by, at=at)
        project.expect_version(version)
        motivation, answers = motivation.strip(), [answer.strip() for answer in answers]
        if not motivation or [bool(answer) for answer in answers] != [True] * len(project.questions):
            raise AnswersMissing
        assert project.answer_by_at is not None
        application = Application.objects.create(
            project=project,
            student=by,
            number=project.applications.next_number(),
            motivation=motivation,
            questions=project.questions,
            answers=answers,
            submitted_at=at,
            answer_by_at=project.answer_by_at,
            named_at=None if project.names_hidden else at,
        )
        emails.application_sent(application, at=at)
        emails.application_received(application, at=at)
    return application


def check_may_apply(project: Project, *, by: User, at: datetime) -> None:
    """Raise the first reason for which this person cannot apply to this project now."""
    if not by.is_student:
        raise NotAStudent
    earlier = project.applications.filter(student=by).first()
    if earlier is not None:
        raise AlreadyApplied(earlier)
    if not project.takes_applications(at=at):
        raise ApplicationsClosed(project)
    if by.memberships.since(at - COLLEAGUES_FOR).filter(company=project.company_id).exists():
        raise OwnCompany(project)
    if budget_of(by, at=at).left <= 0:
        raise BudgetUsed
    matching.check_eligible(project.eligibility, by)


class Budget(NamedTuple):
    """How many applications of a student wait for an answer, and how many may at a time."""

    used: int
    most: int

    @property
    def left(self) -> int:
        return self.most - self.used


def budget_of(student: User, *, at: datetime) -> Budget:
    used = Application.objects.of(student).using_budget(at=at).count()
    return Budget(used, settings.LIVE_APPLICATIONS)


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
