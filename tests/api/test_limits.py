"""How often the API may be asked, and what whoever asks more is told."""

import pytest

from tests import cast
from tests.api.conftest import Program, a_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_minute(time_machine):
    time_machine.move_to("2026-05-04 10:00:15Z", tick=False)


def statuses(program, times, **more):
    return [program.get("projects/", **more).status_code for _ in range(times)]


def test_a_visitor_is_known_by_the_address(settings):
    settings.API_ADDRESS_A_MINUTE = 2
    assert statuses(Program(), 3) == [200, 200, 429]
    assert statuses(Program(), 1, REMOTE_ADDR="192.0.2.7") == [200]


def test_whoever_asks_too_often_is_told_how_long_to_wait(settings, time_machine):
    settings.API_ADDRESS_A_MINUTE = 1
    statuses(Program(), 1)
    answer = Program().get("projects/")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "45"
    assert answer.json()["code"] == "throttled"
    time_machine.shift(45)
    assert statuses(Program(), 1) == [200]


def test_a_key_has_a_limit_of_its_own(settings):
    settings.API_KEY_A_MINUTE = 2
    student = cast.a_student()
    one, two = (Program(a_key(student, name=name)[1]) for name in ("One", "Two"))
    assert statuses(one, 3) == [200, 200, 429]
    assert statuses(two, 1) == [200]


def test_a_person_has_one_for_all_keys_and_the_browser(settings, client):
    settings.API_PERSON_A_MINUTE = 3
    student = cast.a_student()
    client.force_login(student)
    for name in ("One", "Two"):
        assert statuses(Program(a_key(student, name=name)[1]), 1) == [200]
    assert client.get("/api/v1/projects/").status_code == 200
    assert client.get("/api/v1/projects/").status_code == 429
    assert statuses(Program(a_key(cast.another_student())[1]), 1) == [200]


def test_keys_that_nobody_has_are_counted_by_the_address(settings):
    settings.API_ADDRESS_A_MINUTE = 2
    assert statuses(Program("fh_wrong"), 3) == [401, 401, 429]
    assert statuses(Program(a_key(cast.a_student())[1]), 1) == [200]


def test_what_stands_in_front_of_us_is_believed_only_where_it_is_known(settings, monkeypatch):
    settings.API_ADDRESS_A_MINUTE = 1
    answers = [
        Program().get("projects/", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(2)
    ]
    assert answers == [200, 429]
