"""Who is asked again after a no, when a seat is free: once, for some days, and never after it is taken."""

from datetime import timedelta
from threading import Event

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from payments import cancelling, offering, refunding
from projects import places, reopening, selecting, tasks
from projects.models import Application, Deadline
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.races.meeting import at_once
from tests.projects.test_second_in_line import DAY, a_board, letters, now_as

HOUR = timedelta(hours=1)


def a_seat_given_back(sandbox):
    """The seat was filled, everybody else had a no; then the work was cancelled before it began."""
    project, applications = a_board(5)
    engagement, now = stages.under_way(sandbox, applications[0]), timezone.now()
    noes = [selecting.No(row.public_id, 1, "filled") for row in applications[1:]]
    selecting.decline_many(project, by=project.posted_by, at=now, noes=noes)
    refunding.cancel_before_start(engagement, by=engagement.student, at=now, reason="I fell ill.")
    return project, applications


@stands_on(a_seat_given_back)
class Asked:
    @pytest.fixture
    def board(self, board):
        project, applications = board
        return now_as(project), [now_as(row) for row in applications]

    def ask(self, board, number=1, **given):
        given = {"by": board[0].posted_by, "at": timezone.now()} | given
        return reopening.ask_again(board[1][number], **given)


class TestAskedAgain(Asked):
    def test_a_filled_project_is_open_to_a_choice_again_for_some_days(self, board):
        assert board[0].status == "closed"
        due = Deadline.objects.pending().get(project=board[0], kind="answer_by").due_at
        assert due >= board[0].answer_by_at

    def test_one_click_of_the_student_brings_them_back(self, client, board):
        asked, project = self.ask(board), board[0]
        assert letters("application_asked", to=asked.student) == 1
        client.force_login(asked.student)
        assert "Are you still interested?" in client.get(asked.get_absolute_url()).content.decode()

        client.post(f"{asked.get_absolute_url()}agree/", {"version": asked.version})

        back = now_as(asked)
        assert (back.status, back.asked_until) == ("shortlisted", None)
        assert back.answer_by_at >= project.answer_by_at
        assert letters("application_agreed", to=project.posted_by) == 1
        assert offering.make_offer(back, by=project.posted_by, at=timezone.now())

    def test_and_silence_after_it_is_named_too(self, board):
        asked = self.ask(board)
        back = reopening.agree(asked, by=asked.student, at=timezone.now())

        tasks.run_deadlines(at=back.answer_by_at)

        assert (now_as(back).status, now_as(board[0]).status) == ("not_answered", "unfilled")

    def test_the_company_is_reminded_a_day_before_that(self, board):
        back = reopening.agree(self.ask(board), by=board[1][1].student, at=timezone.now())

        tasks.run_deadlines(at=back.answer_by_at - DAY)

        reminder = Letter.objects.get(template="projects/answer_reminder", to=board[0].posted_by)
        assert (reminder.context["waiting"], reminder.not_after) == (1, back.answer_by_at)

    def test_a_no_leaves_everything_as_it_was(self, client, board):
        asked = self.ask(board)
        client.force_login(asked.student)

        client.post(f"{asked.get_absolute_url()}refuse/", {"version": asked.version})

        assert (now_as(asked).status, now_as(asked).asked_until) == ("declined", None)
        assert letters("application_ask_ended", to=board[0].posted_by) == 1
        with pytest.raises(reopening.AskIsOver):
            reopening.agree(asked, by=asked.student, at=timezone.now())

    def test_it_ends_by_itself(self, board):
        asked = self.ask(board)

        tasks.run_deadlines(at=asked.asked_until)
        tasks.run_deadlines(at=asked.asked_until + DAY)

        assert now_as(asked).asked_until is None
        assert letters("application_ask_ended") == 1
        with pytest.raises(reopening.AskIsOver):
            reopening.agree(asked, by=asked.student, at=asked.asked_until + DAY)

    def test_nobody_is_asked_twice_and_no_more_than_three_for_a_seat(self, board):
        asked = self.ask(board)
        with pytest.raises(reopening.AskedBefore):
            self.ask(board)
        self.ask(board, 2)
        self.ask(board, 3)

        with pytest.raises(reopening.EnoughAsked):
            self.ask(board, 4)
        assert now_as(asked).asked_until == asked.asked_until

    def test_an_offer_to_another_meanwhile_stops_no_yes(self, sandbox, board):
        asked, back = self.ask(board), self.ask(board, 2)
        stages.offered(sandbox, reopening.agree(back, by=back.student, at=timezone.now()))

        assert reopening.agree(asked, by=asked.student, at=timezone.now()).status == "shortlisted"

    def test_the_seat_that_went_to_another_ends_the_question(self, sandbox, board):
        asked, back = self.ask(board), self.ask(board, 2)
        back = reopening.agree(back, by=back.student, at=timezone.now())

        stages.accept(stages.offered(sandbox, back))

        assert now_as(asked).asked_until is None
        assert letters("application_ask_closed", to=asked.student) == 1

    def test_a_click_in_the_table_asks(self, client, board):
        client.force_login(board[0].posted_by)
        page = client.get(f"/projects/{board[0].public_id}/applicants/").content.decode()
        assert page.count("/ask/") == 4

        answer = client.post(
            f"{board[1][1].get_absolute_url()}ask/", {"version": board[1][1].version}, follow=True
        )

        assert "answers by" in answer.content.decode()
        assert "Waiting for Applicant 2" in answer.content.decode()

    def test_wrong_people_and_old_pages_change_nothing(self, board):
        for who in (cast.a_moderator(), cast.another_employer(), board[1][1].student):
            with pytest.raises(PermissionDenied):
                self.ask(board, by=who)
        with pytest.raises(StalePage):
            self.ask(board, version=99)
        asked = self.ask(board)
        for act in (reopening.agree, reopening.refuse):
            with pytest.raises(PermissionDenied):
                act(asked, by=board[0].posted_by, at=timezone.now())

    def test_who_was_second_in_line_before_the_no_is_not_any_more(self, board):
        Application.objects.filter(pk=board[1][1].pk).update(second_at=timezone.now())
        asked = self.ask(board)

        assert not reopening.agree(asked, by=asked.student, at=timezone.now()).is_second

    def test_a_question_that_waits_to_be_sent_is_not_sent_after_the_answer(self, board):
        asked, now = self.ask(board), timezone.now()
        waiting = Letter.objects.waiting(at=now).filter(template="projects/application_asked")
        assert waiting.exists()

        reopening.refuse(asked, by=asked.student, at=now)

        assert not waiting.exists()

    def test_a_rule_that_runs_twice_tells_nobody_twice(self, board):
        asked, now, project = self.ask(board), timezone.now(), board[0]
        self.ask(board, 2)
        reopening.refuse(asked, by=asked.student, at=now)

        for _ in range(2):
            with transaction.atomic():
                places.close_line(project, at=now)
            reopening.end_asking(project, at=now + 9 * DAY)

        assert letters("application_ask_closed") == letters("application_ask_ended") == 1

    def test_the_date_waits_for_no_question_whose_time_is_over(self, board):
        """The sweep may come to the date before it comes to the question."""
        asked, project = self.ask(board), board[0]
        at = max(asked.asked_until, project.answer_by_at) + DAY

        date = Deadline.objects.pending().filter(project=project, kind="answer_by")

        assert tasks.run_deadline(date.get(), at=at)

        assert not date.exists()
        assert now_as(project).status == "unfilled"
        tasks.run_deadlines(at=at)
        assert now_as(asked).asked_until is None


