"""Sign-up and the first steps as a person takes them, with scripts and without."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from playwright.sync_api import expect

from accounts.models import User
from tests.accounts.conftest import SECRET, latest_code

KINDS = [
    pytest.param({"timezone_id": "Europe/Oslo"}, id="with-scripts"),
    pytest.param({"java_script_enabled": False}, id="without-scripts"),
]


class Visit:
    """One person's page, and which page it is after each step."""

    def __init__(self, page, *, scripts):
        self.page, self.scripts = page, scripts

    def look(self, heading):
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def open(self, path, heading):
        self.page.goto(path)
        self.look(heading)

    def press(self, words):
        self.page.get_by_role("button", name=words, exact=True).click()


@pytest.fixture(params=KINDS)
def visit(request, open_context):
    scripts = request.param.get("java_script_enabled", True)
    return Visit(open_context(**request.param).new_page(), scripts=scripts)


def sign_up(visit, email):
    visit.open("/accounts/signup/", "Sign up")
    visit.page.get_by_label("E-mail address").fill(email)
    visit.page.get_by_label("Password").fill(SECRET)
    visit.press("Sign up, send me a code")
    visit.look("Confirm your address")
    visit.page.get_by_label("Code from the letter").fill("BBBB-BBBB")
    visit.press("Go on")
    visit.look("Confirm your address")
    expect(visit.page.get_by_text("This is not the code").first).to_be_visible()
    visit.page.get_by_label("Code from the letter").fill(latest_code())
    visit.press("Go on")
    visit.look("Welcome to Foothold")


def introduce(visit, side):
    page = visit.page
    visit.press("Go on")  # with nothing chosen
    visit.look("Welcome to Foothold")
    page.get_by_label(side).check()
    page.get_by_label("Name").fill("Maya Lindqvist")
    if visit.scripts:
        expect(page.get_by_label("Time zone")).to_have_value("Europe/Oslo")
    else:
        page.get_by_label("Time zone").select_option("Europe/Oslo")
    visit.press("Go on")


def test_a_student_from_sign_up_to_settings(visit):
    page = visit.page
    sign_up(visit, "maya@example.org")
    introduce(visit, "I study and look for paid projects")
    visit.look("Age and school")
    page.get_by_label("Date of birth").fill("2015-01-31")
    page.get_by_label("School or university").fill("Oslo Metropolitan")
    page.get_by_label("Country you live in").select_option("NO")
    visit.press("Go on")
    visit.look("Age and school")
    expect(page.get_by_text("You can join as a student from").first).to_be_visible()
    page.get_by_label("Date of birth").fill("2004-01-31")
    visit.press("Go on")
    visit.look("Skills and interests")
    page.locator("summary", has_text="What you can do").click()
    page.get_by_role("group", name="What you can do").get_by_label("SQL").check()
    visit.press("Back")
    visit.look("Age and school")
    visit.press("Go on")
    expect(page.get_by_role("group", name="What you can do").get_by_label("SQL")).to_be_checked()
    page.get_by_label("Time you have").fill("10")
    visit.press("Finish")
    page.wait_for_url(re.compile("/dashboard/"))
    visit.open("/accounts/settings/", "Settings")
    expect(page.get_by_text("Oslo Metropolitan, Norway")).to_be_visible()


def test_an_employer_from_the_first_question_to_the_companys_page(visit, site_server):
    page, client = visit.page, Client()
    client.force_login(User.objects.create_verified_user("sam@example.org", SECRET))  # signed up as above
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site_server}])
    visit.open("/accounts/welcome/", "Welcome to Foothold")
    introduce(visit, "I want to get work done")
    visit.look("Your company")
    page.get_by_label("Company name").fill("Maple Health")
    page.get_by_label("Website").fill("maple.example")
    page.get_by_label("Industry").select_option(label="Health and care")
    page.get_by_label("Country of the company").select_option("CA")
    page.get_by_label("What the company does").fill("Clinics without queues.")
    visit.press("Finish")
    page.wait_for_url(re.compile("/dashboard/"))
    visit.open("/companies/maple-health/", "Maple Health")


def test_a_forgotten_password(visit, site_server):
    User.objects.create_verified_user("ada@example.org", SECRET)
    page = visit.page
    page.goto("/accounts/login/")
    page.get_by_role("link", name="I forgot my password").click()
    visit.look("Choose a new password")
    page.get_by_label("E-mail address").fill("ada@example.org")
    visit.press("Send me a code")
    visit.look("Enter the code")
    assert mail.outbox[-1].to == ["ada@example.org"]
    page.get_by_label("Code from the letter").fill(latest_code())
    visit.press("Go on")
    visit.look("Choose a new password")
    page.get_by_label("New password").fill("a quite different one")
    visit.press("Save and log in")
    page.wait_for_url(re.compile("/accounts/welcome/|/dashboard/"))
