"""What the dates of a project do by themselves, and that doing it twice does nothing more."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from marketplace.kernel.models import Letter
from marketplace.kernel.transactions import locked
from payments import offering
from projects import applying, closing, posting, selecting, tasks
from projects.models import Application, Deadline, Project
from tests import cast
from tests.boards import stands_on

SECOND = timedelta(seconds=1)


@pytest.fixture
def project(board):
    return board


def status(row):
    return type(row).objects.get(pk=row.pk).status


def letters(template):
    return Letter.objects.filter(template=f"projects/{template}").count()


@stands_on(cast.an_open_project)
class TestApplicationsClose:
    def test_at_the_end_of_the_window(self, project):
        tasks.run_deadlines(at=project.applications_close_at - SECOND)
        assert status(project) == Project.Status.OPEN

        tasks.run_deadlines(at=project.applications_close_at)
        assert status(project) == Project.Status.CLOSED

    def test_a_pause_moves_no_date(self, project):
        posting.pause(project, by=project.posted_by, at=timezone.now())

        tasks.run_deadlines(at=project.applications_close_at)

        assert status(project) == Project.Status.CLOSED

    def test_the_rule_itself_never_closes_early(self, project):
        closing.close_applications(project, at=project.applications_close_at - SECOND)

        assert status(project) == Project.Status.OPEN


@stands_on(cast.an_open_project)
class TestReminder:
    def test_goes_out_the_day_before_with_how_many_wait(self, project):
        for student in (cast.a_student(), cast.another_student()):
            cast.an_application(student, project)
        day_before = Deadline.objects.get(kind=Deadline.Kind.ANSWER_REMINDER).due_at

        tasks.run_deadlines(at=day_before)

        letter = Letter.objects.get(template="projects/answer_reminder")
        assert (letter.to, letter.context["waiting"]) == (project.posted_by, 2)
        assert letter.not_after == project.answer_by_at

    def test_nobody_is_reminded_of_nothing(self, project):
        tasks.run_deadlines(at=project.answer_by_at - timedelta(hours=1))

        assert letters("answer_reminder") == 0

    def test_it_is_old_news_after_the_date(self, project):
        cast.an_application(project=project)

        tasks.run_deadlines(at=project.answer_by_at)

        assert letters("answer_reminder") == 0
        assert letters("application_not_answered") == 1


@stands_on(cast.an_open_project)
class TestTheHardEnd:
    def test_silence_is_called_not_answered_and_said(self, project):
        waiting = cast.an_application(project=project)
        kept = cast.an_application(cast.another_student(), project)
        selecting.shortlist(kept, by=project.posted_by, at=timezone.now())

        tasks.run_deadlines(at=project.answer_by_at)

        assert {status(waiting), status(kept)} == {Application.Status.NOT_ANSWERED}
        assert letters("application_not_answered") == 2
        assert status(project) == Project.Status.UNFILLED
        assert waiting.history.get().by is None

    def test_not_a_second_early(self, project):
        application = cast.an_application(project=project)

        closing.close_unanswered(project, at=project.answer_by_at - SECOND)

        assert status(application) == Application.Status.SUBMITTED

    def test_answers_stay_as_they_are(self, project):
        declined = cast.an_application(project=project)
        withdrawn = cast.an_application(cast.another_student(), project)
        selecting.decline(declined, by=project.posted_by, at=timezone.now(), reason="skills")
        applying.withdraw(withdrawn, by=withdrawn.student, at=timezone.now())

        tasks.run_deadlines(at=project.answer_by_at)

        assert (status(declined), status(withdrawn)) == ("declined", "withdrawn")

    def test_an_offer_that_is_being_paid_has_its_own_clock(self, project):
        chosen = cast.an_application(project=project)
        engagement = offering.make_offer(chosen, by=project.posted_by, at=project.answer_by_at - SECOND)

        tasks.run_deadlines(at=project.answer_by_at)

        assert (status(chosen), status(project)) == ("shortlisted", "closed")

        offering.abandon_checkout(engagement, at=project.answer_by_at)
        tasks.run_deadlines(at=project.answer_by_at + closing.LOOK_AGAIN)

        assert (status(chosen), status(project)) == ("not_answered", "unfilled")
        assert not Deadline.objects.pending().filter(project=project).exists()

    def test_what_was_never_published_is_left_alone(self):
        draft = cast.a_draft()

        closing.close_unanswered(draft, at=timezone.now())

        assert status(draft) == Project.Status.DRAFT


@stands_on(cast.an_open_project)
class TestSweep:
    def test_twice_is_harmless(self, project):
        application = cast.an_application(project=project)

        assert tasks.run_deadlines(at=project.answer_by_at) == 3
        assert tasks.run_deadlines(at=project.answer_by_at) == 0
        closing.close_unanswered(project, at=project.answer_by_at)

        assert letters("application_not_answered") == 1
        assert application.history.count() == 1
        assert project.history.filter(to_status="unfilled").count() == 1

    def test_the_task_reads_the_clock_itself(self, project, time_machine):
        time_machine.move_to(project.applications_close_at)

        tasks.sweep()

        assert status(project) == Project.Status.CLOSED


BREAK = """
create function broken() returns trigger language plpgsql as $$
begin raise exception 'a guard spoke' using errcode = '23514'; end $$;
create trigger broken before update on projects_project
  for each row when (new.status = 'closed' and new.id = {pk}) execute function broken();
"""


def test_one_that_fails_does_not_stop_the_rest_and_is_tried_again(own_database, as_owner, caplog):
    bad, good = cast.an_open_project(), cast.an_open_project(cast.another_employer())
    at = max(bad.applications_close_at, good.applications_close_at)
    as_owner.execute(BREAK.format(pk=bad.pk))

    assert tasks.run_deadlines(at=at) == 1
    assert (status(bad), status(good)) == ("open", "closed")
    assert "will be tried again" in caplog.text

    as_owner.execute("drop trigger broken on projects_project")
    assert tasks.run_deadlines(at=at) == 1
    assert status(bad) == "closed"


@stands_on(cast.an_open_project)
def test_a_deadline_that_another_sweep_holds_is_left_to_it(own_database, project):
    at = project.applications_close_at

    def second_sweep():
        try:
            return tasks.run_deadlines(at=at)
        finally:
            connection.close()

    with locked(project), ThreadPoolExecutor(1) as other:
        assert other.submit(second_sweep).result(timeout=10) == 0
    assert status(project) == "open"
    assert tasks.run_deadlines(at=at) == 1
