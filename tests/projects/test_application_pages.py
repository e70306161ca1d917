"""The pages of applying and of answering, as each person gets them."""

import pytest
from django.utils import timezone

from accounts.models import Membership
from projects import applying, selecting
from projects.models import Application
from tests import cast
from tests.boards import stands_on
from tests.factories import many_open_projects

pytestmark = stands_on(cast.a_student_and_a_project)


def answers_to(project):
    return {f"answer_{n}": f"Answer {n}." for n, _ in enumerate(project.questions, start=1)}


def typed(project, **words):
    return answers_to(project) | {"motivation": "I want to.", "version": project.version} | words


@pytest.fixture
def project(board):
    return board[1]


@pytest.fixture
def application(board):
    return board[2]


@pytest.fixture
def address(project):
    return f"/projects/{project.public_id}/apply/"


@pytest.fixture
def student(client, board):
    client.force_login(board[0])
    return board[0]


@pytest.fixture
def employer(client, project):
    client.force_login(project.posted_by)
    return project.posted_by


def text(response):
    return response.content.decode()


class TestApply:
    def test_a_visitor_is_led_to_sign_up_and_comes_back(self, client, address):
        answer = client.get(address)

        assert answer.url == f"/accounts/signup/?next={address}"
        assert f"next={address.replace('/', '%2F')}" in text(client.get(answer.url))

    def test_the_page_says_how_one_is_paid_and_what_happens_next(self, client, student, address, project):
        page = text(client.get(address))

        assert "as an independent contractor, on your own account. No tax is taken off" in page
        assert all(question in page for question in project.questions)
        assert "Applications close" in page

    def test_sends_and_shows_where_it_stands(self, client, student, address, project):
        answer = client.post(address, typed(project))

        application = Application.objects.get(student=student)
        assert answer.url == application.get_absolute_url()
        assert application.answers == list(answers_to(project).values())
        assert "Sent." in text(client.get(answer.url))

    def test_keeps_what_was_typed_when_something_is_missing(self, client, student, address, project):
        answer = client.post(address, {"motivation": "I want to.", "answer_1": "Only this."})

        assert answer.status_code == 422
        assert "Only this." in text(answer)
        assert "Answer this question" in text(answer)
        assert not Application.objects.exists()

    def test_a_line_ending_counts_once(self, client, student, address, project):
        text_of_800 = "line\r\n" * 160

        client.post(address, typed(project, motivation=text_of_800))

        assert Application.objects.get().motivation == ("line\n" * 160).strip()

    def test_801_characters_are_too_many(self, client, student, address, project):
        answer = client.post(address, typed(project, motivation="x" * 801))

        assert answer.status_code == 422

    def test_a_nul_byte_is_an_error_beside_its_field(self, client, student, address, project):
        answer = client.post(address, typed(project, motivation="a\x00b"))

        assert answer.status_code == 422

    def test_keeps_what_was_typed_when_a_rule_forbids(self, client, student, address, project, settings):
        settings.LIVE_APPLICATIONS = 0

        answer = client.post(address, typed(project, motivation="Kept words."))

        assert answer.status_code == 409
        assert "Kept words." in text(answer)
        assert "waiting for an answer" in text(answer)

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_second_try_leads_to_the_first(self, client, student, address, project, method):
        first = cast.an_application(student, project)

        answer = getattr(client, method)(address, typed(project, motivation="Again."))

        assert answer.url == first.get_absolute_url()

    def test_says_so_when_it_is_closed(self, client, student, address, project, time_machine):
        time_machine.move_to(project.applications_close_at)

        answer = client.get(address)

        assert answer.status_code == 200
        assert "takes no more applications" in text(answer)
        assert "<textarea" not in text(answer)

    def test_who_is_no_student_is_shown_the_way_and_comes_back(self, client, address):
        client.force_login(cast.another_employer())

        page = text(client.get(address))

        assert f"/accounts/welcome/student/?next={address}" in page
        assert client.post(address, {"motivation": "Me."}).status_code in {409, 422}

    def test_a_draft_of_others_does_not_exist(self, client, student):
        assert client.get(f"/projects/{cast.a_draft().public_id}/apply/").status_code == 404


