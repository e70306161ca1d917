"""How amounts and moments are written."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.utils import timezone

from marketplace.kernel.money import Money
from marketplace.templatetags import display
from marketplace.templatetags.navigation import places_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=3, hours=20), "in 3 days"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(hours=47), "in 47 hours"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(minutes=59), "in 59 minutes"),
        (timedelta(seconds=30), "in less than a minute"),
        (-timedelta(days=4), "4 days ago"),
    ],
)
def test_time_left_is_rounded_down(length, words):
    assert display.timeleft(NOW + length, NOW) == words


def test_time_that_is_up_is_said():
    assert display.left(NOW, NOW) == "time is up"
    assert display.left(NOW + timedelta(days=2), NOW) == "2 days left"
    assert display.soon(NOW + timedelta(hours=23), NOW)
    assert not display.soon(NOW + timedelta(hours=25), NOW)


@time_machine.travel(NOW, tick=False)
def test_moments_are_written_in_the_readers_zone():
    late = datetime(2026, 11, 26, 22, 59, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert display.moment(late) == "Thu 26 Nov, 23:59"
        assert display.until(late) == "Thursday"
        assert display.bothways(late).endswith(">in 2 days</time> · Thu 26 Nov, 23:59")
    assert display.moment(late) == "Thu 26 Nov, 22:59 UTC"
    assert display.day(datetime(2027, 1, 4, 9, 0, tzinfo=UTC)) == "Mon 4 Jan 2027"
    assert display.until(NOW + timedelta(days=7)) == "Tue 1 Dec"


def test_amounts_are_exact():
    assert display.money(133000) == display.money(Money(133000)) == "$1,330.00"
    assert display.money(None) == ""


def test_nothing_is_written_for_nothing():
    for filtered in (display.timeleft, display.left, display.day, display.moment, display.until):
        assert filtered(None) == ""


def test_at_most_four_names_are_listed():
    assert display.listed("Writing, SQL,, Research, Figma, German") == ["Writing", "SQL", "Research", "Figma"]


def test_an_icon_is_drawn_without_any_inline_style():
    drawn = Template('{% load icons %}{% icon "clock" "flip" %}').render(Context())
    assert drawn.startswith("<svg")
    assert 'class="icon flip"' in drawn
    assert 'aria-hidden="true"' in drawn
    assert "style=" not in drawn


class Person:
    is_authenticated = True

    def __init__(self, *, student=False, employer=False):
        self.is_student, self.is_employer = student, employer


@pytest.mark.parametrize(
    ("user", "labels"),
    [
        (AnonymousUser(), ["Projects"]),
        (Person(student=True), ["Projects", "Applications", "Work", "Money"]),
        (Person(employer=True), ["Dashboard", "Projects", "Work", "Money"]),
    ],
)
def test_everyone_has_their_own_places(user, labels):
    assert [label for label, _, _ in places_of(user)] == labels


def test_a_number_of_the_site_stands_in_its_texts_as_it_is_set(settings):
    settings.OFFER_HOURS, settings.CHECKOUT_MINUTES = 1, 45
    text = '{% load display %}{% time_of "OFFER_HOURS" %}, {% time_of "CHECKOUT_MINUTES" %}'
    assert Template(text).render(Context()) == "1 hour, 45 minutes"


FIXED = re.compile(r"\b\d+ (?:hours?|minutes?|days)\b")
# said of others, or held by the database itself
NOT_OURS = {"Banks take 5 to 10 days to show it.", "72 hours from now, or at the signature"}


def test_no_text_says_a_length_of_time_that_the_settings_say(settings):
    texts = [
        path for kind in ("html", "txt") for path in (settings.BASE_DIR / "templates").rglob(f"*.{kind}")
    ]
    wrong = {
        (path.name, line.strip())
        for path in texts
        if path.name != "showcase.html"
        for line in path.read_text().splitlines()
        if FIXED.search(line) and not any(words in line for words in NOT_OURS)
    }
    assert wrong == set()
