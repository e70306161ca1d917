"""Applying by API: the same rule as the page, the same answers."""

import pytest
from django.test import Client

from projects import applying, bidding
from projects.models import Application
from tests import cast
from tests.boards import stands_on

pytestmark = stands_on(cast.a_student_and_a_project)


@pytest.fixture
def project(board):
    return board[1]


@pytest.fixture
def bid(client, project):
    def post(**words):
        given = {"motivation": "I want to.", "answers": ["Yes."] * len(project.questions)} | words
        address = f"/api/v1/projects/{project.public_id}/applications/"
        return client.post(address, given, content_type="application/json")

    return post


@pytest.fixture
def student(client, board):
    client.force_login(board[0])
    return board[0]


def test_a_student_applies(bid, student, project):
    answer = bid()

    application = Application.objects.get(student=student)
    assert answer.status_code == 201
    told = answer.json()
    assert told["public_id"] == application.public_id
    assert told["url"] == f"/applications/{application.public_id}/"
    assert told["project"]["public_id"] == project.public_id
    assert told["status"] == "submitted"
    assert [line["answer"] for line in told["words"]] == ["I want to.", *["Yes."] * len(project.questions)]


def test_a_visitor_does_not(bid):
    assert bid().status_code in {401, 403}
    assert not Application.objects.exists()


def test_a_request_from_another_site_does_not(project, student):
    client = Client(enforce_csrf_checks=True)
    client.force_login(student)

    answer = client.post(
        f"/api/v1/projects/{project.public_id}/applications/", {}, content_type="application/json"
    )

    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"motivation": ""}, "motivation"),
        ({"motivation": "x" * 801}, "motivation"),
        ({"motivation": "a\x00b"}, "motivation"),
        ({"motivation": None}, "motivation"),
        ({"answers": []}, "answers"),
        ({"answers": ["One.", "", "Three."]}, "answers"),
        ({"answers": "Yes."}, "answers"),
        ({"answers": ["x" * 801] * 3}, "answers"),
        ({"answers": ["Yes."] * 4}, "answers"),
    ],
)
def test_what_is_malformed_is_named_by_its_field(bid, student, words, field):
    answer = bid(**words)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert field in answer.json()["errors"]
    assert not Application.objects.exists()


def test_status_and_student_are_not_the_clients_to_say(bid, student):
    bid(status="accepted", student=1, submitted_at="2020-01-01T00:00:00Z", public_id="mine")

    application = Application.objects.get()
    assert (application.status, application.student) == ("submitted", student)
    assert application.public_id != "mine"
    assert application.submitted_at.year > 2020


def refused(answer, violation):
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == violation.code
    assert answer.json()["detail"]


def test_a_second_bid_is_refused_as_on_the_page(bid, student):
    bid()
    refused(bid(), bidding.AlreadyApplied)


def test_the_budget_holds_as_on_the_page(bid, student, settings):
    settings.LIVE_APPLICATIONS = 0
    refused(bid(), applying.BudgetUsed)


def test_the_window_holds_as_on_the_page(bid, student, project, time_machine):
    time_machine.move_to(project.applications_close_at)
    refused(bid(), bidding.ApplicationsClosed)


def test_who_is_no_student_is_refused_as_on_the_page(bid, client):
    client.force_login(cast.another_employer())
    refused(bid(), bidding.NotAStudent)


def test_a_draft_of_others_does_not_exist(client, student):
    draft = cast.a_draft()

    answer = client.post(
        f"/api/v1/projects/{draft.public_id}/applications/", {}, content_type="application/json"
    )

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
