"""An authenticator app, recovery codes, letters about both, and staff who must have a second step."""

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.urls import reverse

from accounts.http import sealing
from accounts.http.second_step import SecondStepAdapter
from accounts.models import Company, Membership, User
from tests.accounts.conftest import NOW, SECRET, log_in

ACTIVATE = "/accounts/2fa/totp/activate/"


def code_of(secret):
    """The one of now: the one before works as well, but no longer once the half minute is over."""
    _, now, _ = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now))


def prove(client):
    client.post("/accounts/reauthenticate/", {"password": SECRET})


def set_up(client):
    """An authenticator app, as one sets it up; answers with its secret."""
    prove(client)
    client.get(ACTIVATE)
    secret = client.session["mfa.totp.secret"]
    answer = client.post(ACTIVATE, {"code": code_of(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    return secret


@pytest.fixture
def inside(maya, client):
    log_in(client, maya.email)
    return client


def test_an_app_is_asked_for_after_the_password(inside, maya):
    secret = set_up(inside)
    inside.post("/accounts/logout/")
    assert log_in(inside, maya.email).url == reverse("mfa_authenticate")
    assert inside.get("/accounts/settings/").status_code == 302
    wrong = inside.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "This is not a code that works now" in wrong.content.decode()
    assert inside.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).url == "/dashboard/"


def test_a_recovery_code_lets_in_once(inside, maya):
    set_up(inside)
    code = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()[0]
    for told in (302, 200):
        inside.post("/accounts/logout/")
        log_in(inside, maya.email)
        assert inside.post(reverse("mfa_authenticate"), {"code": code}).status_code == told


def test_changing_it_asks_for_the_password_again_and_is_told_by_letter(inside):
    assert inside.get(ACTIVATE).url.startswith("/accounts/reauthenticate/")
    set_up(inside)
    mail.outbox.clear()
    assert inside.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert [letter.subject for letter in mail.outbox] == ["Two-step log-in is off"]
    assert not Authenticator.objects.exists()


def test_no_secret_stands_readable_in_the_database(inside, maya, settings):
    secret = set_up(inside)
    rows = {row.type: row for row in Authenticator.objects.all()}
    assert secret not in str(rows["totp"].data)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    assert TOTP(rows["totp"]).validate_code(code_of(secret))


def test_secrets_are_sealed_by_aes_gcm_and_older_ones_are_still_read(settings):
    seal, unseal = SecondStepAdapter().encrypt, SecondStepAdapter().decrypt
    one, other = seal("JBSWY3DPEHPK3PXP"), seal("JBSWY3DPEHPK3PXP")
    assert one != other
    assert one.startswith("gcm1.")
    assert unseal(one) == unseal(other) == "JBSWY3DPEHPK3PXP"
    before = sealing.old_keys().encrypt(b"JBSWY3DPEHPK3PXP").decode()
    assert unseal(before) == unseal("JBSWY3DPEHPK3PXP") == "JBSWY3DPEHPK3PXP"
    changed = one[:-4] + ("AAAA" if not one.endswith("AAAA") else "BBBB")
    with pytest.raises(sealing.Unreadable):
        unseal(changed)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    assert unseal(one) == unseal(before) == "JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(sealing.Unreadable):
        unseal(one)


class TestStaff:
    @pytest.fixture
    def staff(self, db, client, settings):
        settings.STAFF_SECOND_STEP = True
        user = User.objects.create_superuser("root@example.org", SECRET)
        log_in(client, user.email)
        return client

    def test_staff_without_one_reach_only_where_it_is_set_up(self, staff):
        for path in ("/admin/", "/dashboard/", "/accounts/settings/", "/projects/"):
            assert staff.get(path).url == reverse("mfa_index")
        assert staff.post("/accounts/keys/").status_code == 403
        assert staff.get("/api/v1/projects/").status_code == 403
        assert "Staff need a second step" in staff.get(reverse("mfa_index")).content.decode()
        set_up(staff)
        assert staff.get("/admin/").status_code == 200

    def test_staff_keep_one(self, staff):
        set_up(staff)
        answer = staff.post("/accounts/2fa/totp/deactivate/")
        assert "Staff keep a second step" in answer.content.decode()
        assert staff.get("/admin/").status_code == 200

    def test_recovery_codes_alone_are_none(self, staff):
        set_up(staff)
        Authenticator.objects.filter(type="totp").delete()
        assert staff.get("/admin/").url == reverse("mfa_index")

    def test_nobody_else_must(self, staff, student, client):
        staff.post("/accounts/logout/")
        log_in(client, student.email)
        assert client.get("/accounts/settings/").status_code == 200

    def test_a_local_run_lets_the_demos_administrator_in(self, staff, settings):
        settings.STAFF_SECOND_STEP = False
        assert staff.get("/admin/").status_code == 200


class TestAskingAgain:
    """Before an act that matters, whoever logged in a while ago shows once more who they are."""

    @pytest.fixture
    def colleague(self, employer, maya):
        return Membership.join(Company.objects.get(), maya, role="manager", at=NOW)

    def test_giving_a_company_away_goes_on_after_the_password(self, employer, colleague, client):
        with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
            log_in(client, employer.email)
            clock.shift(301)
            answer = client.post(f"/companies/maple-health/people/{colleague.pk}/role/", {"role": "owner"})
            assert answer.url.startswith("/accounts/reauthenticate/?next=")
            colleague.refresh_from_db()
            assert colleague.role == "manager"
            client.post(answer.url, {"password": SECRET})
            colleague.refresh_from_db()
            assert colleague.role == "owner"

    def test_who_has_just_logged_in_is_not_asked(self, employer, colleague, client):
        log_in(client, employer.email)
        client.post(f"/companies/maple-health/people/{colleague.pk}/role/", {"role": "owner"})
        colleague.refresh_from_db()
        assert colleague.role == "owner"

    @pytest.mark.parametrize(
        ("method", "path", "sent"),
        [
            ("post", "/companies/maple-health/people/", {"role": "owner", "email": "kim@example.org"}),
            ("post", "/money/payee/set-up/", {"country": "NL"}),
            ("get", "/money/payee/again/", {}),
            ("post", "/accounts/email/", {"action_add": "", "email": "new@example.org"}),
            ("get", "/accounts/2fa/webauthn/add/", {}),
        ],
    )
    def test_each_such_act_asks(self, employer, client, method, path, sent):
        with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
            log_in(client, employer.email)
            clock.shift(301)
            answer = getattr(client, method)(path, sent)
            assert answer.url.startswith("/accounts/reauthenticate/?next=")
