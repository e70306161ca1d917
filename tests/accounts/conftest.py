"""People for these tests, and how they get in through the real pages."""

import re
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import onboarding
from accounts.models import Industry, Skill, User

SECRET = "correct horse battery"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SCHOOL = {"born_on": "2004-05-17", "school": "Delft", "country": "NL"}
COMPANY = {
    "name": "Maple Health",
    "website": "maple.example",
    "country": "CA",
    "about": "Clinics without queues.",
}


@pytest.fixture
def maya(db):
    """Somebody with a confirmed address who has not said what brings her here."""
    return User.objects.create_verified_user("maya@example.org", SECRET)


@pytest.fixture
def student(db):
    user = User.objects.create_verified_user(
        "student@example.org", SECRET, name="Ada Lin", time_zone="Europe/Berlin"
    )
    onboarding.become_student(user, at=NOW, **student_details())
    return User.objects.get(pk=user.pk)


@pytest.fixture
def employer(db):
    user = User.objects.create_verified_user(
        "employer@example.org", SECRET, name="Sam Ode", time_zone="Europe/Paris"
    )
    onboarding.found_company(user, at=NOW, **company_details())
    return User.objects.get(pk=user.pk)


def student_details(**changes):
    details = {
        "born_on": datetime(2004, 5, 17).date(),
        "school": "Delft",
        "country": "NL",
        "skills": Skill.objects.filter(slug="python"),
        "learning_goals": Skill.objects.filter(slug__in=["sql", "statistics"]),
        "industries": Industry.objects.filter(slug="education"),
        "job_roles": [],
        "hours_a_week": 12,
    }
    return details | changes


def company_details(**changes):
    return {
        "name": "Maple Health",
        "industry": Industry.objects.get(slug="health-and-care"),
        "country": "CA",
    } | changes


def latest_code():
    """The code in the newest letter."""
    return re.search(r"^ {4}(\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]


def sign_up(client, email="new@example.org", password=SECRET, **more):
    return client.post("/accounts/signup/", {"email": email, "password1": password, **more})


def log_in(client, email, password=SECRET, **more):
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def queried(client, path):
    """What the page asks for, once what seldom changes is remembered."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return asked.captured_queries


def queries(client, path):
    return len(queried(client, path))
