"""A project that takes no more applications takes new ones: when it may, with which dates, and who hears of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Membership
from marketplace.kernel import preferences
from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import How, Letter, Notice, Topic
from payments import asking_to_pay, cancelling, offering, refunding
from projects import bidding, closing, narrating, opening, posting, selecting, silence, tasks
from projects.models import Deadline, Project
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.races.meeting import at_once
from tests.reading import the_letter

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def again(project, **given):
    given = {"by": project.posted_by, "at": timezone.now(), "window_days": 7} | given
    return opening.open_again(project, **given)


def now_as(row):
    return type(row).objects.get(pk=row.pk)


def letters(template, *, to=None):
    found = Letter.objects.filter(template=f"projects/{template}")
    return found.filter(to=to).count() if to else found.count()


def closed(*, days_ago=0, **changes):
    """Closed by its company before its window ended."""
    project = cast.an_open_project(at=timezone.now() - days_ago * DAY, **changes)
    return posting.close_early(project, by=project.posted_by, at=timezone.now())


def unfilled(**changes):
    """Nobody applied, and its date is over."""
    project = cast.an_open_project(at=timezone.now() - 30 * DAY, **changes)
    closing.close_unanswered(project, at=timezone.now())
    return now_as(project)


def closed_with_an_applicant():
    """Whose date is in some days."""
    bid = cast.an_application()
    posting.close_early(bid.project, by=bid.project.posted_by, at=timezone.now())
    return bid


def long_unanswered(employer=None):
    """An application whose date is over, where no sweep has come yet."""
    at = timezone.now() - 30 * DAY
    return cast.an_application(project=cast.an_open_project(employer, at=at), at=at)


@pytest.fixture
def project(board):
    return board


@pytest.mark.django_db
class TestOpenAgain:
    @pytest.mark.parametrize("before", [closed, unfilled])
    def test_takes_applications_until_the_new_date_and_not_beyond(self, before):
        project = again(before())

        assert (project.status, project.window_days) == ("open", 7)
        bid = cast.an_application(project=project)
        assert bid.answer_by_at == project.answer_by_at > project.applications_close_at
        tasks.run_deadlines(at=project.applications_close_at - HOUR)
        assert now_as(project).status == "open"
        tasks.run_deadlines(at=project.applications_close_at)
        assert now_as(project).status == "closed"

    @stands_on(unfilled)
    def test_the_new_date_is_the_hard_end_too(self, project):
        bid = cast.an_application(project=again(project))

        tasks.run_deadlines(at=bid.answer_by_at - DAY)
        assert letters("answer_reminder") == 1
        tasks.run_deadlines(at=bid.answer_by_at)

        assert (now_as(bid).status, now_as(bid.project).status) == ("not_answered", "unfilled")

    @stands_on(unfilled)
    def test_the_history_says_who_and_when_and_the_first_opening_stays(self, project):
        first = project.published_at

        again(project)

        move = project.history.opened_again().get()
        assert (move.by, move.from_status) == (project.posted_by, "unfilled")
        assert now_as(project).published_at == first

    @stands_on(cast.an_application)
    def test_nobody_applies_twice(self, board):
        bid = board
        selecting.decline(bid, by=bid.project.posted_by, at=timezone.now(), reason="skills")
        closing.close(now_as(bid.project), at=timezone.now())
        again(bid.project)

        with pytest.raises(bidding.AlreadyApplied):
            cast.an_application(bid.student, now_as(bid.project))

    @stands_on(closed)
    def test_it_may_close_and_open_once_more(self, project):
        project = again(project)
        posting.close_early(project, by=project.posted_by, at=timezone.now())

        later = again(project, window_days=9)

        assert later.applications_close_at - project.applications_close_at == 2 * DAY
        assert Deadline.objects.pending().get(project=project, kind="close_applications").due_at == (
            later.applications_close_at
        )
        assert project.history.opened_again().count() == 2

    def test_it_stands_under_the_numbers_of_today(self, settings):
        project = closed(days_ago=1)
        settings.PLATFORM_FEE_PERCENT, settings.ANSWER_DAYS = 20, 3

        opened = again(project)

        assert opened.platform_fee_cents == opened.fee_cents // 5
        assert (opened.answer_by_at - opened.applications_close_at).days == 3


def closed_with_colleagues():
    """A closed project, and who acts for its company beside the owner."""
    project = closed()
    people = [cast.a_person("Kim Ray"), cast.a_person("Ada Books"), cast.a_person("Lou Gone")]
    members = [Membership.join(project.company, one, role="manager", at=timezone.now()) for one in people]
    members[-1].end(by=project.posted_by, at=timezone.now())
    return project, people


@stands_on(closed_with_colleagues)
class TestColleagues:
    def test_hear_it_once_with_the_new_dates_and_who_did_it_does_not(self, board):
        project, (kim, ada, _) = board

        project = again(project, by=kim)

        assert letters("colleague_opened_again") == 2
        for reader in (project.posted_by, ada):
            words = the_letter("projects/colleague_opened_again", to=reader)
            assert (
                "Kim Ray opened “Five interviews with patients about booking an appointment” to new" in words
            )
            assert "Students apply until" in words

    def test_hear_it_as_they_chose(self, board):
        project, (kim, _, _) = board
        preferences.choose(project.posted_by, {Topic.TEAM: How.SITE}, at=timezone.now())

        again(project, by=kim)

        assert letters("colleague_opened_again", to=project.posted_by) == 0
        assert Notice.objects.get(recipient=project.posted_by, topic=Topic.TEAM).text.startswith(
            "Kim Ray opened"
        )


@stands_on(closed_with_an_applicant)
class TestWhoStillWaits:
    @pytest.fixture
    def bid(self, board):
        return board

    def test_hears_of_it_once_for_each_opening(self, bid):
        project = again(bid.project)
        assert letters("project_opened_again", to=bid.student) == 1
        posting.close_early(project, by=project.posted_by, at=timezone.now())

        again(project)

        assert letters("project_opened_again", to=bid.student) == 2
        told = [event.what for event in narrating.story_of_application(now_as(bid))]
        assert len([what for what in told if "Opened again" in what]) == 2

    def test_who_has_an_answer_hears_nothing(self, bid):
        selecting.decline(bid, by=bid.project.posted_by, at=timezone.now(), reason="skills")
        again(bid.project)
        assert letters("project_opened_again") == 0

    def test_keeps_the_date_that_was_told(self, bid):
        project = again(bid.project, window_days=21)
        new = cast.an_application(cast.another_student(), project)

        tasks.run_deadlines(at=bid.answer_by_at - DAY)
        assert Letter.objects.get(template="projects/answer_reminder").context["waiting"] == 1
        tasks.run_deadlines(at=bid.answer_by_at)

        assert now_as(bid).answer_by_at == bid.answer_by_at
        assert [now_as(row).status for row in (bid, new, project)] == ["not_answered", "submitted", "open"]

    def test_and_the_others_theirs_after_it(self, bid):
        project = again(bid.project, window_days=21)
        new = cast.an_application(cast.another_student(), project)
        for at in (bid.answer_by_at, project.applications_close_at, project.answer_by_at - DAY):
            tasks.run_deadlines(at=at)
        assert letters("answer_reminder") == 1

        tasks.run_deadlines(at=project.answer_by_at)

        assert [now_as(row).status for row in (new, project)] == ["not_answered", "unfilled"]
        assert not Deadline.objects.pending().filter(project=project).exists()

    def test_a_colleague_is_asked_to_pay_until_it(self, bid):
        again(bid.project, window_days=21)

        asked = {"by": bid.project.posted_by, "at": timezone.now(), "email": "books@example.org"}
        assert asking_to_pay.ask_to_pay(now_as(bid), **asked).ends_at == bid.answer_by_at


@pytest.mark.django_db
class TestWhatStandsInTheWay:
    @pytest.mark.parametrize(
        ("make", "why"),
        [
            (cast.a_draft, "was never open"),
            (cast.a_project_in_moderation, "looking at it"),
            (cast.a_refused_project, "send it again"),
            (cast.an_open_project, "takes applications now"),
        ],
    )
    def test_what_never_was_closed(self, make, why):
        with pytest.raises(opening.CannotBeOpenedAgain, match=why):
            again(make())

    @stands_on(cast.an_open_project)
    def test_a_pause_is_no_end(self, project):
        posting.pause(project, by=project.posted_by, at=timezone.now())
        with pytest.raises(opening.CannotBeOpenedAgain, match="only paused"):
            again(project)

    def test_what_was_cancelled_or_removed(self):
        cancelled, removed = closed(), closed()
        cancelling.cancel_project(
            cancelled, by=cancelled.posted_by, at=timezone.now(), why="mistake", answers={}
        )
        reasons = {"codes": ["not_honest"], "note": "Nobody works there."}
        cancelling.remove_project(removed, by=cast.a_moderator(), at=timezone.now(), **reasons)
        for project in (cancelled, removed):
            with pytest.raises(opening.CannotBeOpenedAgain):
                again(project)

    def test_an_applicant_who_never_had_an_answer(self):
        """Silence is counted by project: else one project could be silent for ever."""
        bid = cast.an_application(
            project=cast.an_open_project(at=timezone.now() - 30 * DAY), at=timezone.now() - 29 * DAY
        )
        late = timezone.now()
        closing.close(now_as(bid.project), at=late)
        with pytest.raises(opening.LeftUnanswered):  # before the sweep came
            again(bid.project)
        closing.close_unanswered(bid.project, at=late)
        with pytest.raises(opening.LeftUnanswered, match="had no answer"):
            again(bid.project)

    @stands_on(closed)
    def test_a_company_whose_posting_is_paused(self, project, settings):
        settings.UNANSWERED_PROJECTS = 1
        closing.close_unanswered(long_unanswered(project.posted_by).project, at=timezone.now())
        with pytest.raises(silence.PostingPaused):
            again(project)

    @stands_on(closed)
    def test_a_number_of_today_that_it_breaks(self, project, settings):
        settings.PAY_FLOOR_CENTS = project.fee_cents
        with pytest.raises(opening.NumbersChanged, match="an hour come to"):
            again(project)
        settings.PAY_FLOOR_CENTS = 2000
        with pytest.raises(opening.NumbersChanged, match="2 to 21 days"):
            again(project, window_days=22)

    @stands_on(closed)
    def test_people_of_other_companies_and_old_pages(self, project):
        for who in (cast.a_moderator(), cast.another_employer(), cast.a_student()):
            with pytest.raises(PermissionDenied):
                again(project, by=who)
        with pytest.raises(StalePage):
            again(project, version=project.version - 1)


class TestSeats:
    @stands_on(stages.under_way)
    def test_a_seat_that_was_given_back_may_go_to_a_new_applicant(self, board):
        engagement = board
        with pytest.raises(opening.EverySeatTaken):
            again(now_as(engagement.project))
        refunding.cancel_before_start(
            engagement, by=engagement.student, at=timezone.now(), reason="I fell ill."
        )

        assert again(now_as(engagement.project)).status == "open"

    @stands_on(stages.paid_for)
    def test_before_the_new_date_a_project_is_not_over_where_its_seats_are_taken(self, sandbox, board):
        bid = board
        first = cast.an_application(cast.another_student(), bid.project)
        posting.close_early(bid.project, by=bid.project.posted_by, at=timezone.now())
        project = again(bid.project, window_days=21)
        stages.under_way(sandbox, bid)
        Project.objects.filter(pk=project.pk).update(status="closed")

        tasks.run_deadlines(at=first.answer_by_at)

        assert (now_as(first).status, now_as(project).status) == ("not_answered", "closed")
        tasks.run_deadlines(at=project.answer_by_at)
        assert now_as(project).status == "filled"

    def test_is_second_in_line_at_most_five_days_beyond_it(self, sandbox):
        bid = stages.paid_for(sandbox, seats=2)
        second = cast.an_application(cast.another_student(), bid.project)
        posting.close_early(bid.project, by=bid.project.posted_by, at=timezone.now())
        again(bid.project, window_days=21)
        stages.offered(sandbox, bid)

        kept = selecting.keep_second(second, by=bid.project.posted_by, at=timezone.now())

        assert kept.answer_by_at - second.answer_by_at == 5 * DAY

    @stands_on(stages.offered)
    def test_every_seat_has_an_offer(self, client, board):
        engagement = board
        project = posting.close_early(engagement.project, by=engagement.offered_by, at=timezone.now())
        with pytest.raises(opening.EverySeatTaken):
            again(project)
        client.force_login(engagement.offered_by)
        for page in (project.get_absolute_url(), f"{project.get_absolute_url()}applicants/"):
            assert "/open-again/" not in client.get(page).content.decode()
        offering.withdraw_offer(engagement, by=engagement.offered_by, at=timezone.now())
        assert "/open-again/" in client.get(project.get_absolute_url()).content.decode()


@pytest.mark.django_db
class TestThePage:
    def address(self, project):
        return f"{project.get_absolute_url()}open-again/"

    @stands_on(unfilled)
    def test_opens_it_in_one_click_from_the_project(self, project, client):
        client.force_login(project.posted_by)
        assert self.address(project) in client.get(project.get_absolute_url()).content.decode()
        page = client.get(self.address(project)).content.decode()
        assert page.count(", you answer by ") == 20

        answer = client.post(
            self.address(project), {"version": project.version, "window_days": 5}, follow=True
        )

        assert "Open again: students apply by" in answer.content.decode()
        assert "<dt>Opened again</dt>" in answer.content.decode()
        assert now_as(project).status == "open"

    @stands_on(unfilled)
    def test_is_found_from_the_applicants_by_those_who_may(self, project, client):
        address = f"{project.get_absolute_url()}applicants/"
        for who, found in ((project.posted_by, True), (cast.a_moderator(), False)):
            client.force_login(who)
            assert (self.address(project) in client.get(address).content.decode()) is found

    @stands_on(unfilled)
    def test_says_what_is_wrong_beside_the_box(self, project, client):
        client.force_login(project.posted_by)
        answer = client.post(self.address(project), {"version": project.version, "window_days": 99})
        assert (answer.status_code, now_as(project).status) == (422, "unfilled")

    @stands_on(cast.an_open_project)
    def test_says_what_stands_in_the_way(self, client, project):
        client.force_login(project.posted_by)
        assert "nothing to open" in client.get(self.address(project)).content.decode()
        assert self.address(project) not in client.get(project.get_absolute_url()).content.decode()
        assert (
            client.post(self.address(project), {"version": project.version, "window_days": 5}).status_code
            == 409
        )

    @stands_on(closed_with_an_applicant)
    def test_whose_date_comes_first_is_what_the_project_shows(self, client, board):
        bid = board
        again(bid.project, window_days=21)
        client.force_login(bid.project.posted_by)
        assert (
            f'datetime="{bid.answer_by_at.isoformat()}"'
            in client.get(bid.project.get_absolute_url()).content.decode()
        )


@stands_on(closed_with_an_applicant)
class TestTwoOpenItAtOnce:
    @pytest.fixture
    def bid(self, own_database, board):
        return board

    def opens(self, bid, days):
        project = now_as(bid.project)
        return lambda: again(project, window_days=days, version=project.version).status

    def test_one_does_and_the_other_hears_that_the_page_is_old(self, bid):
        outcomes = at_once(self.opens(bid, 5), self.opens(bid, 9))

        assert sorted(map(str, outcomes)) == sorted([str(StalePage()), "open"])
        assert bid.project.history.opened_again().count() == 1
        assert letters("project_opened_again") == 1

    def test_control_without_the_lock_both_open_it(self, bid):
        assert at_once(self.opens(bid, 5), self.opens(bid, 9), locks=False) == ["open", "open"]
        assert bid.project.history.opened_again().count() == 2
