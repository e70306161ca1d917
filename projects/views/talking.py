"""The public questions on a project's page, as each reader finds them: to read, to ask, to answer."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from marketplace.kernel.paging import newest
from projects.forms.asking import AnswerForm, QuestionForm
from projects.models import Project, PublicQuestion

QUESTIONS = "#public-questions"
PAGE = 6  # answered ones, newest first
MOST_WAITING = 20  # to be answered at once; the next ones show when these have an answer
MOST_OWN = 10

Answered = tuple[PublicQuestion, AnswerForm]


def of_page(
    request: HttpRequest,
    project: Project,
    *,
    own: bool,
    asked: QuestionForm | None,
    answered: Answered | None,
) -> dict[str, Any]:
    """Two queries for whoever is logged in, one for a visitor."""
    open_ = project.takes_applications(at=timezone.now())
    user = request.user
    rows = project.public_questions.answered()
    talk = {f"talk_{name}": value for name, value in page_of(request, rows).items()}
    talk |= {"takes_questions": open_, "unanswered": []}
    if not user.is_authenticated:
        return talk
    if own:
        waiting = list(project.public_questions.waiting().longest_waiting_first()[: MOST_WAITING + 1])
        talk |= {"unanswered": waiting[:MOST_WAITING], "more_wait": len(waiting) > MOST_WAITING}
        talk["came_back"] = open_ and with_forms([*waiting, *talk["talk_rows"]], answered, by=user)
    elif user.is_student:
        mine = list(project.public_questions.unanswered_of(user)[:MOST_OWN])
        waiting = [one for one in mine if one.status == PublicQuestion.Status.WAITING]
        may_ask = open_ and len(waiting) < settings.OPEN_PUBLIC_QUESTIONS
        talk |= {"unanswered": mine, "ask_form": asked or (QuestionForm(by=user) if may_ask else None)}
    return talk


def page_of(request: HttpRequest, rows: Any) -> dict[str, Any]:
    return newest(rows, request.GET, name="answered_before", by="answered_at", size=PAGE)


def with_forms(rows: Iterable[PublicQuestion], answered: Answered | None, *, by: User) -> AnswerForm | None:
    """Each row knows its `form`; what came back to be corrected is in its place, or returned where it has none."""
    left = answered[1] if answered else None
    for row in rows:
        if answered and answered[0].pk == row.pk:
            row.form, left = answered[1], None  # type: ignore[attr-defined]
        else:
            row.form = AnswerForm(initial={"text": row.answer}, by=by, question=row)  # type: ignore[attr-defined]
    return left
