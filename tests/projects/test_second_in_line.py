"""Who hopes behind an open offer: told, bounded, never left hanging."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import Company
from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from payments import offering
from projects import applying, closing, selecting, tasks
from projects.models import Deadline, Project
from tests import cast, stages
from tests.boards import stands_on
from tests.projects.test_application_races import at_once

DAY = timedelta(days=1)


def now_as(row):
    return type(row).objects.get(pk=row.pk)


def letters(template, *, to=None):
    found = Letter.objects.filter(template=f"projects/{template}")
    return found.filter(to=to).count() if to else found.count()


def a_board(count=3, *, at=None, **changes):
    """An open project of a company without limit, and its applicants."""
    at = at or timezone.now()
    project = cast.an_open_project(at=at, **changes)
    Company.objects.update(proven_at=timezone.now())
    return project, [cast.an_application(cast.a_student(), project, at=at) for _ in range(count)]


def an_offer_and_four_more():
    """The first applicant has an offer that is being paid for."""
    project, applications = a_board(5)
    offering.make_offer(applications[0], by=project.posted_by, at=timezone.now())
    return project, applications


@stands_on(an_offer_and_four_more)
class TestSecondInLine:
    def keep(self, board, number, *, by=None, at=None, **given):
        project, applications = board
        by, at = by or project.posted_by, at or timezone.now()
        return selecting.keep_second(applications[number], by=by, at=at, **given)

    def test_is_told_and_hears_five_days_after_the_date_at_most(self, board):
        kept = self.keep(board, 1)

        assert (kept.status, kept.is_second) == ("shortlisted", True)
        assert kept.answer_by_at - board[0].answer_by_at == 5 * DAY
        assert kept.named_at is not None
        letter = Letter.objects.get(template="projects/application_second")
        assert letter.to == kept.student

    def test_somebody_on_the_short_list_can_be_kept_too_once(self, board):
        selecting.shortlist(board[1][1], by=board[0].posted_by, at=timezone.now())
        kept = self.keep(board, 1)

        assert kept.history.latest("pk").reason == "Second in line behind an open offer."
        with pytest.raises(InvalidTransition, match="second in line already"):
            self.keep(board, 1)

    def test_three_for_each_offer_are_the_most(self, board):
        for number in (1, 2, 3):
            self.keep(board, number)

        with pytest.raises(selecting.LineIsFull):
            self.keep(board, 4)

    def test_there_is_no_line_without_an_offer(self):
        with pytest.raises(selecting.NoOfferOpen):
            self.keep(a_board(1), 0)

    def test_who_has_the_offer_stands_in_no_line(self, board):
        with pytest.raises(selecting.OfferUnderWay):
            self.keep(board, 0)

    @pytest.mark.parametrize("who", [cast.a_moderator, cast.another_employer, cast.another_student])
    def test_only_the_company_keeps_somebody(self, board, who):
        with pytest.raises(PermissionDenied):
            self.keep(board, 1, by=who())

    def test_a_page_that_showed_something_else_decides_nothing(self, board):
        with pytest.raises(StalePage):
            self.keep(board, 1, version=7)

    def test_a_no_is_not_turned_around_by_it(self, board):
        selecting.decline(board[1][1], by=board[0].posted_by, at=timezone.now(), reason="skills")
        with pytest.raises(InvalidTransition):
            self.keep(board, 1)

    def test_at_the_date_the_others_are_closed_and_the_line_stays(self, board):
        kept, project = self.keep(board, 1), board[0]

        tasks.run_deadlines(at=project.answer_by_at)

        assert now_as(kept).status == "shortlisted"
        assert {now_as(row).status for row in board[1][2:]} == {"not_answered"}
        assert now_as(project).status == "closed"

    def test_five_days_later_silence_is_called_by_its_name(self, board):
        kept, project = self.keep(board, 1), board[0]
        offer = board[1][0].engagements.get()
        tasks.run_deadlines(at=project.answer_by_at)
        offering.abandon_checkout(offer, at=project.answer_by_at)
        tasks.run_deadlines(at=project.answer_by_at + closing.LOOK_AGAIN)
        assert now_as(kept).status == "shortlisted"

        tasks.run_deadlines(at=kept.answer_by_at)

        assert (now_as(kept).status, now_as(project).status) == ("not_answered", "unfilled")
        assert not Deadline.objects.pending().filter(project=project).exists()

    def test_the_reminder_comes_before_each_of_the_two_dates(self, board):
        kept, project = self.keep(board, 1), board[0]
        for date in (project.answer_by_at, kept.answer_by_at):
            tasks.run_deadlines(at=date - DAY)
            tasks.run_deadlines(at=date)
            offering.abandon_checkout(board[1][0].engagements.get(), at=date)
            tasks.run_deadlines(at=date + closing.LOOK_AGAIN)

        reminders = Letter.objects.filter(template="projects/answer_reminder").order_by("pk")
        assert [row.context["waiting"] for row in reminders] == [4, 1]

    def test_the_rest_is_closed_without_them(self, board):
        self.keep(board, 1)
        assert {row.number for row in board[0].applications.the_rest()} == {3, 4, 5}

    def test_the_student_reads_it_on_the_page_and_may_withdraw(self, client, board):
        kept = self.keep(board, 1)
        client.force_login(kept.student)

        assert "You are second in line" in client.get(kept.get_absolute_url()).content.decode()
        assert applying.withdraw(kept, by=kept.student, at=timezone.now()).status == "withdrawn"

    def test_a_click_in_the_table_does_it(self, client, board):
        client.force_login(board[0].posted_by)
        address = f"/projects/{board[0].public_id}/applicants/"
        assert client.get(address).content.decode().count("/second/") == 4

        client.post(f"/applications/{board[1][1].public_id}/second/", {"version": 1})

        assert "Second in line" in client.get(f"{address}?state=shortlisted").content.decode()
        assert now_as(board[1][1]).is_second


def an_offer_and_two_more(sandbox):
    """The first applicant's offer stands on a reserved card."""
    project, applications = a_board()
    return project, applications, stages.offered(sandbox, applications[0])


