"""A student asks about a project in public, its company answers, and both may take back what is theirs."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts import restraining
from accounts.models import Block, StudentProfile, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from projects import checking, emails
from projects.models import Project, PublicQuestion
from projects.models.naming import word
from projects.models.questions import LONGEST


class OnlyStudentsAsk(RuleViolation):
    """The person has no student side."""

    code = "only_students_ask"

    def __init__(self) -> None:
        super().__init__("Only students ask. Add your student side first; it takes two steps.")


class OwnCompanyAsked(RuleViolation):
    """The person answers for this company."""

    code = "own_company_asked"

    def __init__(self, project: Project) -> None:
        super().__init__(f"You act for {project.company}, so you answer here and do not ask.")


class NoQuestionsNow(RuleViolation):
    """Questions and answers come in while a project takes applications, and are read afterwards."""

    code = "no_questions_now"

    def __init__(self, project: Project) -> None:
        super().__init__(
            f"“{project.title}” takes no applications now, so its questions and answers stay as they are."
        )


class OpenQuestionsUsed(RuleViolation):
    """As many questions of this person about this project wait as may."""

    code = "open_questions_used"

    def __init__(self) -> None:
        most = settings.OPEN_PUBLIC_QUESTIONS
        super().__init__(
            f"{most} of your questions about this project wait for an answer, the most that can be at once. "
            "Take one back to ask another."
        )


class TooManyQuestions(RuleViolation):
    """The person asked as much as one day allows."""

    code = "too_many_questions"

    def __init__(self) -> None:
        super().__init__("That is as many questions as can be asked in one day. Go on tomorrow.")


class AskedAlready(RuleViolation):
    """The same words of the same person wait."""

    code = "asked_already"

    def __init__(self) -> None:
        super().__init__("You asked this already, and it waits for an answer.")


class NotForThePublic(RuleViolation):
    """The words are missing, too long, or should not be read by everybody."""

    code = "not_for_the_public"


def problem_of(text: str, *, most: int, by: User) -> str:
    """Why these words cannot stand in public, for the person who wrote them; empty where they can.

    `most` is a number of characters. The form asks the same beside its field.
    """
    if not text:
        return "Write a sentence or two."
    if len(text) > most:
        return f"Use at most {most} characters; there are {len(text)}."
    if found := checking.before_held(text):
        return (
            f"Leave out “{found}”: everyone reads this, and addresses, numbers and meeting elsewhere "
            "wait until the money is held."
        )
    if " " in by.name.strip() and re.search(word(by.name.strip()), text, re.IGNORECASE):
        return f"Leave out “{by.name.strip()}”: everyone reads this, and nobody is named here."
    return ""


def check_words(text: str, *, most: int, by: User) -> str:
    text = text.strip()
    if problem := problem_of(text, most=most, by=by):
        raise NotForThePublic(problem)
    return text


def ask(project: Project, *, by: User, at: datetime, text: str) -> PublicQuestion:
    """Put a question to the company. Until it is answered only the two of them see it.

    Project and student are locked, so that the limits are counted alone. Raises OnlyStudentsAsk,
    OwnCompanyAsked, NoQuestionsNow, NotForThePublic, AskedAlready, OpenQuestionsUsed, TooManyQuestions.
    """
    with locked(project) as project:
        StudentProfile.objects.select_for_update().filter(user=by).first()
        check_may_ask(project, by=by, at=at)
        text = check_words(text, most=settings.PUBLIC_QUESTION_LENGTH, by=by)
        check_limits(project, text, by=by, at=at)
        question = PublicQuestion.objects.create(project=project, asker=by, text=text, asked_at=at)
        question.history.create(by=by, from_status="", to_status=question.status, at=at)
        emails.question_asked(question, at=at)
    return question


def check_may_ask(project: Project, *, by: User, at: datetime) -> None:
    if not by.is_student:
        raise OnlyStudentsAsk
    if project.company.has_member(by):
        raise OwnCompanyAsked(project)
    restraining.check_free(by, at=at)
    if Block.objects.between(by, project.company_id).exists():
        raise NoQuestionsNow(project)
    check_open(project, at=at)


def check_open(project: Project, *, at: datetime) -> None:
    if not project.takes_applications(at=at):
        raise NoQuestionsNow(project)


def check_limits(project: Project, text: str, *, by: User, at: datetime) -> None:
    waiting = project.public_questions.waiting().filter(asker=by)
    if waiting.filter(text=text).exists():
        raise AskedAlready
    if waiting.count() >= settings.OPEN_PUBLIC_QUESTIONS:
        raise OpenQuestionsUsed
    lately = PublicQuestion.objects.filter(asker=by, asked_at__gt=at - timedelta(days=1))
    if lately.count() >= settings.PUBLIC_QUESTIONS_A_DAY:
        raise TooManyQuestions


def withdraw(question: PublicQuestion, *, by: User, at: datetime, version: int | None = None) -> None:
    """Take a question back that nobody answered; the company sees it no more. Raises StalePage, InvalidTransition."""
    with locked(question.project):
        question = relock(question)
        if question.asker_id != by.pk:
            raise PermissionDenied
        question.expect_version(version)
        question.become(PublicQuestion.Status.WITHDRAWN, by=by, at=at)
        emails.question_settled(question, at=at)


def answer(
    question: PublicQuestion, *, by: User, at: datetime, text: str, version: int | None = None
) -> PublicQuestion:
    """Answer in public: from now on everyone reads both. Of an answer that stands, the words are changed.

    Who asked is told once, of the first answer. What it said before stays in its history. Raises NoQuestionsNow,
    NotForThePublic, StalePage, InvalidTransition.
    """
    with locked(question.project) as project:
        question = of_company(question, project, by=by, at=at, version=version)
        text = check_words(text, most=LONGEST, by=by)
        if question.status != PublicQuestion.Status.ANSWERED:
            words: dict[str, Any] = {"answer": text, "answered_at": at, "answered_by": by}
            question.become(PublicQuestion.Status.ANSWERED, by=by, at=at, **words)
            emails.question_settled(question, at=at)
            emails.question_answered(question, at=at)
        elif text != question.answer:
            before = f"The answer was: {question.answer}"
            question.become(question.status, by=by, at=at, reason=before, answer=text, edited_at=at)
    return question


def decline(
    question: PublicQuestion, *, by: User, at: datetime, reason: str, version: int | None = None
) -> PublicQuestion:
    """Leave a question unanswered, with a reason (`PublicQuestion.DeclineReason`) for who asked; nobody else sees it.

    Raises NoQuestionsNow, StalePage, InvalidTransition.
    """
    why = PublicQuestion.DeclineReason(reason)
    with locked(question.project) as project:
        question = of_company(question, project, by=by, at=at, version=version)
        question.become(PublicQuestion.Status.DECLINED, by=by, at=at, reason=why.label, decline_reason=why)
        emails.question_settled(question, at=at)
        emails.question_declined(question, at=at)
    return question


def of_company(
    question: PublicQuestion, project: Project, *, by: User, at: datetime, version: int | None
) -> PublicQuestion:
    """The question, locked for whoever answers for the company."""
    if not project.company.has_member(by):
        raise PermissionDenied
    question = relock(question)
    question.project = project
    question.expect_version(version)
    check_open(project, at=at)
    return question
