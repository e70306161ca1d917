"""Where there is one admin, the person named at set-up signs by letter, on a page that needs no account."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Sanction, User
from marketplace.kernel import countersigning
from marketplace.kernel.models import AuditEntry, Case, Letter, SecondSignature
from payments import sanctioning, tasks
from payments.models import Alarm
from tests.boards import stands_on
from tests.payments.test_sanctions import Board

NOW = timezone.now()
KIM = "kim@trust.example"
pytestmark = stands_on(Board)


@pytest.fixture
def asked(board, settings):
    """The only admin suspends a company, which moves more than one person decides about."""
    settings.SECOND_PERSON_EMAIL = KIM
    User.objects.filter(is_staff=True).exclude(pk=board.moderator.pk).update(is_active=False)
    board.sanction = board.impose(board.company)
    return SecondSignature.objects.get()


def test_they_get_a_letter_that_says_all_of_it(board, asked):
    letter = Letter.objects.get(template="kernel/second_signature")
    assert (letter.address, letter.context["path"]) == (KIM, asked.get_absolute_url())
    money = f"${board.engagement.total_price.cents / 100:.2f}"
    for words in ("Suspension of Maple Health", "Leading people away", "Work under way goes on", money):
        assert any(words in line for line in asked.lines), words
    assert any(f"“{board.project.title}” ends" in line for line in asked.lines)


def test_looking_changes_nothing_and_signing_does_it_once(client, board, asked):
    page = asked.get_absolute_url()
    seen = client.get(page)
    assert "Suspension of Maple Health" in seen.content.decode()
    assert seen["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert client.head(page).status_code == 200
    assert Sanction.objects.get().status == "proposed"
    assert client.post(page, {"answer": "sign"}).status_code == 302
    board.project.refresh_from_db()
    assert (Sanction.objects.get().status, board.project.status) == ("standing", "removed")
    assert Case.objects.get(kind="second").outcome == "signed"
    entry = AuditEntry.objects.get(act="second_person_signed")
    assert (entry.by, entry.details["request"]) == (board.moderator, asked.public_id)
    assert b"<h1>Signed</h1>" in client.get(page).content
    assert client.post(page, {"answer": "refuse", "reason": "No."}).status_code == 409


def test_refusing_needs_a_reason_and_does_nothing(client, board, asked):
    page = asked.get_absolute_url()
    assert b"Say why" in client.post(page, {"answer": "refuse"}).content
    assert client.post(page, {"answer": "refuse", "reason": "A warning is enough."}).status_code == 302
    sanction = Sanction.objects.get()
    assert (sanction.status, sanction.history.last().reason) == ("refused", "A warning is enough.")
    assert AuditEntry.objects.get(act="second_person_refused").reason == "A warning is enough."


def test_a_link_that_is_forged_or_over_opens_nothing(client, board, asked):
    assert client.get(reverse("second_signature", args=[asked.public_id])).status_code == 404
    assert client.get(asked.get_absolute_url() + "x/").status_code == 404
    SecondSignature.objects.update(asked_at=NOW - timedelta(days=15), ends_at=NOW - timedelta(days=1))
    assert client.get(asked.get_absolute_url()).status_code == 410
    assert client.post(asked.get_absolute_url(), {"answer": "sign"}).status_code == 409
    assert Sanction.objects.get().status == "proposed"


def test_it_waits_for_them_with_an_alarm_and_asks_anew_after_the_link_ended(board, asked):
    passes_at = board.sanction.passes_at
    assert tasks.pass_sanctions(at=passes_at) == 0
    assert Alarm.objects.get().kind == "sanction_with_one_signature"
    assert SecondSignature.objects.count() == 1
    assert tasks.pass_sanctions(at=asked.ends_at) == 0
    assert SecondSignature.objects.filter(answer="moot").get() == asked
    assert SecondSignature.objects.unanswered().get().is_open(at=asked.ends_at)
    assert Letter.objects.filter(template="kernel/second_signature").count() == 2


def test_another_admin_who_comes_meanwhile_signs_and_the_letter_is_moot(client, board, asked):
    User.objects.filter(pk=board.second.pk).update(is_active=True)
    board.second.refresh_from_db()
    sanctioning.sign(board.sanction, by=board.second, at=NOW)
    assert SecondSignature.objects.get().answer == "moot"
    assert b"There is nothing to sign" in client.get(asked.get_absolute_url()).content


def test_with_other_admins_or_to_oneself_no_letter_goes_out(board, settings):
    settings.SECOND_PERSON_EMAIL = KIM
    board.impose(board.company)
    assert not SecondSignature.objects.exists()
    User.objects.filter(is_staff=True).exclude(pk=board.moderator.pk).update(is_active=False)
    settings.SECOND_PERSON_EMAIL = board.moderator.email.upper()
    assert countersigning.second_person(board.moderator) == ""


def test_one_sanction_that_fails_stops_no_other(board, settings):
    """The admin joined the company meanwhile, so its projects are not theirs to end."""
    settings.TWO_ADMINS_CENTS = -1
    User.objects.filter(is_staff=True).exclude(pk=board.moderator.pk).update(is_active=False)
    broken, other = board.impose(board.company), board.impose(board.waiting.student, "limit")
    Membership.objects.create(user=board.moderator, company=board.company, role="manager", joined_at=NOW)
    assert tasks.pass_sanctions(at=other.passes_at) == 1
    assert [row.status for row in Sanction.objects.order_by("pk")] == ["proposed", "standing"]
    assert Sanction.objects.first() == broken