@stands_on(an_offer_and_two_more)
class TestWhenTheOfferEnds:
    def test_with_work_the_line_is_closed_kindly(self, sandbox, board):
        project, (_, second, other), engagement = board
        selecting.keep_second(second, by=project.posted_by, at=timezone.now())

        stages.accept(engagement)

        second = now_as(second)
        assert (second.status, second.decline_reason) == ("declined", "filled")
        assert letters("application_declined", to=second.student) == 1
        assert now_as(other).status == "submitted"  # whoever was not in line is answered by the company

    def test_without_work_the_company_hears_who_is_next_and_can_offer(self, board):
        project, (chosen, second, _), engagement = board
        now = timezone.now()
        second = selecting.keep_second(second, by=project.posted_by, at=now)

        offering.decline_offer(engagement, by=chosen.student, at=now)

        letter = Letter.objects.get(template="payments/offer_declined")
        assert str(second.student) in str(letter.context["second"])
        assert offering.make_offer(second, by=project.posted_by, at=now).application_id == second.pk


@stands_on(a_board)
def test_two_clicks_do_not_make_the_line_too_long(own_database, board, settings):
    settings.SECOND_IN_LINE = 1
    project, (chosen, *others) = board
    now = timezone.now()
    offering.make_offer(chosen, by=project.posted_by, at=now)

    acts = [lambda row=row: selecting.keep_second(row, by=project.posted_by, at=now).status for row in others]

    assert sorted(at_once(*acts), key=str) == [selecting.LineIsFull, "shortlisted"]
    assert Project.objects.get(pk=project.pk).applications.second_in_line().count() == 1


@stands_on(a_board)
def test_control_without_the_lock_the_line_grows_too_long(own_database, board, settings):
    settings.SECOND_IN_LINE = 1
    project, (chosen, *others) = board
    now, checked = timezone.now(), Barrier(2, timeout=20)
    offering.make_offer(chosen, by=project.posted_by, at=now)

    def unguarded(row):
        with transaction.atomic():
            assert not project.applications.second_in_line().exists()
            checked.wait()
            row.keep_second(by=project.posted_by, at=now, until=selecting.end_of_line(row))
            return row.status

    assert at_once(*(lambda row=row: unguarded(row) for row in others)) == ["shortlisted"] * 2
    assert project.applications.second_in_line().count() == 2
