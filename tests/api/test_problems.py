"""Every error below /api/ is problem+json, whoever finds it."""

import pytest
from django.test import Client, RequestFactory

from marketplace.site import failing
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/v1/nothing/", 404, "not_found"),
        ("get", "/api/v1/projects/nothing/", 404, "not_found"),
        ("delete", "/api/v1/projects/", 405, "method_not_allowed"),
        ("post", "/api/v1/projects/nothing/applications/", 401, "not_authenticated"),
        ("get", "/api/v1/projects/?hours_min=many", 400, "invalid"),
        ("get", "/api/v1/projects/?q=a%00b", 400, "malformed"),
    ],
)
def test_it_names_its_status_and_its_code(client, method, path, status, code):
    answer = getattr(client, method)(path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["code"] == code
    assert answer.json()["title"]


def test_what_fails_behind_the_doors_says_so_too():
    answer = failing.server_error(RequestFactory().get("/api/v1/projects/"))
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert failing.server_error(RequestFactory().get("/"))["Content-Type"].startswith("text/html")


def test_a_document_that_is_too_large_is_not_read(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    client.force_login(cast.a_student())
    path = f"/api/v1/projects/{cast.an_open_project().public_id}/applications/"
    answer = client.post(path, {"motivation": "x" * 1000}, content_type="application/json")
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_session_needs_the_token_of_its_browser():
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.a_student())
    path = f"/api/v1/projects/{cast.an_open_project().public_id}/applications/"
    answer = client.post(path, {}, content_type="application/json")
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", ["text/html", "image/png", "nonsense"])
def test_there_is_one_kind_of_answer(client, kind):
    answer = client.get("/api/v1/projects/", headers={"Accept": kind})
    assert answer["Content-Type"] == "application/json"
