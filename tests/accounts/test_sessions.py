"""Where one is logged in, and ending it."""

import pytest
import time_machine
from allauth.usersessions.models import UserSession

from accounts.templatetags.devices import device
from tests.accounts.conftest import SECRET, log_in, queries

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605 (KHTML) Safari/604.1"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML) Chrome/140.0.0.0 Safari/537.36"


def browser(client, user, agent):
    one = type(client)(headers={"user-agent": agent})
    log_in(one, user.email)
    return one


@pytest.fixture
def two(student, client):
    return browser(client, student, FIREFOX), browser(client, student, PHONE)


def test_sessions_are_listed_by_what_one_knows_them_as(two):
    page = two[0].get("/accounts/sessions/").content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert "This browser" in page


def test_one_session_is_ended(two):
    here, there = two
    session = UserSession.objects.get(session_key=there.session.session_key)
    here.post("/accounts/sessions/", {"session": session.pk})
    assert there.get("/accounts/settings/").status_code == 302
    assert here.get("/accounts/settings/").status_code == 200


def test_all_others_are_ended(two, student, client):
    third = browser(client, student, CHROME)
    third.post("/accounts/sessions/")
    assert [one.get("/accounts/settings/").status_code for one in (*two, third)] == [302, 302, 200]


def test_nobody_ends_somebody_elses_session(two, employer, client):
    stranger = browser(client, employer, CHROME)
    session = UserSession.objects.get(session_key=two[0].session.session_key)
    stranger.post("/accounts/sessions/", {"session": session.pk})
    assert two[0].get("/accounts/settings/").status_code == 200
    assert stranger.post("/accounts/sessions/", {"session": "x"}).status_code == 404
    assert stranger.post("/accounts/sessions/", {"session": "\x00"}).status_code == 404


def test_a_session_that_a_new_password_ended_is_not_listed(two, student):
    two[0].post("/accounts/password/change/", {"oldpassword": SECRET, "password1": "a quite different one"})
    page = two[0].get("/accounts/sessions/").content.decode()
    assert "iPhone" not in page
    assert "Firefox" in page


def test_the_list_costs_the_same_for_many(two, student, client):
    two[0].get("/accounts/sessions/")
    few = queries(two[0], "/accounts/sessions/")
    for _ in range(4):
        browser(client, student, CHROME)
    assert queries(two[0], "/accounts/sessions/") == few <= 6


def test_last_seen_is_noted_every_five_minutes(student, client):
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
        log_in(client, student.email)
        client.get("/accounts/settings/")
        clock.shift(60)
        client.get("/accounts/settings/")
        assert UserSession.objects.get().last_seen_at.minute == 0


@pytest.mark.parametrize(
    ("agent", "name"), [(CHROME, "Chrome on Linux"), ("curl/8.4", "A program"), ("", "A program")]
)
def test_devices_have_plain_names(agent, name):
    assert device(agent) == name
