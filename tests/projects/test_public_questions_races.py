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


class TestTheLastQuestionOfADay:
    """About two projects, so that the lock of a project keeps nobody waiting."""

    @pytest.fixture
    def projects(self, settings):
        settings.PUBLIC_QUESTIONS_A_DAY = 1
        employer = cast.an_employer()
        return [cast.an_open_project(employer) for _ in range(2)]

    def test_is_one_of_two(self, projects):
        student = cast.a_student()

        def asked(project):
            return lambda: cast.a_question(cast.afresh(student), project).status

        outcomes = at_once(*(asked(project) for project in projects))
        assert sorted(outcomes, key=str) == [asking.TooManyQuestions, "waiting"]

    def test_control_without_the_lock_both_are_asked(self, projects):
        """The same count and the same writing, with both counts before both writings."""
        student, counted = cast.a_student(), Barrier(2, timeout=20)

        def unguarded(project):
            with transaction.atomic():
                asking.check_limits(project, "Why?", by=student, at=timezone.now())
                counted.wait()
                return PublicQuestion.objects.create(
                    project=project, asker=student, text="Why?", asked_at=timezone.now()
                ).status

        assert at_once(*(lambda one=one: unguarded(one) for one in projects)) == ["waiting", "waiting"]


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
