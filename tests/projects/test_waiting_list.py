"""The waiting list of a project with too many applicants: no budget, no order of coming, only the lot."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from accounts import onboarding
from accounts.models import Membership, User
from marketplace.kernel.models import Letter
from payments import cancelling
from projects import applying, bidding, drawing, posting, selecting, tasks
from projects.budgeting import budget_of
from projects.models import Application, Project, Waiting
from projects.models.waiting import lot_of
from tests import cast
from tests.boards import stands_on
from tests.payments.races.meeting import at_once

HOUR = timedelta(hours=1)
WORDS = {"motivation": "I want to.", "answers": ["So.", "Then."]}


def letters(template, *, to=None):
    found = Letter.objects.filter(template=f"projects/{template}")
    return found.filter(to=to).count() if to else found.count()


def wait(project, student=None):
    return applying.wait(project, by=student or cast.a_student(), at=timezone.now(), **WORDS)


def sweep(at=None):
    tasks.draw_lots(at=at or timezone.now())


@pytest.fixture(autouse=True)
def one_place(settings):
    settings.APPLICATIONS_PER_SEAT = 1


@pytest.fixture
def full(board):
    """A project with one place, which is taken, and its applicant."""
    return board.project, board


@override_settings(APPLICATIONS_PER_SEAT=1)
def a_line():
    """Three who wait, in the order in which they came; the lot fell on the second, then on the third."""
    application = cast.an_application()
    project = application.project
    rows = [wait(project, cast.a_student(f"Student {n}")) for n in range(3)]
    for row, lot in zip(rows, (30, 10, 20), strict=True):
        Waiting.objects.filter(pk=row.pk).update(lot=lot)
    return project, application, rows


@pytest.fixture
def line(board):
    return board


def free(application):
    selecting.decline(application, by=application.project.posted_by, at=timezone.now(), reason="skills")


def on_the_list(project):
    return set(project.waiting_list.values_list("student", flat=True))


@stands_on(cast.an_application)
class TestBeyondThePlaces:
    def test_nobody_applies_and_one_may_wait(self, full):
        project, _ = full
        student = cast.a_student()
        with pytest.raises(applying.PlacesTaken, match="All 1 places"):
            cast.an_application(student, project)

        wait(project, student)

        assert (project.applications.count(), project.waiting_list.get().student) == (1, student)

    def test_there_are_as_many_for_each_seat(self):
        project = cast.an_open_project(seats=2)
        for _ in range(2):
            cast.an_application(cast.a_student(), project)
        with pytest.raises(applying.PlacesTaken):
            cast.an_application(cast.a_student(), project)

    def test_waiting_uses_no_budget_and_needs_none(self, full, settings):
        settings.LIVE_APPLICATIONS = 1
        student = cast.an_application(cast.a_student()).student
        wait(full[0], student)
        assert budget_of(student, at=timezone.now()).used == 1

    def test_nobody_waits_twice_or_beside_an_application(self, full):
        row = wait(full[0])
        with pytest.raises(applying.AlreadyWaiting):
            wait(full[0], row.student)
        with pytest.raises(applying.AlreadyWaiting):
            cast.an_application(row.student, full[0])
        with pytest.raises(bidding.AlreadyApplied):
            wait(full[0], full[1].student)

    def test_who_may_not_apply_may_not_wait(self, full):
        with pytest.raises(bidding.NotAStudent):
            wait(full[0], full[0].posted_by)
        with pytest.raises(bidding.AnswersMissing):
            applying.wait(full[0], by=cast.a_student(), at=timezone.now(), motivation="x", answers=[])

    def test_where_a_place_is_free_nobody_waits(self):
        with pytest.raises(applying.PlaceIsFree):
            wait(cast.an_open_project())

    @stands_on(a_line)
    def test_a_place_that_is_free_is_not_taken_past_those_who_wait(self, line):
        free(line[1])
        with pytest.raises(applying.PlacesTaken):
            cast.an_application(cast.a_student(), line[0])


@stands_on(cast.an_application)
class TestTheLot:
    @stands_on(a_line)
    def test_gives_a_free_place_to_whom_it_falls_on_and_not_to_the_first(self, line):
        project, application, (first, lucky, third) = line
        free(application)

        sweep()
        sweep()

        drawn = project.applications.get(student=lucky.student_id)
        assert (drawn.status, drawn.motivation, drawn.answers) == ("submitted", *WORDS.values())
        assert drawn.questions == project.questions
        assert on_the_list(project) == {first.student_id, third.student_id}
        assert letters("application_drawn", to=lucky.student) == 1
        assert letters("application_received", to=project.posted_by) == 2

    @stands_on(a_line)
    def test_nothing_is_given_while_no_place_is_free(self, line):
        sweep()
        assert line[0].applications.count() == 1

    @stands_on(a_line)
    def test_whose_budget_is_used_up_is_passed_over_and_stays(self, line, settings):
        project, application, (_, lucky, third) = line
        settings.LIVE_APPLICATIONS = 1
        cast.an_application(lucky.student)
        free(application)

        sweep()

        assert project.applications.filter(student=third.student_id).exists()
        assert lucky.student_id in on_the_list(project)

    @stands_on(a_line)
    def test_a_closed_account_gets_no_place(self, line):
        project, application, (_, lucky, third) = line
        User.objects.filter(pk=lucky.student_id).update(is_active=False)
        free(application)

        sweep()

        assert project.applications.filter(student=third.student_id).exists()

    @stands_on(a_line)
    def test_who_may_not_work_like_this_any_more_leaves_and_the_next_has_the_place(self, line):
        project, application, (first, lucky, third) = line
        onboarding.tell_eligibility(lucky.student.student_profile, may_work_as=["stipend"])
        free(application)

        sweep()

        assert project.applications.filter(student=third.student_id).exists()
        assert on_the_list(project) == {first.student_id}
        letter = Letter.objects.get(template="projects/waiting_in_vain", to=lucky.student)
        assert "independent contractor" in letter.context["reason"]

    @stands_on(a_line)
    def test_who_acts_for_the_company_by_now_leaves_too(self, line):
        project, application, (_, lucky, third) = line
        Membership.join(project.company, lucky.student, role="manager", at=timezone.now())
        free(application)

        sweep()

        assert project.applications.filter(student=third.student_id).exists()
        assert not project.applications.filter(student=lucky.student_id).exists()

    @stands_on(a_line)
    def test_nobody_is_sent_off_before_the_lot_falls_on_them(self, line):
        project, application, (first, _, _) = line
        onboarding.tell_eligibility(first.student.student_profile, may_work_as=["stipend"])
        free(application)
        sweep()
        assert first.student_id in on_the_list(project)

    def test_is_the_same_for_who_leaves_and_comes_back(self, full):
        row = wait(full[0])
        applying.leave_list(row, by=row.student)
        assert wait(full[0], row.student).lot == row.lot == lot_of(full[0], row.student)

    def test_differs_between_projects_and_between_students(self, full):
        another, people = cast.an_open_project(), [cast.a_student(), cast.a_student()]
        assert len({lot_of(project, one) for project in (full[0], another) for one in people}) == 4

    @stands_on(a_line)
    def test_during_a_pause_the_list_stays_and_nothing_is_given(self, line):
        project, application, rows = line
        posting.pause(project, by=project.posted_by, at=timezone.now())
        free(application)
        sweep()
        drawing.look_at_list(project, at=timezone.now())
        assert len(on_the_list(project)) == len(rows)


@stands_on(a_line)
class TestTheEndOfTheList:
    def test_when_no_more_applications_are_taken_everybody_hears_and_nothing_is_kept(self, line):
        project, _, rows = line
        for _ in range(2):
            sweep(project.applications_close_at)

        assert not Waiting.objects.exists()
        assert [letters("waiting_ended", to=row.student) for row in rows] == [1, 1, 1]

    def test_a_project_that_is_cancelled_ends_it_too(self, line):
        project = line[0]
        cancelling.cancel_project(project, by=project.posted_by, at=timezone.now(), why="mistake", answers={})
        sweep()
        assert not Waiting.objects.exists()

    def test_one_leaves_alone_and_for_oneself(self, line):
        _, _, (first, other, _) = line
        with pytest.raises(PermissionDenied):
            applying.leave_list(first, by=other.student)
        applying.leave_list(first, by=first.student)
        assert not Waiting.objects.filter(pk=first.pk).exists()


@stands_on(cast.an_application)
class TestThePages:
    def typed(self, project, **more):
        return {
            "motivation": "Mine.",
            "answer_1": "So.",
            "answer_2": "Then.",
            "version": project.version,
        } | more

    def test_lead_onto_the_list_and_off_it_again(self, client, full):
        project, student = full[0], cast.a_student()
        client.force_login(student)
        assert "Wait for a place" in client.get(project.get_absolute_url()).content.decode()
        address = f"{project.get_absolute_url()}apply/"
        assert "Join the waiting list" in client.get(address).content.decode()

        page = client.post(address, self.typed(project, wait="1"), follow=True).content.decode()

        assert "On a waiting list" in page
        assert client.get(address).url == "/applications/"
        client.post(f"/waiting/{Waiting.objects.get().public_id}/leave/")
        assert "On a waiting list" not in client.get("/applications/").content.decode()

    @stands_on(a_line)
    def test_tell_the_company_how_many_wait_and_nothing_of_them(self, client, line):
        project, _, rows = line
        client.force_login(project.posted_by)

        listed = client.get("/projects/mine/").content.decode()
        table = client.get(f"{project.get_absolute_url()}applicants/").content.decode()

        assert "1 applicant</a>, 1 without an answer, 3 on the waiting list" in listed
        assert "3 more wait for a place" in table
        assert not [row for row in rows if row.student.name in listed + table or row.motivation in table]

    @stands_on(a_line)
    def test_of_a_list_that_is_over_say_nothing(self, client, line):
        project = line[0]
        sweep(project.applications_close_at)
        client.force_login(project.posted_by)
        assert "on the waiting list" not in client.get("/projects/mine/").content.decode()
        applicants = client.get(f"{project.get_absolute_url()}applicants/").content.decode()
        assert "for a place" not in applicants

    @stands_on(a_line)
    def test_count_with_the_same_number_of_queries(self, client, line):
        client.force_login(line[0].posted_by)
        addresses = "/projects/mine/", f"{line[0].get_absolute_url()}applicants/"
        _, before = ([queries(client, address) for address in addresses] for _ in range(2))
        for _ in range(3):
            wait(line[0])
        assert [queries(client, address) for address in addresses] == before

    def test_keep_the_words_when_the_last_place_went_meanwhile(self, client, full):
        client.force_login(cast.a_student())
        answer = client.post(f"{full[0].get_absolute_url()}apply/", self.typed(full[0]))

        assert answer.status_code == 409
        assert "Mine." in answer.content.decode()
        assert "Join the waiting list" in answer.content.decode()

    def test_send_the_application_where_a_place_came_free_meanwhile(self, client, full):
        student = cast.a_student()
        client.force_login(student)
        free(full[1])
        client.post(f"{full[0].get_absolute_url()}apply/", self.typed(full[0], wait="1"))
        assert Application.objects.filter(student=student).exists()

    @stands_on(a_line)
    def test_nobody_takes_another_off(self, client, line):
        client.force_login(cast.a_student())
        assert client.post(f"/waiting/{line[2][0].public_id}/leave/").status_code == 404


def a_project_and_two_students():
    return cast.an_open_project(), [cast.a_student(), cast.another_student()]


@stands_on(a_project_and_two_students)
class TestTheLastPlace:
    @pytest.fixture
    def project(self, own_database, board):
        return board[0]

    def bids(self, project, people, **given):

        def bid(student):
            return lambda: (
                cast.an_application(cast.afresh(student), Project.objects.get(pk=project.pk)).status
            )

        return at_once(*(bid(student) for student in people), **given)

    def test_goes_to_one_of_two_who_click_at_once(self, project, board):
        assert told(self.bids(*board)) == ["PlacesTaken", "submitted"]
        assert project.applications.count() == 1

    def test_control_without_the_lock_both_pass_the_check(self, project, board):
        """Then only the number of an applicant, which is unique, is left to stop one of them."""
        assert told(self.bids(*board, locks=False)) == ["IntegrityError", "submitted"]

    @pytest.fixture
    def freed(self, project, board):
        application = cast.an_application(cast.a_student(), project)
        for student in board[1]:
            wait(project, student)
        free(application)
        return project

    def draws(self, project, **given):
        def draw():
            return drawing.look_at_list(project, at=timezone.now()) or "done"

        return told(at_once(draw, draw, **given))

    def test_is_given_once_by_two_workers_at_once(self, freed):
        assert self.draws(freed) == ["done", "done"]
        assert (freed.applications.in_a_place().count(), freed.waiting_list.count()) == (1, 1)

    def test_control_without_the_lock_two_workers_give_it_twice(self, freed):
        assert self.draws(freed, locks=False) == ["IntegrityError", "done"]


def queries(client, address):
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def told(outcomes):
    return sorted(type(one).__name__ if isinstance(one, Exception) else str(one) for one in outcomes)
