"""The steps by which a bid reaches a company: who may bid, what is asked of the words, places, handing it in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings

from accounts import restraining
from accounts.models import Block, Company, User
from marketplace.kernel.errors import RuleViolation
from projects import cases, checking, emails, matching
from projects.models import Application, Project


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


class NotTogether(RuleViolation):
    """One of the two blocked the other. Which of them is not said."""

    code = "not_together"

    def __init__(self) -> None:
        super().__init__("You and the other side do not meet here, so this is not possible.")


class AnswersMissing(RuleViolation):
    """The motivation or an answer is empty, or the project's questions are others than those answered."""

    code = "answers_missing"

    def __init__(self) -> None:
        super().__init__("Say why you want this project, and answer each of its questions.")


class NotBeforeHeld(RuleViolation):
    """Contact data, and numbers of a bank account, a card or a person."""

    code = "not_before_held"

    def __init__(self, found: str) -> None:
        super().__init__(
            f"Leave out “{found}”: addresses, links and numbers wait until the money is held. "
            "Links to your work belong on your page."
        )


class WordsNoticed(RuleViolation):
    """Something swindlers write stands in it. It can be sent all the same, and then a moderator looks at it."""

    code = "words_noticed"
    WHY: ClassVar[dict[str, str]] = {
        "forbidden_work": "is often part of work that is forbidden here",
        "free_work": "is often part of work that nobody pays",
    }

    def __init__(self, found: checking.Finding) -> None:
        why = self.WHY.get(found.code, "is often part of a swindle")
        super().__init__(
            f"“{found.excerpt}” {why}. Write it without, or send it as it is: then a moderator looks at it."
        )


def check_may_bid(project: Project, *, by: User, at: datetime) -> None:
    """Raises NotAStudent, AlreadyApplied, ApplicationsClosed, OwnCompany, NotTogether, NotEligible,
    EligibilityUnknown, Restrained.

    It is asked before applying and waiting, and again when the lot falls on somebody who waited.
    """
    if not by.is_student:
        raise NotAStudent
    earlier = project.applications.filter(student=by).first()
    if earlier is not None:
        raise AlreadyApplied(earlier)
    if not project.takes_applications(at=at):
        raise ApplicationsClosed(project)
    if by.memberships.lately(at=at).filter(company__in=Company.objects.kin_of(project.company)).exists():
        raise OwnCompany(project)
    restraining.check_free(by, at=at)
    check_together(by, project)
    matching.check_eligible(project.eligibility, by)


def check_together(student: User, project: Project) -> None:
    """Raises NotTogether."""
    if Block.objects.between(student, project.company_id).exists():
        raise NotTogether


def places_of(project: Project) -> int:
    """PRODUCT.md: beyond 25 applications a seat there is a waiting list."""
    return project.seats * settings.APPLICATIONS_PER_SEAT


def places_left(project: Project) -> int:
    """The project is locked, or somebody takes a place meanwhile."""
    return places_of(project) - project.applications.in_a_place().count()


def cleaned(
    project: Project, motivation: str, answers: Sequence[str], *, flagged: bool = False
) -> dict[str, Any]:
    """What is kept of the words. Raises AnswersMissing, NotBeforeHeld, and WordsNoticed unless `flagged`."""
    motivation, answers = motivation.strip(), [answer.strip() for answer in answers]
    if not motivation or [bool(answer) for answer in answers] != [True] * len(project.questions):
        raise AnswersMissing
    for text in (motivation, *answers):
        if found := checking.before_held(text):
            raise NotBeforeHeld(found)
        if not flagged and (seen := checking.suspicious(text)):
            raise WordsNoticed(seen[0])
    return {"motivation": motivation, "answers": answers, "questions": project.questions}


def hand_in(
    project: Project, *, student: User, at: datetime, words: dict[str, Any], drawn: bool = False
) -> Application:
    """The application, and the letters to both sides; project and student are locked."""
    assert project.answer_by_at is not None
    application = Application.objects.create(
        project=project,
        student=student,
        number=project.applications.next_number(),
        submitted_at=at,
        answer_by_at=project.answer_by_at,
        named_at=None if project.names_hidden else at,
        **words,
    )
    cases.flag(application=application, at=at, text="\n".join([application.motivation, *application.answers]))
    (emails.application_drawn if drawn else emails.application_sent)(application, at=at)
    emails.application_received(application, at=at)
    return application
