"""A lost second step is taken off by two, after days in which the person can stop it."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts import resetting
from accounts.models import SecondStepReset, User
from marketplace.kernel.models import AuditEntry, Case, Letter, SecondSignature
from marketplace.site.privacy import erasing
from tests import cast
from tests.accounts.conftest import SECRET, latest_code
from tests.reading import the_letter

NOW = timezone.now()
LATER = NOW + timedelta(hours=73)
pytestmark = pytest.mark.django_db


@pytest.fixture
def chief():
    return cast.a_person("Ada Chief", is_staff=True, is_superuser=True)


@pytest.fixture
def loser():
    """With a password and an app that was lost."""
    user = User.objects.create_verified_user("lou@example.org", SECRET, name="Lou Loser")
    TOTP.activate(user, generate_totp_secret())
    return user


def asked(loser, chief):
    return resetting.ask_for(loser, by=chief, at=NOW, reason="A call, and their student card.")


def test_the_person_hears_at_once_and_it_waits_for_a_second_signature_and_three_days(loser, chief):
    other = cast.a_moderator()
    reset = asked(loser, chief)
    letter = Letter.objects.get(template="accounts/second_step_asked", to=loser)
    assert letter.context["path"] == reset.get_absolute_url()
    assert resetting.carry_out_due(at=LATER) == 0
    with pytest.raises(resetting.NotAStranger):
        resetting.sign(reset, by=chief, at=NOW)
    resetting.sign(reset, by=other, at=NOW)
    assert Case.objects.get(kind="reset").outcome == "signed"
    assert resetting.carry_out_due(at=NOW + timedelta(hours=71)) == 0
    assert Authenticator.objects.filter(user=loser).exists()
    assert resetting.carry_out_due(at=LATER) == 1
    assert not Authenticator.objects.filter(user=loser).exists()
    assert "open nothing any more" in the_letter("accounts/second_step_taken_off", to=loser)
    acts = (
        AuditEntry.objects.filter(noun="user", row_id=loser.pk).order_by("pk").values_list("act", flat=True)
    )
    assert list(acts) == [f"second_step_{act}" for act in ("reset_asked", "reset_signed", "taken_off")]


def test_all_sessions_end_and_the_next_log_in_asks_for_a_code_by_letter_too(client, loser, chief):
    client.force_login(loser)
    client.get("/accounts/settings/")
    assert UserSession.objects.filter(user=loser).exists()
    other = cast.a_moderator()
    resetting.sign(asked(loser, chief), by=other, at=NOW)
    resetting.carry_out_due(at=LATER)
    assert client.get("/accounts/settings/").status_code == 302
    entered = client.post("/accounts/login/", {"login": loser.email, "password": SECRET})
    assert entered["Location"] == "/accounts/login/code/confirm/"
    assert client.get("/accounts/settings/").status_code == 302
    client.post("/accounts/login/code/confirm/", {"code": latest_code()})
    assert client.get("/accounts/profile/").status_code == 200
    TOTP.activate(loser, generate_totp_secret())
    assert not resetting.asks_for_a_mailed_code(loser)


def test_the_person_stops_it_without_logging_in(client, loser, chief):
    other = cast.a_moderator()
    reset = asked(loser, chief)
    resetting.sign(reset, by=other, at=NOW)
    page = reset.get_absolute_url()
    assert b"Was it not you?" in client.get(page).content
    assert SecondStepReset.objects.get().is_open
    assert client.post(page).status_code == 302
    assert b"<h1>Stopped</h1>" in client.get(page).content
    assert client.post(page).status_code == 409
    assert resetting.carry_out_due(at=LATER) == 0
    assert Authenticator.objects.filter(user=loser).exists()
    assert client.get(f"/accounts/second-step/keep/{reset.public_id}/").status_code == 404


def test_who_may_ask_and_for_whom(loser, chief, settings):
    moderator = cast.a_moderator()
    with pytest.raises(PermissionDenied):
        resetting.ask_for(loser, by=cast.a_student(), at=NOW, reason="Me.")
    TOTP.activate(chief, generate_totp_secret())
    with pytest.raises(PermissionDenied):
        resetting.ask_for(chief, by=moderator, at=NOW, reason="A call.")
    with pytest.raises(resetting.NotAStranger):
        resetting.ask_for(chief, by=chief, at=NOW, reason="Me.")
    with pytest.raises(resetting.NothingToTakeOff):
        resetting.ask_for(moderator, by=chief, at=NOW, reason="A call.")
    asked(loser, chief)
    with pytest.raises(resetting.AskedAlready):
        asked(loser, chief)


def test_where_there_is_one_admin_the_second_person_signs_or_nobody(client, loser, chief, settings):
    with pytest.raises(resetting.NobodyToSign):
        asked(loser, chief)
    settings.SECOND_PERSON_EMAIL = "kim@trust.example"
    reset = asked(loser, chief)
    letter = SecondSignature.objects.get()
    assert any("Lou Loser (lou@example.org)" in line for line in letter.lines)
    assert client.post(letter.get_absolute_url(), {"answer": "sign"}).status_code == 302
    reset.refresh_from_db()
    assert reset.status == "signed"
    erasing.signatures(loser)
    letter.refresh_from_db()
    assert "Lou" not in f"{letter.lines}{SecondStepReset.objects.get().reason}"
    assert not Letter.objects.filter(template="kernel/second_signature").exists()


def test_what_is_refused_stays_and_is_told(client, loser, chief, settings):
    settings.SECOND_PERSON_EMAIL = "kim@trust.example"
    reset = asked(loser, chief)
    page = SecondSignature.objects.get().get_absolute_url()
    assert client.post(page, {"answer": "refuse", "reason": "Nobody called me."}).status_code == 302
    reset.refresh_from_db()
    assert (reset.status, resetting.carry_out_due(at=LATER)) == ("refused", 0)
    assert "was refused" in the_letter("accounts/second_step_kept", to=loser)


def test_it_is_asked_on_a_page_of_the_administration_and_signed_at_the_desk(client, loser, chief, settings):
    settings.STAFF_TIMED_RIGHTS = False
    other = cast.a_moderator()
    client.force_login(chief)
    page = f"/admin/desk/second-step/{loser.public_id}/"
    assert page in client.get(f"/admin/accounts/user/{loser.pk}/change/").content.decode()
    assert client.post(page, {}).status_code == 422
    assert client.post(page, {"reason": "A call, and their card."}).status_code == 302
    assert client.post(page, {"reason": "Again."}).status_code == 409
    client.force_login(other)
    case = f"/admin/desk/{Case.objects.get(kind='reset').public_id}/"
    assert "A call, and their card." in client.get(case).content.decode()
    client.post(f"{case}take/")
    assert client.post(f"{case}decide/", {"answer": "yes", "version": 1}).status_code == 302
    assert SecondStepReset.objects.get().status == "signed"


def test_one_that_fails_stops_no_other(loser, chief):
    """The first can count its moves no further, which is an error of the database; the other goes all the same."""
    other = User.objects.create_verified_user("kim@example.org", SECRET, name="Kim Ray")
    TOTP.activate(other, generate_totp_secret())
    signer = cast.a_moderator()
    for person in (loser, other):
        resetting.sign(asked(person, chief), by=signer, at=NOW)
    broken = SecondStepReset.objects.get(person=loser)
    SecondStepReset.objects.filter(pk=broken.pk).update(version=2**31 - 1)  # one more is out of range
    assert resetting.carry_out_due(at=LATER) == 1
    assert Authenticator.objects.filter(user=loser).exists()
    assert not Authenticator.objects.filter(user=other).exists()
