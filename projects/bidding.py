"""The steps by which a bid reaches a company: what is asked of the words, the places, and handing it in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from projects import emails
from projects.models import Application, Project


class AnswersMissing(RuleViolation):
    """The motivation or an answer is empty, or the project's questions are others than those answered."""

    code = "answers_missing"

    def __init__(self) -> None:
        super().__init__("Say why you want this project, and answer each of its questions.")


def places_of(project: Project) -> int:
    """PRODUCT.md: beyond 25 applications a seat there is a waiting list."""
    return project.seats * settings.APPLICATIONS_PER_SEAT


def places_left(project: Project) -> int:
    """The project is locked, or somebody takes a place meanwhile."""
    return places_of(project) - project.applications.in_a_place().count()


def cleaned(project: Project, motivation: str, answers: Sequence[str]) -> dict[str, Any]:
    """What is kept of the words. Raises AnswersMissing."""
    motivation, answers = motivation.strip(), [answer.strip() for answer in answers]
    if not motivation or [bool(answer) for answer in answers] != [True] * len(project.questions):
        raise AnswersMissing
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
    (emails.application_drawn if drawn else emails.application_sent)(application, at=at)
    emails.application_received(application, at=at)
    return application
