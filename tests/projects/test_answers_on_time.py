"""The share of applications that a company answered by the date on its projects."""

from datetime import timedelta

import pytest
from django.utils import timezone

from projects import closing, selecting
from projects.models import Application, Project
from tests import cast
from tests.boards import stands_on

NOW = timezone.now()
POSTED = NOW - timedelta(days=30)


def a_past_project(employer, *, answered):
    """A project whose date has passed, with one application."""
    project = cast.an_open_project(employer, at=POSTED)
    application = cast.an_application(project=project, at=POSTED)
    if answered:
        at = POSTED + timedelta(days=1)
        selecting.decline(application, by=employer, at=at, reason="skills", note="")
    closing.close_unanswered(project, at=project.answer_by_at)


def an_employer_who_answered_two():
    employer = cast.an_employer(at=POSTED)
    for _ in range(2):
        a_past_project(employer, answered=True)
    return employer


pytestmark = stands_on(an_employer_who_answered_two)


@pytest.fixture
def employer(board):
    return board


def told(client, employer):
    cast.an_open_project(employer, title="The newest")
    company = client.get(cast.company_of(employer).get_absolute_url()).content.decode()
    card = client.get("/projects/").content.decode()
    return "66 % of applications answered on time" in company, "66 % answered on time" in card


def test_stands_on_the_card_and_with_the_company(client, employer):
    a_past_project(employer, answered=False)
    assert told(client, employer) == (True, True)


def test_of_few_projects_nothing_is_said(client, employer):
    told(client, employer)
    assert b"on time" not in client.get("/projects/").content
    assert Project.objects.all().answers(at=NOW)["on_time"] is None


def test_what_waits_or_was_withdrawn_counts_for_nothing(client, employer):
    a_past_project(employer, answered=True)
    cast.an_application(project=cast.an_open_project(employer))
    assert Project.objects.all().answers(at=NOW)["on_time"] == 100


def test_silence_counts_for_good_where_a_seat_reopened_and_they_came_back(employer):
    """Nobody asks again only to say no in time."""
    a_past_project(employer, answered=False)
    silent = Application.objects.get(status="not_answered")
    Application.objects.filter(pk=silent.pk).update(status="declined", decline_reason="skills")

    assert Project.objects.all().answers(at=NOW)["on_time"] == 66
