"""The steps after sign-up, through the pages."""

import re

import pytest
import time_machine

from accounts.models import Company, Industry, Skill, StudentProfile, User
from tests.accounts.conftest import COMPANY, SCHOOL, latest_code, log_in, sign_up

FIRST, SECOND, THIRD = (
    "/accounts/welcome/",
    "/accounts/welcome/student/",
    "/accounts/welcome/student/interests/",
)
FOUND = "/accounts/welcome/company/"


def introduce(client, side="student", **changes):
    return client.post(FIRST, {"side": side, "name": "Maya Lindqvist", "time_zone": "Europe/Oslo"} | changes)


@pytest.fixture(autouse=True)
def _a_fixed_day():
    with time_machine.travel("2026-11-24T12:00:00Z"):
        yield


@pytest.fixture
def inside(maya, client):
    log_in(client, maya.email)
    return client


def test_from_sign_up_to_student(db, client):
    sign_up(client, next="/companies/maple/")
    step = client.post("/accounts/confirm-email/", {"code": latest_code()}).url
    assert step == "/companies/maple/"
    client.get(FIRST + "?next=/companies/maple/")
    assert introduce(client).url == SECOND
    assert client.post(SECOND, SCHOOL).url == THIRD
    chosen = {"hours_a_week": 10, "skills": [Skill.objects.get(slug="sql").pk]}
    assert client.post(THIRD, chosen).url == "/companies/maple/"
    profile = StudentProfile.objects.get()
    assert (profile.user.name, profile.user.time_zone, profile.school) == (
        "Maya Lindqvist",
        "Europe/Oslo",
        "Delft",
    )
    assert [skill.slug for skill in profile.skills.all()] == ["sql"]
    assert "welcome" not in client.session


def test_an_employer_is_done_after_two_steps(inside):
    assert introduce(inside, "employer").url == FOUND
    assert b"Step 2 of 2" in inside.get(FOUND).content
    industry = Industry.objects.get(slug="health-and-care").pk
    assert inside.post(FOUND, COMPANY | {"industry": industry}).url == "/dashboard/"
    company = Company.objects.get()
    assert (company.slug, company.website, company.time_zone) == (
        "maple-health",
        "https://maple.example",
        "Europe/Oslo",
    )


def test_the_progress_is_shown(inside):
    introduce(inside)
    assert b"Step 2 of 3" in inside.get(SECOND).content
    inside.post(SECOND, SCHOOL)
    assert b"Step 3 of 3" in inside.get(THIRD).content


def test_what_was_typed_stays_while_one_goes_back_and_forth(inside):
    introduce(inside)
    inside.post(SECOND, SCHOOL)
    skill = Skill.objects.get(slug="sql")
    back = inside.post(THIRD, {"hours_a_week": "7", "skills": [skill.pk], "back": "yes"})
    assert back.url == SECOND
    assert b'value="Delft"' in inside.get(SECOND).content
    assert b'value="2004-05-17"' in inside.get(SECOND).content
    assert inside.post(SECOND, {"school": "Leiden", "back": "yes"}).url == FIRST
    assert b"Maya Lindqvist" in inside.get(FIRST).content
    assert b"Leiden" in inside.get(SECOND).content
    inside.post(SECOND, SCHOOL)
    page = inside.get(THIRD).content.decode()
    assert 'value="7"' in page
    assert re.findall(r'name="(\w+)" value="(\d+)"[^>]* checked', page) == [("skills", str(skill.pk))]


