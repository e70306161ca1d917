"""A student's page: what stands on it, who may open it, and where its owner changes it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import StudentProfile, User
from accounts.models.contact import validate_link, validate_no_contact
from projects import applying, selecting
from projects.models import Engagement
from tests import cast, stages

EDIT = "/accounts/profile/page/"
TYPED = {"shown_to": "members", "goals": "Data work in a hospital.", "shows_work": "on"}


@pytest.fixture
def maya(db):
    return cast.a_student()


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
    def test_is_the_choice_of_its_owner(self, maya):
        expected = {
            "nobody": [200, 404, 404, 404, 404, 200],
            "companies": [200, 404, 200, 404, 404, 200],
            "members": [200, 200, 200, 200, 404, 200],
            "all": [200, 200, 200, 200, 200, 200],
        }
        application = cast.an_application(maya)
        employer = application.project.posted_by
        selecting.shortlist(application, by=employer, at=timezone.now())
        others = [cast.another_student(), employer, cast.another_employer(), None, cast.a_moderator()]

        for shown_to, statuses in expected.items():
            show_to(maya, shown_to)
            answered = [asked(viewer, maya).status_code for viewer in (maya, *others)]
            assert answered == statuses, shown_to

    def test_a_company_has_to_wait_until_it_may_know_the_name(self, maya):
        application = cast.an_application(maya)
        employer = application.project.posted_by
        assert asked(employer, maya).status_code == 404

        selecting.shortlist(application, by=employer, at=timezone.now())

        assert asked(employer, maya).status_code == 200

    def test_a_no_without_the_short_list_never_opens_it(self, maya):
        application = cast.an_application(maya)
        employer = application.project.posted_by

        selecting.decline(application, by=employer, at=timezone.now(), reason="skills")

        assert asked(employer, maya).status_code == 404

    def test_who_withdraws_is_no_longer_seen(self, maya):
        application = cast.an_application(maya)
        employer, now = application.project.posted_by, timezone.now()
        selecting.shortlist(application, by=employer, at=now)

        applying.withdraw(application, by=maya, at=now)

        assert asked(employer, maya).status_code == 404

    def test_a_colleague_who_left_sees_it_no_more(self, maya):
        application = cast.an_application(maya)
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


class TestTheLinkToIt:
    def linked(self, client, application, viewer):
        client.force_login(viewer)
        return page_of(application.student) in client.get(application.get_absolute_url()).content.decode()

    def test_stands_on_the_application_once_the_name_may_be_known(self, client, maya):
        application = cast.an_application(maya)
        employer = application.project.posted_by
        assert not self.linked(client, application, employer)

        selecting.shortlist(application, by=employer, at=timezone.now())

        assert self.linked(client, application, employer)

    def test_is_missing_where_its_owner_shows_it_to_nobody(self, client, maya):
        application = cast.an_application(maya)
        selecting.shortlist(application, by=application.project.posted_by, at=timezone.now())
        show_to(maya, "nobody")

        assert not self.linked(client, application, application.project.posted_by)

    def test_is_missing_while_the_name_is_hidden_whatever_its_owner_chose(self, client, maya):
        show_to(maya, "all")
        application = cast.an_application(maya)

        assert not self.linked(client, application, application.project.posted_by)


def finished(sandbox, student, *, title, days_ago=0):
    """A project that this student finished in every part."""
    project = cast.an_open_project(title=title)
    project.company.__class__.objects.filter(pk=project.company_id).update(proven_at=timezone.now())
    engagement = stages.completed(sandbox, cast.an_application(student, project))
    moment = timezone.now() - timedelta(days=days_ago)
    Engagement.objects.filter(pk=engagement.pk).update(finished_at=moment)
    return project


def test_shows_what_was_finished_and_not_what_is_under_way_or_was_taken_down(sandbox):
    maya = cast.a_student()
    finished(sandbox, maya, title="Ten interviews")
    removed = finished(sandbox, maya, title="Not honest")
    stages.under_way(sandbox, cast.an_application(maya, cast.an_open_project(title="Under way")))
    removed.__class__.objects.filter(pk=removed.pk).update(status="removed")

    page = asked(maya, maya).content.decode()

    assert ("Ten interviews" in page, "Maple Health" in page) == (True, True)
    assert ("Not honest" in page, "Under way" in page) == (False, False)
    assert "$" not in page


def test_hides_finished_work_if_its_owner_wants_so(sandbox):
    maya = cast.a_student()
    finished(sandbox, maya, title="Ten interviews")
    StudentProfile.objects.update(shows_work=False)

    assert "Ten interviews" not in asked(maya, maya).content.decode()


def test_finished_work_goes_on_by_key(sandbox, monkeypatch):
    monkeypatch.setattr("accounts.views.people.FINISHED_SHOWN", 1)
    maya = cast.a_student()
    for days, title in enumerate(("Newest", "Middle", "Oldest")):
        finished(sandbox, maya, title=title, days_ago=days)
    client, seen, address = Client(), [], page_of(maya)
    client.force_login(maya)
    while address:
        work = client.get(address).context["work"]
        seen += [str(row.project.title) for row in work["rows"]]
        address = work["older"] and page_of(maya) + work["older"]

    assert seen == ["Newest", "Middle", "Oldest"]
    assert client.get(f"{page_of(maya)}?before=%27;--").context["work"]["rows"][0].project.title == "Newest"


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


def test_a_company_that_cancels_the_rest_of_a_project_takes_nothing_from_who_finished(sandbox):
    maya = cast.a_student()
    project = finished(sandbox, maya, title="Ten interviews")

    project.__class__.objects.filter(pk=project.pk).update(status="cancelled")

    page = asked(maya, maya).content.decode()
    assert "Ten interviews" in page
    assert project.get_absolute_url() not in page
