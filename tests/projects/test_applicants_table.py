"""The table of all applicants: what it shows, how it is narrowed and ordered, and the keys in it."""

from datetime import timedelta

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Skill
from projects import selecting
from tests import cast, stages
from tests.boards import stands_on
from tests.browsing import assert_accessible, assert_fits

HOUR = timedelta(hours=1)


def skills(*slugs):
    return Skill.objects.filter(slug__in=slugs)


def a_project():
    """Asks for SQL and statistics."""
    return cast.an_open_project(skills=list(skills("sql", "statistics")), names_hidden=False, window_days=21)


def a_project_alone():
    return a_project(), []


def three_applicants():
    """Ann fits in all with 5 hours, Bea in nothing with 20, Cem in one with 10; they came in this order."""
    project, now, people = a_project(), timezone.now(), []
    for number, (name, slugs, hours) in enumerate(
        (("Ann A", ["sql", "statistics"], 5), ("Bea B", ["interviewing"], 20), ("Cem C", ["sql"], 10))
    ):
        student = cast.a_student(name=name, skills=skills(*slugs), hours_a_week=hours)
        people.append(cast.an_application(student, project, at=now + number * HOUR))
    return project, people


pytestmark = stands_on(three_applicants)


@pytest.fixture
def project(board):
    return board[0]


@pytest.fixture
def three(board):
    return board[1]


@pytest.fixture
def look(client, project):
    client.force_login(project.posted_by)
    return lambda query="": client.get(f"/projects/{project.public_id}/applicants/{query}")


def numbers(answer):
    return [row.number for row in answer.context["rows"]]


class TestWhatItShows:
    def test_each_with_fitting_skills_hours_answers_state_and_whose_turn_it_is(self, look, three, project):
        page = look().content.decode()

        assert all(name in page for name in ("Ann A", "Bea B", "Cem C"))
        assert [page.count(f"{fit} of 2") for fit in (0, 1, 2)] == [1, 1, 1]
        assert page.count("Your turn") == 4  # three rows and the head
        assert all(question in page for question in project.questions)
        assert "3 without an answer" in page

    def test_the_answers_are_folded_until_the_address_opens_them(self, look, three):
        assert "<details open>" not in look().content.decode()
        assert look("?answers=open").content.decode().count("<details open>") == 3

    def test_who_may_not_answer_gets_no_keys(self, client, three, project):
        client.force_login(cast.a_moderator())
        page = client.get(f"/projects/{project.public_id}/applicants/").content.decode()

        assert "keys.js" not in page
        assert "Short-list<" not in page


@stands_on(stages.offered)
def test_an_offer_waits_for_the_student_until_its_end(client, board):
    engagement = board
    client.force_login(engagement.offered_by)

    answer = client.get(f"/projects/{engagement.project.public_id}/applicants/?state=offered")

    turn = answer.context["rows"][0].turn_of_company
    assert (turn.mine, turn.until) == (False, engagement.offer_expires_at)


class TestNarrowedAndOrderedByTheAddress:
    def test_shows(self, look, three, project):
        expected = {
            "": [3, 2, 1],  # the short-list, then who came first of the rest, then the closed
            "?sort=newest": [3, 2, 1],
            "?sort=oldest": [1, 2, 3],
            "?sort=hours": [2, 3, 1],
            "?state=undecided&sort=oldest": [2, 3],
            "?state=shortlisted": [3],
            "?state=closed": [1],
            "?skill=sql&sort=oldest": [1, 3],
            "?hours=10&sort=oldest": [2, 3],
            "?state=rich&skill=latin&hours=many&sort=fit&after=x": [3, 2, 1],
        }
        now = timezone.now()
        selecting.shortlist(three[2], by=project.posted_by, at=now)
        selecting.decline(three[0], by=project.posted_by, at=now, reason="skills")

        assert {query: numbers(look(query)) for query in expected} == expected

    def test_how_well_somebody_fits_orders_nothing(self, look, three):
        """Ann fits best and Bea least; in every order somebody who fits less stands before somebody who fits more."""
        fits = {1: 2, 2: 0, 3: 1}

        for order in ("", "newest", "oldest", "hours"):
            shown = [fits[number] for number in numbers(look(f"?sort={order}"))]
            assert shown != sorted(shown, reverse=True) or order == "", order

    def test_nothing_that_fits_says_so(self, look, three):
        assert "No applicant fits all of this" in look("?hours=100").content.decode()

    def test_pages_follow_one_another_in_every_order(self, look, project, three, monkeypatch):
        monkeypatch.setattr("projects.views.selecting.PAGE", 2)
        for order in ("", "newest", "oldest", "hours"):
            first = look(f"?sort={order}")
            whole = numbers(first) + numbers(look(first.context["older"]))
            rest = look(look(f"?sort={order}&answers=open").context["older"])

            assert sorted(whole) == [1, 2, 3], order
            assert rest.context["older"] == ""
            assert rest.context["form"].is_open

    @stands_on(a_project_alone)
    def test_the_number_of_queries_does_not_grow(self, look, project, django_assert_num_queries):
        look()  # the first look of a session is noted
        for made in range(1, 4):
            cast.an_application(cast.a_student(), project)
            with django_assert_num_queries(9):
                assert len(look("?skill=sql&sort=hours&answers=open").context["rows"]) == made

    def test_an_act_leads_back_to_the_list_as_it_was(self, client, look, three):
        look()
        door = f"/applications/{three[0].public_id}/shortlist/"

        answer = client.post(door, {"version": 1, "back": "?sort=hours&after=1.2.3&evil=//elsewhere.example"})

        assert answer.url.endswith(f"/applicants/?sort=hours#application-{three[0].public_id}")