def test_who_is_too_young_is_told_kindly_and_loses_nothing(inside):
    introduce(inside)
    answer = inside.post(SECOND, SCHOOL | {"born_on": "2009-03-12"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "from 12 March 2027, the day you turn 18" in page
    assert 'value="Delft"' in page
    assert "2009-03-12" in page
    assert User.objects.get().name == "Maya Lindqvist"
    assert inside.post(THIRD, {"hours_a_week": "7"}).url == SECOND
    assert not StudentProfile.objects.exists()


def test_the_last_step_needs_the_one_before(inside):
    assert inside.get(SECOND).url == FIRST
    introduce(inside)
    assert inside.get(THIRD).url == SECOND


def test_the_first_step_refuses_what_cannot_be(inside):
    refused = [
        ("time_zone", "Mars/Olympus"),
        ("time_zone", ""),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "Europe/\x00"),
        ("name", ""),
        ("name", "x" * 101),
        ("name", "a\x00b"),
        ("side", "admin"),
    ]
    for field, value in refused:
        assert introduce(inside, **{field: value}).status_code == 422, (field, value)
        assert User.objects.get().name == ""


def test_the_second_step_refuses_what_cannot_be(inside):
    refused = [
        ("born_on", "yesterday"),
        ("born_on", "2004-05-17\x00"),
        ("born_on", "9999-12-31"),
        ("school", "\x00"),
        ("school", "x" * 121),
        ("country", "XX"),
        ("country", ""),
    ]
    introduce(inside)
    for field, value in refused:
        assert inside.post(SECOND, SCHOOL | {field: value}).status_code == 422, (field, value)


def test_the_third_step_refuses_what_cannot_be(inside):
    refused = [("hours_a_week", v) for v in ("0", "31", "", "1e3", "9" * 30, "\x00")] + [
        ("skills", v) for v in ("0", "x", "9" * 30, "\x00")
    ]
    introduce(inside)
    inside.post(SECOND, SCHOOL)
    for field, value in refused:
        answer = inside.post(THIRD, {"hours_a_week": "5"} | {field: value})
        assert answer.status_code == 422, (field, value)
        assert not StudentProfile.objects.exists()


def test_a_company_refuses_what_cannot_be(inside):
    refused = [
        ("name", ""),
        ("name", "\x00"),
        ("website", "javascript:alert(1)"),
        ("website", "https://x.example/" + "y" * 200),
        ("industry", "\x00"),
        ("country", "QQ"),
        ("about", "x" * 1001),
    ]
    introduce(inside, "employer")
    industry = Industry.objects.get(slug="health-and-care").pk
    for field, value in refused:
        answer = inside.post(FOUND, COMPANY | {"industry": industry} | {field: value})
        assert answer.status_code == 422, (field, value)
        assert not Company.objects.exists()


def test_what_is_kept_of_a_step_has_an_end(inside):
    introduce(inside)
    inside.post(SECOND, {"school": "x" * 50_000, "back": "yes"})
    assert len(inside.session["welcome"]["school"]["school"][0]) == 2000


def test_a_student_adds_a_company_without_saying_the_name_again(student, client):
    log_in(client, student.email)
    assert b"I also want to hire" in client.get("/accounts/settings/").content
    page = client.get(FOUND).content
    assert b"Step" not in page
    client.post(FOUND, COMPANY | {"industry": Industry.objects.first().pk})
    assert User.objects.get().is_employer
    assert client.get(FOUND).url == "/accounts/settings/"
    assert client.get(FIRST).url == "/accounts/settings/"


def test_an_employer_adds_a_student_side(employer, client):
    log_in(client, employer.email)
    assert b"I also want to do projects" in client.get("/accounts/settings/").content
    assert b"Step 1 of 2" in client.get(SECOND).content
    client.post(SECOND, SCHOOL)
    client.post(THIRD, {"hours_a_week": "5"})
    assert User.objects.get().is_student
    assert client.get(SECOND).url == "/accounts/settings/"


def test_every_step_is_for_people_who_are_logged_in(db, client):
    for path in (
        FIRST,
        SECOND,
        THIRD,
        FOUND,
        "/accounts/settings/",
        "/accounts/profile/",
        "/accounts/sessions/",
    ):
        assert client.get(path).url == f"/accounts/login/?next={path}"
