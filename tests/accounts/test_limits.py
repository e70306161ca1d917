"""How often whoever got in, or half in, may try what can be guessed; the doors' own limits are in test_logging_in."""

import pytest
from django.urls import reverse

from tests.accounts.conftest import SECRET, latest_code, log_in
from tests.accounts.test_second_step import code_of, set_up


@pytest.fixture
def inside(maya, client):
    log_in(client, maya.email)
    return client


def statuses(client, path, times, **sent):
    return [client.post(path, sent).status_code for _ in range(times)]


def test_a_code_of_the_second_step_is_guessed_five_times(inside, maya):
    secret = set_up(inside)
    inside.post("/accounts/logout/")
    log_in(inside, maya.email)
    for _ in range(5):
        inside.post(reverse("mfa_authenticate"), {"code": "000000"})
    answer = inside.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert answer.status_code != 302
    assert "_auth_user_id" not in inside.session


def test_a_code_works_once(inside, maya):
    secret = set_up(inside)
    code = code_of(secret)
    for status in (302, 200):
        inside.post("/accounts/logout/")
        log_in(inside, maya.email)
        assert inside.post(reverse("mfa_authenticate"), {"code": code}).status_code == status


def test_the_password_is_asked_for_five_times(inside):
    assert statuses(inside, "/accounts/reauthenticate/", 6, password="wrong") == [200] * 5 + [429]


def test_a_password_is_changed_five_times_a_minute(inside):
    sent = {"oldpassword": "wrong", "password1": "a quite different one"}
    assert statuses(inside, "/accounts/password/change/", 6, **sent) == [200] * 5 + [429]


def test_an_address_is_changed_ten_times_a_minute(inside):
    inside.post("/accounts/reauthenticate/", {"password": SECRET})
    assert statuses(inside, "/accounts/email/", 11, email="no address", action_add="yes")[-1] == 429


def test_a_code_of_a_reset_is_guessed_three_times(maya, client):
    client.post("/accounts/password/reset/", {"email": maya.email})
    path = "/accounts/password/reset/confirm/"
    answers = [client.post(path, {"code": "BBBB-BBBB"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 302, 302]


def test_a_reset_does_not_spare_the_second_step(inside, maya):
    set_up(inside)
    inside.post("/accounts/logout/")
    inside.post("/accounts/password/reset/", {"email": maya.email})
    inside.post("/accounts/password/reset/confirm/", {"code": latest_code()})
    answer = inside.post("/accounts/password/reset/complete/", {"password1": "a quite different one"})
    assert answer.url == reverse("mfa_authenticate")
    assert inside.get("/accounts/settings/").status_code == 302
