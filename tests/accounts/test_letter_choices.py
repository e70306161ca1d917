"""The settings page of letters: one choice a topic, money not among them."""

import pytest

from marketplace.kernel import preferences
from marketplace.kernel.models import How, Topic
from tests import cast

pytestmark = pytest.mark.django_db
SENT = {
    "work": "daily",
    "applications": "at_once",
    "moderation": "site",
    "reminders": "at_once",
    "team": "site",
    "messages": "at_once",
}


@pytest.fixture
def person(client):
    person = cast.a_student()
    client.force_login(person)
    return person


def test_a_choice_is_kept_and_shown(client, person):
    page = client.post("/accounts/letters/", SENT, follow=True)

    assert "Your choice is saved" in page.content.decode()
    assert preferences.chosen_by(person) == {Topic(name): How(how) for name, how in SENT.items()}
    assert page.context["form"].initial == preferences.chosen_by(person)
    assert page.content.decode().count(" checked") == 6


@pytest.mark.parametrize("wrong", [{"work": "never"}, {"work": ""}, {"reminders": "x"}])
def test_a_choice_that_there_is_not_keeps_the_rest_and_says_so(client, person, wrong):
    answer = client.post("/accounts/letters/", SENT | wrong)

    assert answer.status_code == 422
    assert "error" in answer.content.decode()
    assert set(preferences.chosen_by(person).values()) == {How.AT_ONCE}


def test_money_cannot_be_chosen_and_the_page_says_why(client, person):
    page = client.get("/accounts/letters/")

    assert "money" not in page.context["form"].fields
    assert "What always comes, at once" in page.content.decode()
    client.post("/accounts/letters/", SENT | {"money": "site"})
    assert preferences.how_to_tell(person, Topic.MONEY) == How.AT_ONCE


def test_the_settings_lead_there(client, person):
    assert 'href="/accounts/letters/"' in client.get("/accounts/settings/").content.decode()