def an_offer_declined_after_the_date(sandbox):
    """An offer stood over the date, when all others were told that nobody answered; then came a no."""
    project, applications = a_board(at=timezone.now() - 9 * DAY)
    date = project.answer_by_at
    engagement = stages.offered(sandbox, applications[0])
    tasks.run_deadlines(at=date)
    offering.decline_offer(engagement, by=engagement.student, at=date + HOUR)
    tasks.run_deadlines(at=date + 2 * HOUR)
    return now_as(project), [now_as(row) for row in applications]


@stands_on(an_offer_declined_after_the_date)
class TestASeatGivenBackAfterTheDate:
    def test_leaves_five_days_to_ask_the_others(self, board):
        project, (_, asked, _) = board
        assert (project.status, asked.status) == ("closed", "not_answered")

        asked = reopening.ask_again(asked, by=project.posted_by, at=project.answer_by_at + 2 * DAY)
        back = reopening.agree(asked, by=asked.student, at=project.answer_by_at + 3 * DAY)
        tasks.run_deadlines(at=project.answer_by_at + 5 * DAY + HOUR)

        assert (now_as(back).status, now_as(project).status) == ("shortlisted", "closed")

    def test_and_not_more(self, board):
        project = board[0]

        tasks.run_deadlines(at=project.answer_by_at + 5 * DAY + HOUR)

        assert now_as(project).status == "unfilled"
        assert not Deadline.objects.pending().filter(project=project).exists()


