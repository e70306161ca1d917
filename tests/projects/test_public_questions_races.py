"""Two clicks at once about public questions, beside a control that shows what the lock is for."""

from threading import Barrier

import pytest
from django.db import transaction
from django.utils import timezone

from marketplace.kernel.states import InvalidTransition
from projects import asking
from projects.models import PublicQuestion
from tests import cast
from tests.projects.test_application_races import at_once

pytestmark = pytest.mark.usefixtures("own_database")


class TestTheLastQuestionThatMayWait:
    @pytest.fixture
    def student(self, settings):
        settings.OPEN_PUBLIC_QUESTIONS = 1
        return cast.a_student()

    def test_is_one_of_two(self, student):
        project = cast.an_open_project()

        def asked(text):
            return lambda: cast.a_question(cast.afresh(student), project, text=text).status

        outcomes = at_once(asked("One?"), asked("Two?"))
        assert sorted(outcomes, key=str) == [asking.OpenQuestionsUsed, "waiting"]

    def test_control_without_the_lock_both_wait(self, student):
        """The same count and the same writing, with both counts before both writings."""
        project, counted = cast.an_open_project(), Barrier(2, timeout=20)

        def unguarded(text):
            with transaction.atomic():
                asking.check_limits(project, text, by=student, at=timezone.now())
                counted.wait()
                return PublicQuestion.objects.create(
                    project=project, asker=student, text=text, asked_at=timezone.now()
                ).status

        assert at_once(lambda: unguarded("One?"), lambda: unguarded("Two?")) == ["waiting", "waiting"]


def test_an_answer_and_taking_it_back_leave_one_of_the_two():
    question = cast.a_question()
    by, at = cast.afresh(question.project.posted_by), timezone.now()

    outcomes = at_once(
        lambda: asking.answer(question, by=by, at=at, text="Yes.").status,
        lambda: asking.withdraw(question, by=question.asker, at=at),
    )

    status = PublicQuestion.objects.get().status
    assert outcomes in (["answered", InvalidTransition], [InvalidTransition, None])
    assert status == ("answered" if outcomes[0] == "answered" else "withdrawn")
