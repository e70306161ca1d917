"""Drafts save themselves, say so, and never overwrite what somebody else saved in between."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from projects import posting
from projects.drafts import draft_of
from projects.models import Project
from tests import cast
from tests.browsing import assert_accessible, assert_fits
from tests.projects.test_posting_pages import address, typed


class TestBehindThePage:
    pytestmark = pytest.mark.django_db

    @pytest.fixture
    def project(self, client):
        project = cast.a_draft()
        client.force_login(project.posted_by)
        return project

    def save(self, client, project, **changes):
        return client.post(address(project), typed(project, by_itself="1", **changes))

    def test_keeps_what_was_typed_and_says_when(self, client, project):
        answer = self.save(client, project, title="Half a tho")
        kept = Project.objects.get()
        assert kept.title == "Half a tho"
        assert answer.json()["version"] == kept.version
        zone = project.posted_by.zone
        assert answer.json()["saved"] == f"Saved {timezone.localtime(kept.changed_at, zone):%H:%M}"

    def test_names_the_boxes_that_cannot_be_kept(self, client, project):
        answer = self.save(client, project, fee="three", hours="x")
        assert answer.status_code == 422
        assert answer.json()["problem"] == "Not saved. Look at: Hours of work, Fee for each student."

    def test_does_not_overwrite_a_newer_version_but_says_which_it_is(self, client, project):
        theirs = draft_of(project) | {"title": "Theirs"}
        newer = posting.save_draft(project, by=project.posted_by, at=timezone.now(), **theirs)
        answer = self.save(client, project, title="Mine")
        assert (answer.status_code, answer.json()) == (409, {"newer": newer.version})
        assert Project.objects.get().title == "Theirs"

    def test_says_when_it_was_sent_meanwhile(self, client, project):
        sent = posting.send_to_moderation(project, by=project.posted_by, at=timezone.now())
        answer = self.save(client, sent, title="Late")
        assert answer.status_code == 409
        assert "being checked" in answer.json()["problem"]

    def test_is_not_there_for_another_company(self, client, project):
        client.force_login(cast.another_employer())
        assert self.save(client, project, title="Theirs").status_code == 404


class TestDuplicating:
    pytestmark = pytest.mark.django_db

    def test_brings_all_that_was_said_into_a_new_draft(self, client):
        project = cast.an_open_project(seats=2, fee_cents=41_250)
        client.force_login(project.posted_by)
        client.post(address(project, "duplicate"))
        copy = Project.objects.exclude(pk=project.pk).get()
        assert draft_of(copy) == draft_of(project)
        assert (copy.status, copy.published_at, copy.template_key) == ("draft", None, project.template_key)

    def test_takes_the_numbers_of_the_site_as_they_are_today(self, client, settings):
        project = cast.an_open_project()
        settings.PAY_FLOOR_CENTS = 2_600
        copy = posting.duplicate(project, by=project.posted_by, at=timezone.now())
        assert (project.pay_floor_cents, copy.pay_floor_cents) == (2_000, 2_600)

    def test_is_for_the_own_company_alone(self, client):
        project = cast.an_open_project()
        client.force_login(cast.another_employer())
        assert client.post(address(project, "duplicate")).status_code == 403
        client.force_login(cast.a_student())
        assert client.post(address(project, "duplicate")).status_code == 403
        assert Project.objects.count() == 1


def test_two_tabs_at_one_draft_lose_nothing(own_database, site_server, open_context, client):
    project = cast.a_draft()
    client.force_login(project.posted_by)
    context = open_context()
    context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": site_server}])
    mine, theirs = context.new_page(), context.new_page()
    for tab in (mine, theirs):
        tab.goto(address(project))
    mine.get_by_label("Title").fill("Mine")
    expect(mine.locator("[name=version]").first).to_have_value(str(project.version + 1))
    expect(mine.locator("[data-autosave-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    theirs.get_by_label("Title").fill("Theirs")
    over = theirs.get_by_role("button", name="Save this one over it")
    over.wait_for()
    assert Project.objects.get().title == "Mine"
    assert theirs.get_by_label("Title").input_value() == "Theirs"
    assert_accessible(theirs)
    assert_fits(theirs)
    over.click()
    expect(theirs.locator("[name=version]").first).to_have_value(str(project.version + 2))
    assert Project.objects.get().title == "Theirs"