def work_cancelled_after_the_date(sandbox):
    """One of two seats was filled at the date and nobody else had an answer; then that work was cancelled."""
    project, applications = a_board(at=timezone.now() - 9 * DAY, seats=2)
    engagement = stages.under_way(sandbox, applications[0])
    tasks.run_deadlines(at=project.answer_by_at)
    assert not Deadline.objects.pending().filter(project=project, kind="answer_by").exists()
    at = project.answer_by_at + HOUR
    refunding.cancel_before_start(engagement, by=engagement.student, at=at, reason="I fell ill.")
    return now_as(project), [now_as(row) for row in applications], at


@stands_on(work_cancelled_after_the_date)
class TestOneOfTwoSeatsGivenBackAfterTheDate:
    def ask(self, board, *, at):
        return reopening.ask_again(board[1][1], by=board[0].posted_by, at=at)

    def test_may_be_filled_for_some_days(self, board):
        assert self.ask(board, at=board[2] + 5 * DAY).asked_until is not None

    def test_and_then_the_project_has_ended(self, board):
        end = board[2] + 5 * DAY
        with pytest.raises(reopening.NoSeatReopened):
            self.ask(board, at=end + HOUR)
        tasks.run_deadlines(at=end + HOUR)
        assert now_as(board[0]).status == "unfilled"


@pytest.mark.usefixtures("own_database")
class TestYesAndSomethingElseAtOnce(Asked):
    def yes(self, asked, *, read=None):
        """The student's click; `read` is set once it has seen that the question still stands."""

        def noticed(execute, sql, *rest):
            result = execute(sql, *rest)
            if read and 'FROM "projects_application"' in sql:
                read.set()
            return result

        def agree():
            application, now, version = now_as(asked), timezone.now(), asked.version
            with connection.execute_wrapper(noticed):
                return reopening.agree(application, by=asked.student, at=now, version=version).status

        return agree

    def yeses(self, asked):
        return asked.history.filter(reason="Asked again, and still interested.").count()

    def test_two_yeses_are_one(self, board):
        asked = self.ask(board)

        outcomes = at_once(self.yes(asked), self.yes(asked))

        assert sorted(map(str, outcomes)) == sorted([str(StalePage()), "shortlisted"])
        assert (self.yeses(asked), letters("application_agreed")) == (1, 1)

    def test_control_without_the_lock_they_are_two(self, board):
        asked = self.ask(board)

        assert at_once(self.yes(asked), self.yes(asked), locks=False) == ["shortlisted"] * 2
        assert self.yeses(asked) == 2

    def both(self, sandbox, board, **given):
        """A yes that has seen the free seat, and an offer to somebody else that becomes work meanwhile."""
        asked, back, read = self.ask(board), self.ask(board, 2), Event()
        back = reopening.agree(back, by=back.student, at=timezone.now())

        def fill():
            assert read.wait(20)
            return stages.accept(stages.offered(sandbox, back)).status

        return at_once(self.yes(asked, read=read), fill, points=('"asked_until" = ',), **given)

    def test_a_yes_before_the_seat_is_taken_counts_and_no_letter_says_otherwise(self, sandbox, board):
        assert self.both(sandbox, board) == ["shortlisted", "active"]
        assert letters("application_ask_closed") == 0

    def test_control_without_the_lock_a_yes_counts_and_a_letter_says_the_seat_is_gone(self, sandbox, board):
        assert self.both(sandbox, board, locks=False) == ["shortlisted", "active"]
        assert letters("application_ask_closed") == 1


@stands_on(a_board)
class TestNobodyIsAskedWithoutASeat:
    def test_a_no_alone_reopens_nothing(self, board):
        project, (application, *_) = board
        selecting.decline(application, by=project.posted_by, at=timezone.now(), reason="skills")

        with pytest.raises(reopening.NoSeatReopened):
            reopening.ask_again(application, by=project.posted_by, at=timezone.now())

    def test_who_has_no_answer_yet_is_not_asked(self, board):
        project, (application, *_) = board
        with pytest.raises(InvalidTransition):
            reopening.ask_again(application, by=project.posted_by, at=timezone.now())

    def test_a_cancelled_project_asks_nothing_any_more(self, board):
        project, (application, *_) = board
        now = timezone.now()
        selecting.decline(application, by=project.posted_by, at=now, reason="skills")
        Application.objects.filter(pk=application.pk).update(asked_at=now, asked_until=now + DAY)

        cancelling.cancel_project(project, by=project.posted_by, at=now, why="mistake", answers={})

        assert now_as(application).asked_until is None
        assert letters("application_ask_closed", to=application.student) == 1

    def test_the_database_refuses_a_question_before_a_no(self, board):
        _, (application, *_) = board
        with pytest.raises(IntegrityError, match="asked_only_after_a_no"), transaction.atomic():
            Application.objects.filter(pk=application.pk).update(asked_until=timezone.now())
