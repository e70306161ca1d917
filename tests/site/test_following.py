"""An open page asks whether it is still as it was: cheaply, as the person who may see it, and nothing is lost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import expect

from payments import operations, releasing
from projects import applying, asking, selecting
from tests import cast, stages
from tests.boards import stands_on
from tests.browsing import assert_accessible, assert_fits
from tests.payments.steps import a_ready_payee

pytestmark = stands_on(cast.an_application)
NOBODY, SAME, CHANGED = 403, 204, 200


class Open:
    """A page that somebody has open."""

    def __init__(self, client, person, address):
        self.client, self.person, self.address = client, person, address
        client.force_login(person)
        self.stamp = client.get(address).wsgi_request.live.stamp

    def ask(self, person=None):
        self.client.force_login(person or self.person)
        self.client.get(self.address, headers={"X-Seen": self.stamp})  # a new session is noted
        with CaptureQueriesContext(connection) as noted:
            answer = self.client.get(self.address, headers={"X-Seen": self.stamp})
        self.queries = len(noted)
        if answer.status_code in {SAME, CHANGED}:
            assert (answer.content, "X-Seen" in answer.headers["Vary"]) == (b"", True)
        return answer.status_code


@pytest.fixture
def bid(board):
    return board


def pages_of(client, bid):
    """Every page that is followed before there is work, as whoever follows it."""
    employer, student = bid.project.posted_by, bid.student
    applicants = f"{bid.project.get_absolute_url()}applicants/"
    return [
        Open(client, student, "/applications/"),
        Open(client, student, bid.get_absolute_url()),
        Open(client, student, "/dashboard/"),
        Open(client, employer, bid.get_absolute_url()),
        Open(client, employer, applicants),
        Open(client, employer, bid.project.get_absolute_url()),
        Open(client, employer, "/dashboard/"),
    ]


class TestWhatItCosts:
    def test_an_unchanged_page_is_204_in_three_queries_and_those_of_the_log_in(self, client, bid):
        pages = pages_of(client, bid)
        assert [page.ask() for page in pages] == [SAME] * 7
        assert [page.queries for page in pages] == [2, 3, 2, 3, 3, 3, 3]

    def test_as_many_for_a_dozen_applications_as_for_one(self, client, bid):
        before = [page.queries for page in pages_of(client, bid) if page.ask()]
        for number in range(12):
            cast.an_application(cast.a_student(f"Student {number}"), bid.project)
        pages = pages_of(client, bid)
        assert [page.ask() for page in pages] == [SAME] * 7
        assert [page.queries for page in pages] == before


class TestWhatItTells:
    def test_the_short_list_to_the_student(self, client, bid):
        *_, applicants, _, _ = pages = pages_of(client, bid)
        selecting.shortlist(bid, by=bid.project.posted_by, at=timezone.now())
        assert [page.ask() for page in pages[:3]] == [CHANGED] * 3
        assert applicants.ask() == CHANGED

    @pytest.mark.parametrize("act", ["another applies", "one withdraws"])
    def test_who_applies_and_who_withdraws_to_the_company(self, client, bid, act):
        *_, applicants, project, dashboard = pages_of(client, bid)
        if act == "another applies":
            cast.an_application(cast.another_student(), bid.project)
        else:
            applying.withdraw(bid, by=bid.student, at=timezone.now())
        assert [page.ask() for page in (applicants, project, dashboard)] == [CHANGED] * 3

    def test_a_question_and_taking_it_back_to_the_company(self, client, bid):
        project = Open(client, bid.project.posted_by, bid.project.get_absolute_url())
        question = cast.a_question(bid.student, bid.project)
        assert project.ask() == CHANGED
        later = Open(client, project.person, project.address)
        asking.withdraw(question, by=bid.student, at=timezone.now())
        assert later.ask() == CHANGED

    def test_nothing_to_whom_it_does_not_concern(self, client, bid):
        pages = pages_of(client, bid)
        cast.an_application(cast.another_student(), cast.an_open_project(cast.another_employer()))
        assert [page.ask() for page in pages] == [SAME] * 7

    @stands_on(stages.under_way)
    def test_each_step_of_the_work_to_both_sides(self, client, sandbox, board):
        work = board
        stranger = Open(client, work.student, work.get_absolute_url())
        assert stranger.ask(cast.another_student()) == 404
        a_ready_payee(sandbox, work.student, at=timezone.now())
        part, at = work.deliverables.get(number=1), timezone.now()
        steps = [
            lambda: stages.deliver(work),
            lambda: releasing.approve_work(part, by=work.offered_by, at=at),
            lambda: operations.run_due(at=at + timedelta(days=8)),  # a first charge is sent on after a week
        ]
        for step in steps:
            sides = [
                Open(client, person, work.get_absolute_url()) for person in (work.student, work.offered_by)
            ]
            assert [side.ask() for side in sides] == [SAME] * 2
            assert [side.queries for side in sides] == [3, 3]
            step()
            assert [side.ask() for side in sides] == [CHANGED] * 2, steps.index(step)


class TestWhoMay:
    def test_what_one_may_not_see_tells_nothing(self, client, bid):
        _, mine, _, _, applicants, project, _ = pages_of(client, bid)
        another, rival = cast.another_student(), cast.another_employer()
        assert [mine.ask(person) for person in (another, rival)] == [404, 404]
        assert [applicants.ask(person) for person in (bid.student, another, rival)] == [403] * 3
        assert [project.ask(person) for person in (bid.student, rival)] == [NOBODY] * 2

    def test_who_logged_out_is_led_to_the_log_in_and_a_visitor_follows_nothing(self, client, bid):
        pages = pages_of(client, bid)
        client.logout()
        for page in pages:
            answer = client.get(page.address, headers={"X-Seen": page.stamp})
            followed_by_visitors = page.address == bid.project.get_absolute_url()
            assert answer.status_code == (NOBODY if followed_by_visitors else 302)
        page = client.get(bid.project.get_absolute_url()).content.decode()
        assert "data-live=" not in page
        assert "live.js" not in page

    def test_an_odd_stamp_is_another_stamp(self, client, bid):
        page = Open(client, bid.student, "/applications/")
        for page.stamp in ("", "x" * 3000, "1-1; --", "é"):
            assert page.ask() == CHANGED


# In the browser

TOLD = "This page has changed."


@pytest.fixture
def opened(own_database, site_server, open_context, settings):
    settings.LIVE_SECONDS = 1

    def open_for(person, address, **options):
        client = Client()
        client.force_login(person)
        context = open_context(**options)
        session = client.cookies["session"].value
        context.add_cookies([{"name": "session", "value": session, "url": site_server}])
        page = context.new_page()
        page.goto(address)
        return page

    return open_for


def test_one_acts_and_the_page_of_the_other_says_so_and_loses_nothing(opened, bid):
    project, employer = bid.project, bid.project.posted_by
    cast.a_question(bid.student, project)
    own = opened(employer, project.get_absolute_url())
    theirs = opened(bid.student, bid.get_absolute_url())
    draft = own.get_by_label("Your answer")
    draft.press_sequentially("Yes, by")

    # The student asks again while the employer types.
    asks = opened(cast.another_student(), project.get_absolute_url())
    asks.get_by_label("Your question").fill("In the evening too?")
    asks.get_by_role("button", name="Ask in public").click()
    bar = own.locator("[data-live]")
    expect(bar).to_contain_text(TOLD)
    draft.press_sequentially(" telephone.")
    expect(draft).to_be_focused()
    expect(draft).to_have_value("Yes, by telephone.")
    assert own.get_by_text("In the evening too?").count() == 0
    assert_accessible(own)
    assert_fits(own)

    # It is told once, and shown when one asks for it.
    own.wait_for_timeout(2500)
    assert own.get_by_text(TOLD).count() == 1
    own.get_by_role("button", name="Answer in public").click()
    expect(own.get_by_text("Yes, by telephone.").first).to_be_visible()
    expect(own.get_by_text("In the evening too?").first).to_be_visible()

    # The employer acts, and the page of the student says so.
    expect(theirs.locator("[data-live]")).not_to_contain_text(TOLD)
    own.goto(bid.get_absolute_url())
    own.get_by_role("button", name="short-list").first.click()
    theirs.get_by_role("link", name="Show it").click()
    expect(theirs.get_by_text("On the short-list").first).to_be_visible()


def test_it_asks_less_often_while_nothing_answers_and_no_more_once_logged_out(opened, bid, watch):
    answers = []
    away, left = (opened(bid.student, "/applications/") for _ in "ab")
    for page in (away, left):
        page.on("response", lambda response: answers.append(response.status))
    away.route("**/applications/", lambda route: route.fulfill(status=503))
    left.context.clear_cookies()
    away.wait_for_timeout(6000)
    assert answers.count(302) == 1  # led to the log-in, and that was all
    assert 2 <= answers.count(503) <= 3  # after 1, 2 and 4 seconds
    for page in (away, left):
        expect(page.locator("[data-live]")).not_to_contain_text(TOLD)
    away.close()  # it would go on asking
    watch.complaints[:] = [line for line in watch.complaints if not line.startswith("503 for the fetch")]
