"""A student's page: what stands on it, who may open it, and where its owner changes it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Company, StudentProfile, User
from accounts.models.contact import validate_link, validate_no_contact
from projects import applying, selecting
from projects.models import Application, Engagement, Project
from tests import cast, stages
from tests.boards import stands_on

EDIT = "/accounts/profile/page/"
TYPED = {"shown_to": "members", "goals": "Data work in a hospital.", "shows_work": "on"}


pytestmark = stands_on(cast.a_student)


@pytest.fixture
def maya(board):
    return board.student if isinstance(board, Application) else board


def page_of(student):
    return f"/people/{student.public_id}/"


def asked(viewer, student):
    client = Client()
    if viewer is not None:
        client.force_login(viewer)
    return client.get(page_of(student))


def show_to(student, whom):
    StudentProfile.objects.filter(user=student).update(shown_to=whom)


class TestWhoMayOpenIt:
    @stands_on(cast.an_application)
    def test_is_the_choice_of_its_owner(self, maya, board):
        expected = {
            "nobody": [200, 404, 404, 404, 404, 200],
            "companies": [200, 404, 200, 404, 404, 200],
            "members": [200, 200, 200, 200, 404, 200],
            "all": [200, 200, 200, 200, 200, 200],
        }
        employer = board.project.posted_by
        selecting.shortlist(board, by=employer, at=timezone.now())
        others = [cast.another_student(), employer, cast.another_employer(), None, cast.a_moderator()]

        for shown_to, statuses in expected.items():
            show_to(maya, shown_to)
            answered = [asked(viewer, maya).status_code for viewer in (maya, *others)]
            assert answered == statuses, shown_to

    @stands_on(cast.an_application)
    def test_a_company_has_to_wait_until_it_may_know_the_name(self, maya, board):
        application = board
        employer = application.project.posted_by
        assert asked(employer, maya).status_code == 404

        selecting.shortlist(application, by=employer, at=timezone.now())

        assert asked(employer, maya).status_code == 200

    @stands_on(cast.an_application)
    def test_a_no_without_the_short_list_never_opens_it(self, maya, board):
        application = board
        employer = application.project.posted_by

        selecting.decline(application, by=employer, at=timezone.now(), reason="skills")

        assert asked(employer, maya).status_code == 404

    @stands_on(cast.an_application)
    def test_who_withdraws_is_no_longer_seen(self, maya, board):
        application = board
        employer, now = application.project.posted_by, timezone.now()
        selecting.shortlist(application, by=employer, at=now)

        applying.withdraw(application, by=maya, at=now)

        assert asked(employer, maya).status_code == 404

    @stands_on(cast.an_application)
    def test_a_colleague_who_left_sees_it_no_more(self, maya, board):
        application = board
        employer = application.project.posted_by
        selecting.shortlist(application, by=employer, at=timezone.now())

        employer.memberships.update(left_at=timezone.now())

        assert asked(cast.afresh(employer), maya).status_code == 404

    def test_a_closed_account_has_no_page(self, maya):
        show_to(maya, "all")
        User.objects.filter(pk=maya.pk).update(is_active=False)

        assert asked(None, maya).status_code == 404

    def test_who_is_no_student_has_none(self, maya):
        assert asked(maya, cast.an_employer()).status_code == 404

    def test_the_database_knows_no_other_choice(self, maya):
        with pytest.raises(IntegrityError, match="student_shown_to_known"), transaction.atomic():
            show_to(maya, "friends")


@stands_on(cast.an_application)
class TestTheLinkToIt:
    def linked(self, client, application, viewer):
        client.force_login(viewer)
        return page_of(application.student) in client.get(application.get_absolute_url()).content.decode()

    def test_stands_on_the_application_once_the_name_may_be_known(self, client, maya, board):
        application = board
        employer = application.project.posted_by
        assert not self.linked(client, application, employer)

        selecting.shortlist(application, by=employer, at=timezone.now())

        assert self.linked(client, application, employer)

    def test_is_missing_where_its_owner_shows_it_to_nobody(self, client, maya, board):
        application = board
        selecting.shortlist(application, by=application.project.posted_by, at=timezone.now())
        show_to(maya, "nobody")

        assert not self.linked(client, application, application.project.posted_by)

    def test_is_missing_while_the_name_is_hidden_whatever_its_owner_chose(self, client, maya, board):
        show_to(maya, "all")

        assert not self.linked(client, board, board.project.posted_by)


def three_finished(sandbox):
    """The work of one student, the newest first, each on a day of its own."""
    maya, found = cast.a_student(), []
    for days, title in enumerate(("Newest", "Middle", "Oldest")):
        project = cast.an_open_project(title=title)
        Company.objects.filter(pk=project.company_id).update(proven_at=timezone.now())
        engagement = stages.completed(sandbox, cast.an_application(maya, project))
        moment = timezone.now() - timedelta(days=days)
        Engagement.objects.filter(pk=engagement.pk).update(finished_at=moment)
        found.append(project)
    return maya, found


@stands_on(three_finished)
class TestFinishedWork:
    @pytest.fixture
    def maya(self, board):
        return board[0]

    @pytest.fixture
    def newest(self, board):
        return Project.objects.filter(pk=board[1][0].pk)

    def page(self, maya):
        return asked(maya, maya).content.decode()

    def test_is_shown_but_not_what_is_under_way_or_was_taken_down(self, maya, board):
        removed, under_way = (Project.objects.filter(pk=project.pk) for project in board[1][1:])
        removed.update(status="removed")
        Engagement.objects.filter(project__in=under_way).update(status="active", finished_at=None)

        page = self.page(maya)

        assert ("Newest" in page, "Maple Health" in page) == (True, True)
        assert ("Middle" in page, "Oldest" in page) == (False, False)
        assert "$" not in page

    def test_is_hidden_if_its_owner_wants_so(self, maya):
        StudentProfile.objects.update(shows_work=False)

        assert "Newest" not in self.page(maya)

    def test_goes_on_by_key(self, maya, monkeypatch):
        monkeypatch.setattr("accounts.views.people.FINISHED_SHOWN", 1)
        client, seen, address = Client(), [], page_of(maya)
        client.force_login(maya)
        while address:
            work = client.get(address).context["work"]
            seen += [str(row.project.title) for row in work["rows"]]
            address = work["older"] and page_of(maya) + work["older"]

        assert seen == ["Newest", "Middle", "Oldest"]
        first = client.get(f"{page_of(maya)}?before=%27;--").context["work"]["rows"][0]
        assert first.project.title == "Newest"

    def test_stays_with_who_finished_when_a_company_cancels_the_rest_of_a_project(self, maya, newest):
        newest.update(status="cancelled")

        page = self.page(maya)

        assert "Newest" in page
        assert newest.get().get_absolute_url() not in page


class TestChangingIt:
    @pytest.fixture
    def client(self, client, maya):
        client.force_login(maya)
        return client

    def test_keeps_what_was_typed_and_shows_it(self, client, maya):
        links = {"link_2": "https://maya.example/work", "link_4": "https://maya.example/work"}

        shown = client.post(EDIT, TYPED | links, follow=True).content.decode()

        profile = StudentProfile.objects.get()
        assert (profile.shown_to, profile.links) == ("members", ["https://maya.example/work"])
        assert 'rel="nofollow noopener ugc">maya.example/work</a>' in shown
        assert "Data work in a hospital." in shown

    def test_a_wrong_link_stands_beside_its_box_and_nothing_is_lost(self, client):
        answer = client.post(EDIT, TYPED | {"link_1": "http://maya.example", "link_2": "https://ok.example"})

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Enter an address that starts with https://" in page
        assert all(typed in page for typed in ("http://maya.example", "https://ok.example", TYPED["goals"]))
        assert StudentProfile.objects.get().links == []

    def test_what_was_typed_is_no_html(self, client, maya):
        client.post(EDIT, TYPED | {"goals": "<b>Bold</b>"})
        assert "&lt;b&gt;Bold" in client.get(page_of(maya)).content.decode()

    def test_who_is_no_student_is_led_to_become_one(self, client):
        client.force_login(cast.an_employer())
        assert client.get(EDIT).url == "/accounts/welcome/student/"

    def test_takes_no_more_links_than_there_are_boxes(self, maya):
        with pytest.raises(IntegrityError, match="student_links_few"), transaction.atomic():
            StudentProfile.objects.update(links=["https://a.example"] * 5)


@pytest.mark.parametrize(
    "address",
    [
        "http://maya.example",
        "javascript:alert(1)",
        "https://maya@paypal.example",
        "https://maya:secret@work.example",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://maya.example:8443/",
        "https://t.me/maya",
        "https://www.wa.me/4670000",
        "https://chat.whatsapp.com./x",
    ],
)
def test_links_that_are_refused(address):
    with pytest.raises(ValidationError):
        validate_link(address)


@pytest.mark.parametrize("address", ["https://maya.example", "https://github.com/maya?tab=r#top"])
def test_links_that_are_taken(address):
    validate_link(address)


@pytest.mark.parametrize("text", ["Write to m@work.example.", "See www.maya.example", "+46 70 123 45 67"])
def test_a_text_holds_no_way_to_be_reached(text):
    with pytest.raises(ValidationError, match="Leave out"):
        validate_no_contact(text)


def test_a_text_may_hold_numbers():
    validate_no_contact("From 2024 to 2026 I ran 12 surveys with 1,400 answers.")
