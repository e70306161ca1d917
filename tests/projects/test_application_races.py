"""Two clicks at once: real commits, real threads, beside a control that shows what the lock is for."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import StudentProfile
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.states import InvalidTransition
from projects import applying, bidding, closing, selecting
from projects.models import Application
from tests import cast
from tests.boards import stands_on

pytestmark = [pytest.mark.usefixtures("own_database"), stands_on(cast.an_application)]


def at_once(*acts):
    """Start every act at the same moment; what each returned, or the rule that stopped it."""
    gate = Barrier(len(acts), timeout=20)

    def run(act):
        try:
            gate.wait()
            return act()
        except RuleViolation as violation:
            return type(violation)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [future.result(timeout=60) for future in [threads.submit(run, act) for act in acts]]


def bid(student, project):
    return lambda: (
        applying.apply(
            project,
            by=cast.afresh(student),
            at=timezone.now(),
            motivation="At once.",
            answers=["Yes."] * len(project.questions),
        ).status
    )


def a_student_and_two_projects():
    employer = cast.an_employer()
    return cast.a_student(), [cast.an_open_project(employer) for _ in range(2)]


@stands_on(a_student_and_two_projects)
class TestTheLastPlaceOfTheBudget:
    @pytest.fixture(autouse=True)
    def of_one(self, settings):
        settings.LIVE_APPLICATIONS = 1

    def test_goes_to_one_of_two_clicks(self, board):
        student, projects = board

        outcomes = at_once(*(bid(student, project) for project in projects))

        assert sorted(outcomes, key=str) == [applying.BudgetUsed, "submitted"]
        assert Application.objects.of(student).count() == 1

    def test_control_without_the_lock_both_pass(self, board):
        """The same check and the same insert, with both counting before either writes."""
        (student, projects), both_counted = board, Barrier(2, timeout=20)

        def unguarded(project):
            def act():
                at = timezone.now()
                with transaction.atomic():
                    applying.check_may_apply(project, by=student, at=at)
                    both_counted.wait()
                    return Application.objects.create(
                        project=project,
                        student=student,
                        number=1,
                        motivation="At once.",
                        submitted_at=at,
                        answer_by_at=project.answer_by_at,
                    ).status

            return act

        assert at_once(*(unguarded(project) for project in projects)) == ["submitted", "submitted"]


@stands_on(cast.a_student_and_a_project)
def test_two_clicks_on_one_project_make_one_application(board):
    student, project = board

    outcomes = at_once(bid(student, project), bid(student, project))

    assert sorted(outcomes, key=str) == [bidding.AlreadyApplied, "submitted"]


@stands_on(cast.a_student_and_a_project)
def test_a_bid_and_the_close_of_its_project_come_one_after_the_other(board):
    """A bid that passed was there when the project closed; one that did not was told so."""
    student, project = board
    end = project.applications_close_at

    outcome, _ = at_once(bid(student, project), lambda: closing.close_applications(project, at=end))

    project.refresh_from_db()
    assert project.status == "closed"
    assert outcome in {"submitted", bidding.ApplicationsClosed}
    moves = list(project.history.filter(to_status="closed"))
    assert len(moves) == 1
    assert Application.objects.of(student).count() == (outcome == "submitted")


class TestTwoAnswersAtOnce:
    @pytest.fixture
    def application(self, board):
        return board

    def answers(self, application):
        employer, now = application.project.posted_by, timezone.now()
        return (
            lambda: selecting.decline(application, by=employer, at=now, reason="skills", version=1).status,
            lambda: selecting.shortlist(application, by=employer, at=now, version=1).status,
        )

    def test_one_stands_and_the_other_hears_that_the_page_is_old(self, application):
        outcomes = at_once(*self.answers(application))

        application.refresh_from_db()
        assert application.history.count() == 1
        assert application.status in outcomes
        assert len([o for o in outcomes if isinstance(o, str)]) == 1

    def test_control_without_the_lock_the_history_contradicts_the_row(self, application):
        """Two copies of the row that were read before either was written both move."""
        employer, now, both_read = application.project.posted_by, timezone.now(), Barrier(2, timeout=20)

        def unguarded(status, **changes):
            def act():
                with transaction.atomic():
                    row = Application.objects.get(pk=application.pk)
                    both_read.wait()
                    row.become(status, by=employer, at=now, **changes)
                    return row.status

            return act

        outcomes = at_once(
            unguarded("shortlisted", named_at=now), unguarded("declined", decline_reason="skills")
        )

        assert sorted(outcomes) == ["declined", "shortlisted"]
        assert application.history.count() == 2

    def test_a_withdrawal_and_a_no_leave_one_of_the_two(self, application):
        decline, _ = self.answers(application)

        outcomes = at_once(
            decline,
            lambda: (
                applying.withdraw(application, by=application.student, at=timezone.now(), version=1).status
            ),
        )

        assert len([o for o in outcomes if isinstance(o, str)]) == 1
        assert application.history.count() == 1


def test_two_sweeps_of_silence_tell_the_student_once(board):
    application = board
    project = application.project
    end = project.answer_by_at

    at_once(*(lambda: closing.close_unanswered(project, at=end) for _ in range(2)))

    assert list(application.history.values_list("to_status", flat=True)) == ["not_answered"]
    assert StudentProfile.objects.count() == 1


def test_an_answer_in_the_last_second_and_the_sweep_never_both_count(board):
    application = board
    project, employer = application.project, application.project.posted_by
    end = project.answer_by_at

    outcome, _ = at_once(
        lambda: selecting.shortlist(application, by=employer, at=end).status,
        lambda: closing.close_unanswered(project, at=end),
    )

    application.refresh_from_db()
    assert application.status == "not_answered"
    expected = 2 if outcome == "shortlisted" else 1
    assert application.history.count() == expected
    assert outcome in {"shortlisted", InvalidTransition, selecting.AnsweringIsOver}