def a_student_who_applied():
    """Beside them the project and the application."""
    application = cast.an_application()
    return application.student, application.project, application


class TestMyApplications:
    def test_are_sorted_by_time_left(self, client, student):
        now = timezone.now()
        later = cast.an_application(student, cast.an_open_project(title="The later one", window_days=12))
        sooner = cast.an_application(student, cast.an_open_project(title="The sooner one", window_days=3))
        over = cast.an_application(student, cast.an_open_project(title="The one that is over"))
        applying.withdraw(over, by=student, at=now)

        page = text(client.get("/applications/"))

        places = [page.index(row.project.title) for row in (sooner, later, over)]
        assert places == sorted(places)
        assert page.count("Waiting for") == 2

    @stands_on(a_student_who_applied)
    def test_show_the_reason_of_a_no(self, client, student, board):
        application = board[2]
        employer = application.project.posted_by
        selecting.decline(
            application, by=employer, at=timezone.now(), reason="experience", note="Do try again."
        )

        assert Application.DeclineReason.EXPERIENCE.label in text(client.get("/applications/"))
        assert "Do try again." in text(client.get(application.get_absolute_url()))

    def test_an_empty_page_says_why_and_offers_the_next_step(self, client, student):
        assert "No applications yet" in text(client.get("/applications/"))

    @stands_on(a_student_who_applied)
    def test_others_do_not_see_them(self, client):
        client.force_login(cast.another_student())

        assert "No applications yet" in text(client.get("/applications/"))

    def test_pages_follow_one_another_and_nothing_is_lost_or_shown_twice(self, client, student, settings):
        settings.LIVE_APPLICATIONS = 100
        made = {cast.an_application(student, project).pk for project in many_open_projects(22)}
        first = client.get("/applications/")
        second = client.get("/applications/" + first.context["older"])

        rows = [row.pk for row in [*first.context["rows"], *second.context["rows"]]]

        assert len(rows) == 22
        assert set(rows) == made
        assert second.context["older"] == ""

    @stands_on(a_student_who_applied)
    @pytest.mark.parametrize("after", ["x", "1.2", "9.9.9", "1.'.1", "1." + "9" * 30 + ".1", "1.1.1;drop"])
    def test_an_address_that_makes_no_sense_starts_from_the_front(self, client, student, after):
        answer = client.get("/applications/", {"after": after})

        assert len(answer.context["rows"]) == 1

    def test_the_number_of_queries_does_not_grow(self, client, student, django_assert_num_queries):
        client.get("/applications/")  # the first look of a session is noted
        for made in range(1, 4):
            cast.an_application(student)
            with django_assert_num_queries(6):
                assert len(client.get("/applications/").context["rows"]) == made


@stands_on(a_student_who_applied)
class TestOneApplication:
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("student", 200),
            ("employer", 200),
            ("moderator", 200),
            ("another student", 404),
            ("another employer", 404),
        ],
    )
    def test_who_sees_it(self, client, project, application, who, status):
        people = {
            "student": lambda: application.student,
            "employer": lambda: project.posted_by,
            "moderator": cast.a_moderator,
            "another student": cast.another_student,
            "another employer": cast.another_employer,
        }
        client.force_login(people[who]())

        answer = client.get(application.get_absolute_url())

        assert answer.status_code == status
        if status == 200:
            assert ("Withdraw the application" in text(answer)) == (who == "student")
            assert ("Decline with a reason" in text(answer)) == (who == "employer")

    def test_its_student_withdraws_it(self, client, student, application):
        answer = client.post(f"{application.get_absolute_url()}withdraw/", {"version": 1})

        assert answer.url == "/applications/"
        assert Application.objects.get().status == Application.Status.WITHDRAWN

    def test_nobody_else_does(self, client, employer, project, application):
        assert client.post(f"{application.get_absolute_url()}withdraw/", {"version": 1}).status_code == 403

    @pytest.mark.parametrize("version", ["", "2", "x", "0", "99999999999999999999"])
    def test_a_page_that_showed_something_else_changes_nothing(self, client, student, application, version):
        answer = client.post(f"{application.get_absolute_url()}withdraw/", {"version": version})

        assert answer.status_code == 409
        assert Application.objects.get().status == Application.Status.SUBMITTED


