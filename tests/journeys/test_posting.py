"""An employer posts from a template, answers in public, changes what is open and copies it."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from projects import moderating, posting
from projects.models import Project
from tests import cast
from tests.journeys.people import Employer, Student

TITLE, LATER = "Six interviews about booking", "Six interviews about booking by telephone"
QUESTION, ANSWER = "May the interviews be held by telephone?", "Yes, if patients prefer it."


@pytest.fixture
def people(own_database, site_server, open_context):
    """Both behind their log-in; the employer has a company and nothing else."""
    sam = Employer(open_context(), "Sam Ode")
    sam.is_logged_in(cast.an_employer(), site_server)
    maya = Student(open_context(), "Maya Lindqvist")
    maya.is_logged_in(cast.a_student(), site_server)
    return sam, maya


def test_from_the_gallery_to_a_copy(people):
    sam, maya = people
    changes_a_template(sam)
    project = Project.objects.get()
    assert project.title == TITLE
    # Sending and passing it are walked in `test_to_approval`.
    project = posting.send_to_moderation(project, by=project.posted_by, at=timezone.now())
    moderating.pass_project(project, by=cast.a_moderator(), at=timezone.now())

    maya.go(project.get_absolute_url())
    maya.type({"Your question": QUESTION})
    maya.press("Ask in public, without my name")
    maya.sees("Asked. Maple Health is told", "Waits for an answer.")
    sam.go("/dashboard/")
    sam.follow("1 question to answer")
    sam.type({"Your answer": ANSWER})
    sam.press("Answer in public")
    sam.sees(ANSWER)

    sam.follow("Change the project")
    sam.type({"Title": LATER})
    sam.press("Save the changes")
    sam.is_told("Changed.")
    maya.page.reload()
    maya.heads(LATER)
    maya.sees("You ask", QUESTION, "Maple Health answers", ANSWER)

    sam.press("Copy into a new draft")
    sam.is_told("This is a copy, and a draft.")
    assert list(Project.objects.order_by("pk").values_list("title", "status")) == [
        (LATER, "open"),
        (LATER, "draft"),
    ]


def changes_a_template(sam):
    """Narrowed by industry, changed, and saved by itself."""
    sam.go("/projects/new/")
    sam.choose("Industry", "Health and care")
    expect(sam.page.locator("#announced")).to_have_text(re.compile(r"^\d templates?$"))
    sam.press(re.compile("Use this template.*Five interviews"))
    sam.type({"Title": TITLE})
    expect(sam.page.locator("[data-autosave-status]")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
