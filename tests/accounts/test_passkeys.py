"""Signing up and logging in with a passkey, in a browser that has an authenticator of its own."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from playwright.sync_api import expect

from accounts.models import User
from tests.accounts.conftest import latest_code
from tests.browsing import assert_accessible

DEVICE = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
PHONE = DEVICE | {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}


class Holder:
    """Somebody with a telephone that keeps passkeys; the browser asks it as it asks a real one."""

    def __init__(self, page):
        self.page = page
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.send("WebAuthn.enable")
        self.phone = self.buy_a_phone()

    def buy_a_phone(self):
        return self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})["authenticatorId"]

    def lose_it(self):
        """A new one is bought, and it knows nothing yet."""
        self.devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.phone})
        self.phone = self.buy_a_phone()

    def kept_keys(self):
        return self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.phone})["credentials"]

    def press(self, words):
        self.page.get_by_role("button", name=words).click()

    def look(self, heading):
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)


@pytest.fixture
def maya(open_context, site_server):
    return Holder(open_context().new_page())


def sign_up(maya):
    maya.page.goto("/accounts/signup/")
    maya.page.get_by_role("link", name="Sign up with a passkey").click()
    maya.page.get_by_label("E-mail address").fill("maya@example.org")
    maya.press("Send me a code")
    maya.page.get_by_label("Code from the letter").fill(latest_code())
    maya.press("Go on")
    maya.look("Make your passkey")
    assert_accessible(maya.page)
    maya.page.get_by_label("Name").fill("My telephone")
    maya.press("Make it")
    maya.look("Recovery codes")  # at once, as there is nothing else by which to come in
    assert_accessible(maya.page)
    code = maya.page.get_by_role("listitem").filter(has=maya.page.locator("code")).first.inner_text()
    maya.page.get_by_role("link", name="They are kept: go on").click()
    maya.look("Welcome to Foothold")
    return code


def log_in_with_it(maya, then):
    maya.page.context.clear_cookies()
    maya.page.goto(f"/accounts/login/?next={then}")
    maya.press("Log in with a passkey")


def test_a_passkey_signs_up_logs_in_proves_who_it_is_and_may_be_lost(maya):
    page = maya.page
    code = sign_up(maya)
    user = User.objects.get()
    assert not user.has_usable_password()
    assert [key["isResidentCredential"] for key in maya.kept_keys()] == [True]

    log_in_with_it(maya, "/accounts/settings/")
    maya.look("Settings")

    page.goto("/accounts/2fa/recovery-codes/")  # which is asked for once more, by the passkey
    maya.look("Is it still you?")
    maya.press("Use your passkey")
    maya.look("Recovery codes")

    maya.lose_it()
    log_in_with_it(maya, "/accounts/settings/")
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    choose_a_password(maya)
    maya.look("The second step")
    assert_accessible(page)
    page.get_by_label("Code from your app, or a recovery code").fill(code)
    maya.press("Log in")
    page.wait_for_url(re.compile("/accounts/welcome/|/dashboard/"))

    page.goto("/accounts/2fa/webauthn/add/")
    maya.look("Is it still you?")
    page.get_by_label("Password").fill("a quite different one")
    maya.press("Go on")
    page.get_by_label("Name").fill("My new telephone")
    maya.press("Add it")
    page.wait_for_url("**/accounts/2fa/")
    named = [one.wrap().name for one in Authenticator.objects.filter(type="webauthn").order_by("pk")]
    assert named == ["My telephone", "My new telephone"]
    told = [letter.subject for letter in mail.outbox if "code" not in letter.subject.casefold()]
    assert told == ["Your password on Foothold is changed", "A passkey was added"]
    log_in_with_it(maya, "/accounts/2fa/webauthn/")
    maya.look("Passkeys and security keys")
    expect(page.get_by_text("not used yet")).to_have_count(0)


def choose_a_password(maya):
    page = maya.page
    page.goto("/accounts/password/reset/")
    page.get_by_label("E-mail address").fill("maya@example.org")
    maya.press("Send me a code")
    page.get_by_label("Code from the letter").fill(latest_code())
    maya.press("Go on")
    page.get_by_label("New password").fill("a quite different one")
    maya.press("Save and log in")
