"""The page on which keys are made and revoked."""

import re

import pytest

from accounts.models import ApiKey
from marketplace.kernel.models import Letter
from tests import cast
from tests.accounts.conftest import SECRET, log_in, queries
from tests.api.conftest import Program, a_key

pytestmark = pytest.mark.django_db
MADE = {"name": "Sheet", "scopes": ["read", "apply"], "days": "30"}
PAGE = "/accounts/api-keys/"


@pytest.fixture
def student(client):
    student = cast.a_student()
    client.force_login(student)
    return student


def test_a_key_is_shown_once_and_told_by_letter(client, student):
    page = client.post(PAGE, MADE)
    secret = re.search(r"fh_[\w-]{40,}", page.content.decode())[0]
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert Program(secret).get("projects/").status_code == 200
    assert secret not in client.get(PAGE).content.decode()
    letter = Letter.objects.get(template="accounts/key_made")
    assert letter.to == student
    assert letter.topic == "account"
    assert secret not in str(letter.context)


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"name": ""}, 422), ({"scopes": []}, 422), ({"scopes": ["rule"]}, 422), ({"days": "9999"}, 422)],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(client, student, changed, status):
    page = client.post(PAGE, MADE | changed)
    assert page.status_code == status
    assert "aria-invalid" in page.content.decode()
    assert not ApiKey.objects.exists()


def test_the_same_name_again_is_refused_beside_the_name(client, student):
    a_key(student)
    page = client.post(PAGE, MADE)
    assert page.status_code == 409
    assert "another name" in page.content.decode()
    assert ApiKey.objects.count() == 1


def test_it_is_revoked_with_one_click_by_its_owner_alone(client, student):
    key, _ = a_key(student)
    address = f"{PAGE}{key.public_id}/revoke/"
    client.force_login(cast.another_student())
    assert client.post(address).status_code == 404
    client.force_login(student)
    assert client.post(address).status_code == 302
    assert ApiKey.objects.get().status == "revoked"
    assert "revoked" in client.get(PAGE).content.decode()


def test_whoever_logged_in_long_ago_says_once_more_who_they_are(client, time_machine):
    time_machine.move_to("2026-05-04 10:00Z", tick=False)
    student = cast.a_student()
    student.set_password(SECRET)
    student.save()
    log_in(client, student.email)
    assert client.post(PAGE, MADE | {"name": "First"}).status_code == 200
    time_machine.move_to("2026-05-04 11:00Z", tick=False)
    answer = client.post(PAGE, MADE)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiKey.objects.filter(name="Sheet").exists()


def test_the_page_costs_the_same_however_many_there_are(client, student):
    a_key(student, name="One")
    few = queries(client, PAGE)
    a_key(student, name="Two")
    a_key(student, name="Three")
    assert queries(client, PAGE) == few
