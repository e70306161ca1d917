"""Log-in, log-out, limits, passwords, addresses, the administration's door."""

import pytest
from django.core import mail
from django.core.management import call_command

from accounts.models import User
from tests.accounts.conftest import SECRET, latest_code, log_in

NEW = "a quite different one"


@pytest.fixture
def inside(maya, client):
    log_in(client, maya.email)
    return client


def test_log_in_leads_to_the_dashboard_or_where_one_was_going(maya, client):
    assert log_in(client, maya.email).url == "/dashboard/"
    client.post("/accounts/logout/")
    assert log_in(client, maya.email, next="/accounts/settings/").url == "/accounts/settings/"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil"],
)
def test_an_address_elsewhere_is_never_followed(maya, client, address):
    assert log_in(client, maya.email, next=address).url == "/dashboard/"
    client.post("/accounts/welcome/?next=" + address, {"side": "employer"})
    assert client.session.get("welcome", {}).get("next") is None


def test_log_out_needs_a_post(inside):
    assert b"Log out of" in inside.get("/accounts/logout/").content
    assert "_auth_user_id" in inside.session
    assert inside.post("/accounts/logout/").url == "/"
    assert "_auth_user_id" not in inside.session


def test_whoever_logged_out_leaves_no_page_behind_and_the_session_opens_nothing(inside):
    old = inside.cookies["session"].value
    assert "Clear-Site-Data" not in inside.get("/accounts/settings/")
    assert inside.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    inside.cookies["session"] = old
    late = inside.get("/accounts/settings/")
    assert late.status_code == 302
    assert late["Clear-Site-Data"] == '"cache", "storage"'


def test_logging_in_changes_the_session_so_that_none_can_be_put_under_somebody(maya, client):
    client.get("/accounts/welcome/student/?next=/projects/")
    session = client.session
    session["welcome"] = {}
    session.save()
    client.cookies["session"] = before = session.session_key
    log_in(client, maya.email)
    assert client.cookies["session"].value not in {before, ""}
    client.cookies["session"] = before
    assert client.get("/accounts/settings/").status_code == 302


def test_a_wrong_password_says_nothing_of_who_exists(maya, client):
    known = log_in(client, maya.email, "wrong").content.decode()
    unknown = log_in(client, "nobody@example.org", "wrong").content.decode()
    sentence = "This address and this password do not belong together"
    assert sentence in known
    assert sentence in unknown
    assert maya.email in known  # what was typed is kept


def test_too_many_wrong_passwords_get_the_page_that_says_wait(maya, client):
    for _ in range(5):
        assert log_in(client, maya.email, "wrong").status_code == 200
    answer = log_in(client, maya.email)
    assert answer.status_code == 429
    assert b"Wait a few minutes" in answer.content
    assert "_auth_user_id" not in client.session


def test_one_address_is_limited_and_a_neighbour_behind_the_same_router_is_not(maya, student, client):
    for _ in range(6):
        log_in(client, maya.email, "wrong")
    assert log_in(client, student.email).status_code == 302


@pytest.mark.parametrize(("path", "most"), [("signup", 20), ("login", 30)])
def test_every_door_has_a_limit(db, client, path, most):
    codes = [client.post(f"/accounts/{path}/", {}).status_code for _ in range(most + 1)]
    assert codes == [200] * most + [429]


def test_asking_for_codes_has_a_limit(maya, client):
    ask = "/accounts/password/reset/"
    codes = [client.post(ask, {"email": maya.email}).status_code for _ in range(6)]
    assert codes == [302] * 5 + [429]


def test_a_forgotten_password_is_replaced_with_a_code(maya, client):
    client.post("/accounts/password/reset/", {"email": maya.email})
    code = latest_code()
    assert client.post("/accounts/password/reset/confirm/", {"code": code}).status_code == 302
    answer = client.post("/accounts/password/reset/complete/", {"password1": NEW})
    assert answer.url == "/dashboard/"
    assert "_auth_user_id" in client.session
    assert User.objects.get().check_password(NEW)
    assert "was changed" in mail.outbox[-1].body or "new password" in mail.outbox[-1].body


def test_a_reset_for_nobody_looks_the_same(db, client):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    page = client.get(answer.url)
    assert page.status_code == 200
    assert "no account with that address" in mail.outbox[-1].body
    assert client.post(answer.url, {"code": "BBBB-BBBB"}).status_code == 200


def test_a_changed_password_ends_every_other_session(maya, inside):
    other = type(inside)()
    log_in(other, maya.email)
    inside.post("/accounts/password/change/", {"oldpassword": SECRET, "password1": NEW})
    assert inside.get("/accounts/settings/").status_code == 200
    assert other.get("/accounts/settings/").status_code == 302
    assert "every other browser was logged out" in mail.outbox[-1].body


def test_the_address_changes_only_with_a_code_from_the_new_one(maya, inside):
    page = inside.post("/accounts/email/", {"email": "New@example.org", "action_add": "yes"})
    assert b"Is it still you?" in inside.get(page.url).content
    page = inside.post("/accounts/reauthenticate/", {"password": SECRET, "next": "/accounts/email/"})
    assert page.url == "/accounts/confirm-email/"
    assert User.objects.get().email == maya.email
    assert mail.outbox[-1].to == ["new@example.org"]
    inside.post(page.url, {"code": latest_code()})
    assert User.objects.get().email == "new@example.org"
    assert mail.outbox[-1].to == [maya.email]
    assert "in case it was not you" in mail.outbox[-1].body


def test_a_superuser_from_the_command_logs_into_the_administration(db, client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", SECRET)
    call_command("createsuperuser", email="Root@Example.org", interactive=False, verbosity=0)
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    assert log_in(client, "root@example.org", next="/admin/").url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_the_administration_is_not_for_everybody(inside):
    assert inside.get("/admin/", follow=True).status_code == 403


def test_a_closed_account_cannot_log_in(maya, client):
    User.objects.update(is_active=False)
    assert (
        b"is closed"
        in client.post("/accounts/login/", {"login": maya.email, "password": SECRET}, follow=True).content
    )
