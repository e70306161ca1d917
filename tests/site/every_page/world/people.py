"""Who there is: both sides, staff and the administration; and what lets their browsers in."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as site
from django.test import Client

from accounts import empowering, inviting, onboarding, proving, resetting
from accounts.models import Company, Membership, School, SecondStepReset, StudentProfile, User
from marketplace.site.privacy import deleting, exporting
from tests import cast
from tests.accounts.conftest import SECRET
from tests.site.every_page.world.words import KEEPER, LONG_COMPANY, LONG_NAME, WHY


def people(w):
    w.employer = cast.an_employer()
    w.other = cast.an_employer(LONG_NAME, LONG_COMPANY)
    w.new_employer = cast.another_employer()
    w.moderator = cast.a_moderator()
    w.chief = cast.a_person("Ada Chief", is_staff=True, is_superuser=True)
    w.newcomer = cast.a_person("")
    w.named, w.half_way = cast.a_person("Kim Named"), cast.a_person("Kim Halfway")
    w.new_student, w.first = cast.a_student("New Student"), cast.a_student("First Offer")
    w.never_asked = cast.a_student("Lee Before")
    w.unsure, w.hired = (cast.a_student(f"Uma {may}", may_work_as=may.split()) for may in ("", "payroll"))
    w.maya, w.jonas, w.long = cast.a_student(), cast.another_student(), cast.a_student(LONG_NAME)
    w.company = cast.company_of(w.employer)
    links = ["https://" + "long-address-of-a-portfolio." * 4 + "example/work", "https://maya.example"]
    School.objects.create(name="Lund University").domains.create(domain="lu.test")
    for student in (w.long, w.maya):
        EmailAddress.objects.create(user=student, email=f"{student.public_id}@lu.test", verified=True)
    StudentProfile.objects.filter(user=w.maya).update(school="Stockholm School of Economics")
    StudentProfile.objects.filter(user=w.long).update(shown_to="all", links=links, goals=WHY)
    about = "Three clinics in Toronto, and a booking page that people give up on."
    Company.objects.update(proven_at=w.now, about=about, website="https://maple-health.example")


def staff(w):
    """Who acts for the company beside its owner, and letters that wait."""
    w.colleague = Membership.join(w.company, cast.a_person("Kim Ray"), role="manager", at=w.now).user
    Membership.join(w.company, cast.a_person(LONG_NAME), role="owner", at=w.now)
    again = {"email": "a.rather.long.address@example.org", "role": "owner"}
    again = inviting.invite(w.company, by=w.employer, at=w.now, **again)
    w.old_token = again.token
    w.invitation_token = inviting.send_again(again, by=w.employer, at=w.now).token
    over = {"email": "kim@example.org", "role": "manager"}
    inviting.invite(w.company, by=w.employer, at=w.now - timedelta(days=8), **over)


def proofs(w):
    """A company that shows who it is: its site was looked at in vain, its number waits for a moderator."""
    w.prover = cast.an_employer("Pia Prover", "Proof & Sons")
    w.proving = cast.company_of(w.prover)
    Company.objects.filter(pk=w.proving.pk).update(website="https://proof.example")
    w.proving.refresh_from_db()
    site = proving.begin_site(w.proving, by=w.prover, at=w.now)
    proving.note_look(site, trouble="The server answered with status 404.", at=w.now)
    number = {"registry": "Companies House, UK", "number": "01234567"}
    w.number = proving.tell_number(w.proving, by=w.prover, at=w.now, **number)


def keepers(w):
    """Who has a password; who has a second step too; and whose log-in is long ago."""
    w.keeper, w.plain, w.stale = (
        User.objects.create_verified_user(email, SECRET, name="Kit Keeper")
        for email in (KEEPER, "plain@example.org", "stale@example.org")
    )
    TOTP.activate(w.keeper, generate_totp_secret())
    code = RecoveryCodes.activate(w.keeper).get_unused_codes()[0]
    for name, second_step in (("plain", {}), ("keeper", {"code": code})):
        w.inside[name] = client = Client()
        client.post("/accounts/login/", {"login": getattr(w, name).email, "password": SECRET})
        client.post("/accounts/2fa/authenticate/", second_step)
        client.post("/accounts/reauthenticate/", {"password": SECRET})
    kind, data = Authenticator.Type.WEBAUTHN, {"name": "Laptop", "credential": {}}
    at_google = {"uid": "1", "extra_data": {"email": KEEPER}}
    SocialAccount.objects.create(user=w.keeper, provider="google", **at_google)
    w.passkey = Authenticator.objects.create(user=w.plain, type=kind, data=data).pk


def losers(w):
    """One is said to have lost their second step and can stop it, of another it was taken off."""
    for name in ("loser", "lost"):
        person = User.objects.create_verified_user(f"{name}@example.org", SECRET, name="Lou Loser")
        TOTP.activate(person, generate_totp_secret())
        reset = resetting.ask_for(person, by=w.chief, at=w.now, reason=WHY[:300])
        setattr(w, f"{name}_token", reset.get_absolute_url().rstrip("/").rpartition("/")[2])
    resetting.sign(reset, by=w.moderator, at=w.now)
    resetting.carry_out_due(at=reset.effect_at)
    w.loser_reset = SecondStepReset.objects.get(person__email="loser@example.org")
    w.losers = w.loser_reset.person.public_id


def second_thoughts(w):
    """Whoever has an offer learns that they may not work like this, or applied before they were asked."""
    onboarding.tell_eligibility(w.first.student_profile, may_work_as=["stipend"])
    onboarding.tell_eligibility(w.never_asked.student_profile, may_work_as=[])


def copies(w):
    """Maya has a copy of her data, and another one is being made; somebody leaves."""
    exporting.ask_for_export(w.maya, at=w.now)
    exporting.make_waiting(at=w.now)
    exporting.ask_for_export(w.maya, at=w.now)
    w.leaver = cast.a_student("Lea Leaver")
    deleting.ask_for_deletion(w.leaver, at=w.now)


def powers(w):
    """A right that waits for an answer, one that holds, and somebody who looks at the site as Maya."""
    for person, kind in ((w.moderator, "read"), (w.moderator, "see_as")):
        right = empowering.ask_for(person, at=w.now, kind=kind, hours=2, reason=WHY[:300])
    empowering.grant(right, by=w.chief, at=w.now)
    w.watcher = w.chief
    w.inside["watcher"] = client = Client()
    client.force_login(w.chief)
    client.post(f"/people/{w.maya.public_id}/see-as/", {"reason": "She asked why her list is empty."})


def cookie_of(w, name):
    """What lets this person's browser in; who has a password has just given it."""
    if name not in w.inside:
        w.inside[name] = Client()
        w.inside[name].force_login(getattr(w, name))
    elif getattr(w, name).has_usable_password():
        w.inside[name].post("/accounts/reauthenticate/", {"password": SECRET})
    value = w.inside[name].cookies[site.SESSION_COOKIE_NAME].value
    return {"name": site.SESSION_COOKIE_NAME, "value": value, "domain": "localhost", "path": "/"}
