"""Log-in with Google, against a stand-in for the one address of Google's that our server asks."""

import json
import threading
import time
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from django.core import mail

from accounts.models import User
from tests.accounts.conftest import SECRET, latest_code, log_in
from tests.accounts.test_second_step import code_of, set_up

PERSON = {"sub": "1234", "email": "maya@gmail.com", "email_verified": True}
PERSON |= {
    "given_name": "Maya",
    "family_name": "Lindqvist",
    "iss": "https://accounts.google.com",
    "aud": "our-id",
}


class Google:
    """Says of whoever brings a code who they are: `who` can be changed by a test."""

    def __init__(self):
        self.who, self.asked = dict(PERSON), []
        google = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                google.asked.append(sent)
                token = jwt.encode(google.who | {"exp": time.time() + 60}, "x" * 32)
                body = json.dumps({"access_token": "a", "id_token": token}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/token"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()


@pytest.fixture(scope="module")
def running():
    google = Google()
    yield google
    google.server.shutdown()
    google.server.server_close()


@pytest.fixture
def google(running, settings, monkeypatch):
    settings.GOOGLE_CLIENT_ID = "our-id"
    known = settings.SOCIALACCOUNT_PROVIDERS["google"] | {"APPS": [{"client_id": "our-id", "secret": "ours"}]}
    settings.SOCIALACCOUNT_PROVIDERS = {"google": known}
    monkeypatch.setattr(GoogleOAuth2Adapter, "access_token_url", running.address)
    running.who, running.asked = dict(PERSON), []
    return running


def come_back(client, *, by="/accounts/google/login/", **sent):
    """Where one is led to at Google, then what we answer when Google sends one back."""
    page = client.post(by, sent).content.decode()
    address = unescape(page.partition('content="0;url=')[2].partition('"')[0])
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    assert (parts.netloc, asked["client_id"]) == ("accounts.google.com", ["our-id"])
    assert set(asked["scope"][0].split()) == {"profile", "email"}
    back = "/accounts/google/login/callback/"
    assert asked["redirect_uri"] == [f"http://testserver{back}"]
    return client.get(back, {"code": "given", "state": asked["state"][0]})


def test_without_keys_there_is_no_button_and_no_door(db, client):
    for page in ("login", "signup"):
        assert "Google" not in client.get(f"/accounts/{page}/").content.decode()
    assert client.post("/accounts/google/login/").status_code == 404
    assert client.get("/accounts/google/login/callback/?code=a&state=b").status_code == 404


def test_somebody_new_signs_up_with_a_confirmed_address_and_a_name(google, db, client):
    assert "Log in with Google" in client.get("/accounts/login/").content.decode()
    assert come_back(client).url == "/accounts/welcome/"
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("maya@gmail.com", "Maya Lindqvist", False)
    assert EmailAddress.objects.get().verified
    assert google.asked[0]["code_verifier"]  # of PKCE
    client.post("/accounts/logout/")
    assert come_back(client, next="/accounts/settings/").url == "/accounts/settings/"
    assert User.objects.count() == 1


def test_an_account_with_the_same_address_of_googles_own_is_connected_and_told(google, db, client):
    user = User.objects.create_verified_user("maya@gmail.com", SECRET)
    assert come_back(client).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert SocialAccount.objects.get().user == user
    assert [letter.subject for letter in mail.outbox] == ["Google may open your account now"]
    assert log_in(type(client)(), user.email).status_code == 302  # the password stays as it was


def test_whoever_took_the_address_without_confirming_it_keeps_nothing(google, db, client):
    thief = User.objects.create_user("maya@gmail.com", SECRET)
    EmailAddress.objects.create(user=thief, email=thief.email, verified=False, primary=True)
    assert come_back(client).url == "/accounts/confirm-email/"  # by a code, which only the owner can read
    assert not User.objects.get().has_usable_password()
    client.post("/accounts/confirm-email/", {"code": latest_code()})
    assert client.session["_auth_user_id"] == str(thief.pk)


@pytest.mark.parametrize("told", [{}, {"hd": "other.example"}])
def test_an_address_that_google_does_not_give_out_is_connected_only_from_inside(google, db, client, told):
    google.who |= {"email": "maya@firm.example", **told}
    user = User.objects.create_verified_user("maya@firm.example", SECRET)
    assert come_back(client).url == "/accounts/login/"
    assert "You have an account with this address" in client.get("/accounts/login/").content.decode()
    assert "_auth_user_id" not in client.session
    log_in(client, user.email)
    assert come_back(client, by="/accounts/google/connect/").url == "/accounts/reauthenticate/"
    assert client.post("/accounts/reauthenticate/", {"password": SECRET}).url == "/accounts/3rdparty/"
    assert "maya@firm.example" in client.get("/accounts/3rdparty/").content.decode()
    client.post("/accounts/logout/")
    come_back(client)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_address_of_an_organisation_of_googles_is_connected(google, db, client):
    google.who |= {"email": "maya@firm.example", "hd": "firm.example"}
    user = User.objects.create_verified_user("maya@firm.example", SECRET)
    come_back(client)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_address_that_google_has_not_confirmed_opens_nothing(google, db, client):
    google.who["email_verified"] = False
    assert come_back(client).url == "/accounts/login/"
    assert not User.objects.exists()


def test_the_second_step_is_asked_for_all_the_same(google, db, client):
    user = User.objects.create_verified_user("maya@gmail.com", SECRET)
    log_in(client, user.email)
    secret = set_up(client)
    client.post("/accounts/logout/")
    assert come_back(client).url == "/accounts/2fa/authenticate/"
    assert client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302


def test_a_forged_way_back_is_refused(google, db, client):
    answer = client.get("/accounts/google/login/callback/", {"code": "given", "state": "made-up"})
    assert answer.status_code in (200, 401)
    assert not google.asked
    assert not User.objects.exists()


def test_who_has_only_google_proves_it_there(google, db, client):
    come_back(client)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    for address in ("password/set", "2fa/totp/activate", "2fa/webauthn/add"):
        assert client.get(f"/accounts/{address}/").url.startswith("/accounts/google/again/?next="), address
    for address in ("data/copy", "email"):
        answer = client.post(f"/accounts/{address}/", {"action_add": "", "email": "new@example.org"})
        assert answer.url.startswith("/accounts/google/again/?next="), address
    assert "Log in with Google again" in client.get(answer.url).content.decode()
    come_back(client, next="/accounts/data/")
    assert client.post("/accounts/data/copy/").url == "/accounts/data/"