class TestTheChoiceOfKeys:
    def test_is_remembered_with_the_person(self, client, look, three, project):
        assert "keys.js" in look().content.decode()

        answer = client.post("/accounts/keys/", {"next": f"/projects/{project.public_id}/applicants/"})

        assert answer.url == f"/projects/{project.public_id}/applicants/"
        assert cast.afresh(project.posted_by).shortcut_keys is False
        assert "keys.js" not in look().content.decode()
        client.post("/accounts/keys/", {"on": "1"})
        assert cast.afresh(project.posted_by).shortcut_keys is True

    def test_leads_nowhere_else(self, client, look):
        look()
        for elsewhere in ("https://elsewhere.example/", "//elsewhere.example", "x" * 600):
            assert client.post("/accounts/keys/", {"next": elsewhere}).url == "/accounts/settings/"

    def test_is_made_by_a_person_who_is_logged_in_and_by_no_link(self, client, look):
        assert "/accounts/login/" in Client().post("/accounts/keys/", {"on": "1"}).url
        look()
        assert client.get("/accounts/keys/").status_code == 405


@pytest.fixture
def opened(own_database, open_context, site_server, project):
    """Opens the table of three applicants as their employer: `opened(**options)` gives the page."""
    client = Client()
    client.force_login(project.posted_by)
    cookie = client.cookies[site.SESSION_COOKIE_NAME].value

    def open_table(**options):
        context = open_context(**options)
        context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": site_server}])
        page = context.new_page()
        page.goto(f"/projects/{project.public_id}/applicants/?answers=open")
        return page

    return open_table


def test_keys_act_only_in_the_table_and_say_what_they_did(opened):
    page = opened()
    said, focused = page.locator("[data-keys-said]"), page.locator(":focus")
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(said).to_be_empty()  # the focus is elsewhere: nothing happens

    page.get_by_role("region", name="Applicants").focus()
    for key, words in (("j", "1 of 3"), ("j", "2 of 3"), ("k", "1 of 3"), ("k", "the first applicant")):
        page.keyboard.press(key)
        expect(said).to_contain_text(words)
    page.keyboard.press("a")
    expect(said).to_contain_text("are folded")
    for words in ("is marked, 1 in all", "is no longer marked, 0 in all"):
        page.keyboard.press("x")
        expect(said).to_contain_text(words)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys in the table")).to_be_visible()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 400})  # so that the message is out of sight at the row
    page.keyboard.press("s")
    for shown in ("#toasts", "#announced", ".toasts-floating"):
        expect(page.locator(shown)).to_contain_text("Ann A is on the short-list and was told.")
    expect(page.locator(".toasts-floating")).to_be_in_viewport()
    expect(focused).to_have_text("Ann A")
    page.keyboard.press("s")
    expect(said).to_have_text("Ann A cannot be put on the short-list now.")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", level=1)).to_have_text("Decline Ann A")
    page.get_by_label("The hours or dates do not fit").check()
    page.get_by_role("button", name="Decline, send the reason").click()
    expect(focused).to_have_text("Ann A")
    page.keyboard.press("k")  # whoever is closed stands last
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Offer this project to")


def test_the_table_is_accessible_light_and_dark_and_fits(opened):
    page = opened(color_scheme="light", reduced_motion="reduce")
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    assert_accessible(page)
    assert_fits(page)


def test_everything_is_possible_without_javascript(opened):
    page = opened(java_script_enabled=False)
    page.get_by_role("button", name="Short-list Bea B").click()
    expect(page.get_by_text("Bea B is on the short-list and was told")).to_be_visible()
    for name in ("Ann A", "Cem C"):
        page.get_by_label(f"Mark {name}").check()
    page.get_by_role("button", name="Decline the marked").click()
    page.get_by_label("The hours or dates do not fit").check()
    page.get_by_role("button", name="Decline 2, send each their reason").click()
    expect(page.get_by_text("Declined 2.")).to_be_visible()
    page.get_by_role("link", name="Which keys there are").click()
    page.get_by_role("button", name="Switch single keys off").click()
    expect(page.get_by_text("Which keys there are")).to_have_count(0)
