"""From nothing to a confirmed account, through the real pages."""

import time_machine
from django.core import mail

from accounts.models import User
from tests.accounts.conftest import latest_code, log_in, sign_up

CONFIRM = "/accounts/confirm-email/"


def test_sign_up_confirm_and_be_asked_what_brings_one_here(db, client):
    answer = sign_up(client, "New@Example.org")
    assert (answer.status_code, answer.url) == (302, CONFIRM)
    assert b"new@example.org" in client.get(CONFIRM).content
    answer = client.post(CONFIRM, {"code": latest_code().lower().replace("-", " ")})
    assert answer.url == "/accounts/welcome/"
    assert client.get(answer.url).status_code == 200
    assert User.objects.get().emailaddress_set.get().verified


def test_the_letter_is_ours_in_text_and_html(db, client, settings):
    settings.SITE_NAME = "Fern & O’Neil"
    sign_up(client)
    letter = mail.outbox[0]
    html = letter.alternatives[0].content
    assert letter.subject == "Your code for Fern & O’Neil"
    assert "testserver" not in letter.subject
    assert latest_code() in html
    assert "{" not in letter.body
    assert "&amp;" not in letter.body
    assert "None" not in letter.body


def test_nobody_logs_in_before_the_address_is_confirmed(db, client):
    sign_up(client)
    client.cookies.clear()
    with time_machine.travel(30):
        answer = log_in(client, "new@example.org")
    assert answer.status_code in {200, 302}
    assert "_auth_user_id" not in client.session


def test_a_wrong_code_is_said_beside_the_box_and_three_end_it(db, client):
    sign_up(client)
    answer = client.post(CONFIRM, {"code": "BBBB-BBBB"})
    assert b"This is not the code from the letter" in answer.content
    client.post(CONFIRM, {"code": "BBBB-BBBC"})
    assert client.post(CONFIRM, {"code": "BBBB-BBBD"}).status_code == 302
    assert client.post(CONFIRM, {"code": latest_code()}).url == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_a_code_older_than_15_minutes_is_refused(db, client):
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
        sign_up(client)
        clock.shift(15 * 60 + 1)
        assert client.post(CONFIRM, {"code": latest_code()}).url == "/accounts/login/"


def test_a_new_code_replaces_the_old_one(db, client):
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
        sign_up(client)
        old = latest_code()
        clock.shift(30)
        client.post(CONFIRM, {"action": "resend"})
        assert b"This is not the code" in client.post(CONFIRM, {"code": old}).content
        assert client.post(CONFIRM, {"code": latest_code()}).url == "/accounts/welcome/"


def test_a_mistyped_address_can_be_changed_while_it_waits(db, client):
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
        sign_up(client, "typo@example.org")
        clock.shift(30)
        client.post(CONFIRM, {"action": "change", "email": "right@example.org"})
        assert mail.outbox[-1].to == ["right@example.org"]
        client.post(CONFIRM, {"code": latest_code()})
    assert User.objects.get().email == "right@example.org"


def test_a_taken_address_answers_like_a_free_one(maya, client, django_user_model):
    taken, page = sign_up(client, maya.email), client.get(CONFIRM)
    letter = mail.outbox[-1]
    other = type(client)()
    free, other_page = sign_up(other, "free@example.org"), other.get(CONFIRM)
    assert (taken.status_code, taken.url) == (free.status_code, free.url)
    assert page.status_code == other_page.status_code == 200
    assert "has an account already" in letter.body
    assert "/accounts/password/reset/" in letter.body
    assert User.objects.filter(email=maya.email).count() == 1


def test_passwords_are_at_least_ten_characters_and_not_common(db, client):
    assert b"at least 10" in sign_up(client, password="short1").content
    assert b"too common" in sign_up(client, password="password1234").content
    assert (
        b"too similar" in sign_up(client, "marguerite.long@example.org", password="marguerite.long").content
    )
    assert not User.objects.exists()


def test_odd_addresses_are_refused_not_crashed_on(db, client):
    for email in ("no", "a\x00b@example.org", "x" * 250 + "@example.org", "a@" + "b" * 63 + ".example" * 27):
        assert sign_up(client, email).status_code == 200
    for password in ("\x00" * 12, "long enough\x00now"):
        assert sign_up(client, password=password).status_code == 200
    assert not User.objects.exists()


def test_a_mail_server_that_is_down_is_said(db, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = client.post(
        "/accounts/signup/", {"email": "new@example.org", "password1": "correct horse"}, follow=True
    )
    assert answer.status_code == 200
    assert b"could not be sent" in answer.content