@stands_on(a_student_who_applied)
class TestApplicants:
    @pytest.fixture
    def address(self, project):
        return f"/projects/{project.public_id}/applicants/"

    def test_nobody_else_compares_them(self, client, project, application, address):
        for person in (application.student, cast.another_student(), cast.another_employer()):
            client.force_login(person)
            assert client.get(address).status_code == 403

    def test_a_moderator_may_look_but_not_answer(self, client, project, address):
        client.force_login(cast.a_moderator())

        page = text(client.get(address))

        assert "Decline with a reason" not in page

    def test_an_applicant_is_short_listed_by_a_click(self, client, employer, project, application, address):
        answer = client.post(f"/applications/{application.public_id}/shortlist/", {"version": 1})

        assert answer.url == f"{address}?#application-{application.public_id}"
        assert Application.objects.get().status == Application.Status.SHORTLISTED

    def test_a_no_needs_its_reason(self, client, employer, project, application):
        door = f"/applications/{application.public_id}/decline/"
        assert "Every no has a reason" in text(client.get(door))

        answer = client.post(door, {"version": 1, "decline_note": "Kept note."})

        assert answer.status_code == 422
        assert "Kept note." in text(answer)
        assert "choose one" in text(answer)

    def test_a_no_with_its_reason(self, client, employer, project, application, address):
        given = {"version": 1, "decline_reason": "availability", "decline_note": ""}

        answer = client.post(f"/applications/{application.public_id}/decline/", given)

        assert answer.url == f"{address}?#application-{application.public_id}"
        assert Application.objects.get().decline_reason == "availability"

    @pytest.mark.parametrize("door", ["shortlist", "decline"])
    def test_the_student_cannot_answer_for_the_company(self, client, project, application, door):
        client.force_login(application.student)

        answer = client.post(f"/applications/{application.public_id}/{door}/", {"decline_reason": "skills"})

        assert answer.status_code == 403

    def test_a_former_member_answers_no_more(self, client, employer, project, application, address):
        Membership.objects.update(left_at=timezone.now())
        client.force_login(cast.afresh(employer))

        assert client.get(address).status_code in {302, 403}
        answer = client.post(f"/applications/{application.public_id}/shortlist/", {"version": 1})
        assert answer.status_code in {302, 404}
        assert Application.objects.get().status == Application.Status.SUBMITTED

    @stands_on(cast.a_student_and_a_project)
    def test_an_empty_table_says_why(self, client, employer, address):
        assert "Nobody has applied yet" in text(client.get(address))


class TestTheBudgetOfLiveApplications:
    def test_is_shown_before_one_applies_and_where_all_of_them_stand(self, client, student, address):
        kept = cast.an_application(student)
        cast.an_application(student)
        assert "13 are free now" in text(client.get(address))
        assert "2 of 15</strong> places" in text(client.get("/applications/"))

        selecting.shortlist(kept, by=kept.project.posted_by, at=timezone.now())

        assert "14 are free now" in text(client.get(address))
        assert "1 of 15</strong> places" in text(client.get("/applications/"))

    def test_is_nothing_to_who_is_no_student(self, client, employer):
        assert "places for applications" not in text(client.get("/applications/"))
