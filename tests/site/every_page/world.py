"""One marketplace with somebody in every state that a page can show, made by calling the rules."""

from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import requests
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as site
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from accounts import inviting, onboarding
from accounts.models import Company, Industry, JobRole, Membership, School, Skill, StudentProfile, User
from marketplace.kernel import preferences
from marketplace.kernel.models import Topic
from payments import (
    asking_to_pay,
    funding,
    offering,
    operations,
    paying_out,
    refunding,
    releasing,
    reviewing,
    stripe_gateway,
    supplying,
    tasks,
)
from payments.models import Alarm, Operation, Payee, StripeEvent
from projects import applying, asking, attaching, closing, editing, moderating, posting, reopening, selecting
from projects.drafts import Part, draft_of
from projects.models import Engagement
from tests import cast, stages
from tests.accounts.conftest import SECRET
from tests.payments.steps import a_ready_payee

LONG_NAME = "Maximiliane-Alexandra von Hohenstein-Rabenburg-Schlatter"
LONG_COMPANY = "Donaudampfschifffahrtsgesellschaftskapitänsmützenmanufaktur & Töchter"
LONG_TITLE = "Rechtsschutzversicherungsgesellschaften: who answers within a week, and what do they answer?"
WHY = (
    "I ran twelve interviews for a course on service design last spring and wrote them up for the student "
    "health centre, which changed its booking page because of it.\n\nI am free on Tuesdays and Thursdays."
)
ANSWER = "Two calls that only listen, then the guide is cut to what people really bring up. " * 3
NOTES = (
    "## Guide\n\nIt has **ten** questions.\n\n- the consent text moved to the front\n- question 4 was two\n"
)
PDF = b"%PDF-1.7\n%%EOF\n" * 400
TRIAL_PART = Part("Ten texts", ("Each has forty words.", "Each is dated.", "None stands twice."), 0, 5)
TRIAL = {"is_trial": True, "hours": 3, "fee_cents": 7_500, "parts": [TRIAL_PART]}
PROMISED = [
    "The answers of last year as a table",
    "A place on our test site with every right that an editor has",
]
KEEPER = "keeper@example.org"
REFUSED_CHARGE = {"method": "POST", "path": "/v1/payment_intents/*/capture"}


def build(sandbox, *, stripe):
    """Everything by a name of its own: people, projects, applications, engagements; Stripe's pages at `stripe`."""
    world = SimpleNamespace(now=timezone.now(), sandbox=sandbox, stripe=stripe, inside={})
    steps = (
        people,
        staff,
        keepers,
        projects,
        edits,
        talk,
        applications,
        offers,
        payers,
        lines,
        hush,
        crowd,
        work,
        payees,
        back_office,
        at_stripe,
        second_thoughts,
    )
    for part in steps:
        part(world)
    for name, thing in list(vars(world).items()):
        if isinstance(thing, Engagement):
            setattr(world, f"{name}_hold", thing.holds.get())
    return world


def people(w):
    w.employer = cast.an_employer()
    w.other = cast.an_employer(LONG_NAME, LONG_COMPANY)
    w.new_employer = cast.another_employer()
    w.moderator = cast.a_moderator()
    w.chief = cast.a_person("Ada Chief", is_staff=True, is_superuser=True)
    w.newcomer = cast.a_person("")
    w.named, w.half_way = cast.a_person("Kim Named"), cast.a_person("Kim Halfway")
    w.new_student, w.first = cast.a_student("New Student"), cast.a_student("First Offer")
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
    w.passkey = Authenticator.objects.create(user=w.plain, type=kind, data=data).pk


def projects(w):
    w.empty_draft = cast.a_draft(w.employer, template=None)
    w.draft = cast.a_draft(w.employer)
    w.refused = cast.a_refused_project(w.employer)
    w.checked = cast.a_project_in_moderation(w.employer)
    w.trial = with_materials(w)
    w.odd = cast.a_project_in_moderation(w.other, title="Write to me at sam@example.org, or by Telegram")
    w.open = opened(w, days=2, seats=5)
    w.paused, w.quiet = opened(w, days=1), opened(w)
    w.silent = opened(w, days=15)
    w.long_open = opened(w, w.other, title=LONG_TITLE, seats=2)
    for days, template in enumerate(("usability-check", "survey-report"), start=3):
        opened(w, w.other, days=days, template=template)


def edits(w):
    """A change that waits for a moderator, one that was refused, and one that is public."""
    w.changing, w.unchanged, w.changed = (opened(w, w.employer) for _ in range(3))
    questions = ["Have you asked people about a page before?", "When are you free in the mornings?"]
    w.edit = edited(w, w.changing, title=LONG_TITLE, fee_cents=60_000, questions=questions)
    w.refused_edit = edited(w, w.unchanged, hours=15)
    reasons = {"codes": ["too_much"], "note": "Five interviews take longer than that."}
    moderating.refuse_edit(w.refused_edit, by=w.moderator, at=w.now, **reasons)
    edited(w, w.changed, title="Six interviews with patients", seats=2)


def talk(w):
    """Public questions in each state; who asked is Maya, or somebody with much to say."""
    w.talked_of = opened(w)
    long = "Which of the clinics is it, and do people there speak French as well as English? " * 6
    for n in range(11):
        text, at = f"{long}({n})" if n == 10 else f"Is number {n} of the clinics open on Saturdays?", w.now
        asker = cast.a_student(f"Asker {n}")
        question = cast.an_answered_question(
            asker, w.talked_of, at=at, text=text, answer=NOTES * (n == 10) or WHY
        )
    given = {"by": w.employer, "at": w.now}
    asking.answer(question, **given, text=f"{ANSWER}\n\nThat is all.")
    w.open_question = cast.a_question(w.maya, w.talked_of, at=w.now)
    declined, removed = (
        cast.a_question(w.maya, w.talked_of, at=w.now, text=f"{n}?") for n in ("Who", "When")
    )
    asking.decline(declined, **given, reason="later")
    why = {"codes": ["another_matter"], "note": "It is about another project."}
    moderating.remove_question(removed, by=w.moderator, at=w.now, **why)
    cast.an_answered_question(w.long, w.paused, at=w.now - timedelta(hours=20))
    cast.a_question(w.maya, w.paused, at=w.now - timedelta(hours=20))


def edited(w, project, **wanted):
    draft = draft_of(project)
    parts = [part._replace(share_cents=0) for part in draft["parts"]]
    return editing.edit_project(project, by=w.employer, at=w.now, **draft | {"parts": parts} | wanted)


def opened(w, employer=None, *, days=0, **changes):
    at = w.now - timedelta(days=days)
    return cast.an_open_project(employer or w.employer, at=at, moderator=w.moderator, **changes)


def applied(w, student, project, *, days=0):
    words = {"motivation": WHY, "answers": [ANSWER] * len(project.questions)}
    return cast.an_application(student, project, at=w.now - timedelta(days=days), **words)


def applications(w):
    w.submitted = applied(w, w.maya, w.open, days=1)
    w.shortlisted = selecting.shortlist(applied(w, w.long, w.open), by=w.employer, at=w.now)
    w.declined = applied(w, w.jonas, w.open)
    note = "We need someone who is free in the mornings; your answers were clear."
    selecting.decline(w.declined, by=w.employer, at=w.now, reason="availability", note=note)
    w.withdrawn = applying.withdraw(applied(w, w.maya, w.paused), by=w.maya, at=w.now)
    posting.pause(w.paused, by=w.employer, at=w.now)
    w.unheard = applied(w, w.maya, w.silent, days=13)
    closing.close_unanswered(w.silent, at=w.now)


def offers(w):
    w.authorising = offering.make_offer(applied(w, w.maya, opened(w)), by=w.employer, at=w.now)
    w.first_application = applied(w, w.first, opened(w))
    w.offered = stages.offered(w.sandbox, w.first_application)
    w.offered_again = stages.offered(w.sandbox, applied(w, w.maya, opened(w)))
    w.turned_down = stages.offered(w.sandbox, applied(w, w.maya, opened(w)))
    offering.decline_offer(w.turned_down, by=w.maya, at=w.now)
    w.taken_back = stages.offered(w.sandbox, applied(w, w.maya, opened(w)))
    offering.withdraw_offer(w.taken_back, by=w.employer, at=w.now)


def lines(w):
    """Somebody kept second in line behind an open offer, and somebody asked again after a no."""
    w.line, w.reopened = opened(w), opened(w)
    stages.offered(w.sandbox, applied(w, w.jonas, w.line))
    w.second = selecting.keep_second(applied(w, w.long, w.line), by=w.employer, at=w.now)
    declined, offer = (
        applied(w, w.maya, w.reopened),
        stages.offered(w.sandbox, applied(w, w.jonas, w.reopened)),
    )
    for row in (declined, applied(w, w.long, w.reopened)):
        selecting.decline(row, by=w.employer, at=w.now, reason="filled")
    offering.decline_offer(offer, by=w.jonas, at=w.now)
    w.asked = reopening.ask_again(declined, by=w.employer, at=w.now)


def hush(w):
    """A company that may post nothing for now, since it left two projects without an answer."""
    w.silent_employer = cast.an_employer("Hugo Lind", "Quiet Works")
    w.silent_company = cast.company_of(w.silent_employer)
    for days in (40, 60):
        project = opened(w, w.silent_employer, days=days)
        applied(w, w.long, project, days=days)
        closing.close_unanswered(project, at=project.answer_by_at)
    w.held_back = cast.a_draft(w.silent_employer)


def payers(w):
    """Colleagues who are asked to pay: one will, one did, and of one it is asked no more."""
    words = {
        "email": "accounts.payable@maple-health.example",
        "po_number": "PO 4711-2026",
        "note": "For the clinics.",
    }
    for name in ("payer", "paid", "waiting", "late"):
        request = asking_to_pay.ask_to_pay(applied(w, w.maya, opened(w)), by=w.employer, at=w.now, **words)
        setattr(w, f"{name}_token", request.token)
        if name == "payer":
            w.asked_to_pay = request.engagement
        if name in {"paid", "waiting"}:
            hold = asking_to_pay.open_page(request, at=w.now)
            tasks.sweep_once(at=w.now)
            hold.refresh_from_db()
        if name == "paid":
            w.sandbox.pay(hold.checkout_session)
            funding.confirm_payment(hold, at=w.now)
    asking_to_pay.take_back(request, by=w.employer, at=w.now)


def crowd(w):
    """A project whose places are taken, and two who wait for one."""
    w.crowded, w.first_waiter = opened(w, title=LONG_TITLE), cast.a_student("Rosa Lim")
    with override_settings(APPLICATIONS_PER_SEAT=1):
        applied(w, w.jonas, w.crowded)
        for student in (w.maya, w.long):
            applying.wait(w.crowded, by=student, at=w.now, motivation=WHY, answers=[ANSWER, ANSWER])


def work(w):
    w.active = begun(w, w.maya)
    w.submitted_work = delivered(w, begun(w, w.maya))
    w.changes_asked = changed(w, delivered(w, begun(w, w.jonas)))
    w.reworked = delivered(w, changed(w, delivered(w, begun(w, w.maya))), text="The second draft.")
    w.approved = delivered(w, begun(w, w.maya))
    releasing.approve_work(w.approved.deliverables.get(number=1), by=w.employer, at=w.now)
    w.promised, w.overdue = begun(w, w.maya, promised_materials=PROMISED), late_with_materials(w)
    w.cancelled = begun(w, w.maya)
    refunding.cancel_before_start(w.cancelled, by=w.maya, at=w.now, reason="I found a full-time job.")
    w.completed = finished(w, begun(w, w.long, days=12))
    w.refused_card = refused(w, offering_of(w, w.jonas))
    w.payment_failed = refused(w, offering_of(w, w.maya))
    offering.give_up_payment(w.payment_failed, at=w.now)
    tasks.sweep_once(at=w.now)


def with_materials(w):
    """A paid trial with files, links and promises."""
    links = ["https://maple-health.example/a-long-address/of-a-page/that-is-public/for-everybody"]
    draft = cast.a_draft(w.other, at=w.now, promised_materials=PROMISED, material_links=links, **TRIAL)
    attaching.attach(draft, [SimpleUploadedFile("a-logo.pdf", PDF)], by=w.other, at=w.now)
    posting.send_to_moderation(draft, by=w.other, at=w.now)
    return moderating.pass_project(draft, by=w.moderator, at=w.now)


def begun(w, student, *, days=0, **changes):
    at = w.now - timedelta(days=days)
    return stages.under_way(w.sandbox, applied(w, student, opened(w, days=days, **changes), days=days), at=at)


def late_with_materials(w):
    """One of two promised materials is there, and the day of the other has passed."""
    engagement = begun(w, w.maya, days=12, promised_materials=PROMISED)
    given = {"files": [SimpleUploadedFile("answers.csv", b"one,two\n")], "note": NOTES}
    given["link"] = "https://maple-health.example/a-long-address/of-a-page/that-is-not/public-yet"
    supplying.give_material(engagement.promised_materials.first(), by=w.employer, at=w.now, **given)
    return engagement


def delivered(w, engagement, *, text=NOTES):
    guide = SimpleUploadedFile("Interview guide, second draft.pdf", PDF)
    stages.deliver(engagement, text=text, files=[guide], link="https://example.org/guide", at=w.now)
    return engagement


def changed(w, engagement):
    part = engagement.deliverables.get(number=1)
    words = {"failing_criteria": [2, 4], "message": "Please cover what happened after the booking."}
    reviewing.ask_for_changes(part, by=w.employer, at=w.now, **words)
    return engagement


def finished(w, engagement):
    at = w.now - timedelta(days=11)
    a_ready_payee(w.sandbox, engagement.student, at=at)
    for part in engagement.deliverables.order_by("number"):
        stages.deliver(engagement, number=part.number, at=at)
        releasing.approve_work(part, by=w.employer, at=at)
    return engagement


def offering_of(w, student):
    return stages.offered(w.sandbox, applied(w, student, opened(w)))


def refused(w, engagement):
    """Accepted, and the bank does not pay."""
    offering.accept_offer(engagement, by=engagement.student, at=w.now)
    w.sandbox.break_("402", **REFUSED_CHARGE)
    tasks.sweep_once(at=w.now)
    return engagement


def payees(w):
    """Each state of being paid: ready is who finished, and nothing is known of a new student."""
    w.unset = paying_out.open_account(cast.a_student("Not Set Up"), country="SE", at=w.now).user
    for name, status in (("pending", "pending"), ("restricted", "restricted"), ("shut", "rejected")):
        payee = paying_out.open_account(cast.a_student(f"{name} Payee"), country="SE", at=w.now)
        operations.run_open(payee=payee, at=w.now)
        payee = Payee.objects.get(pk=payee.pk)
        w.sandbox.capability(payee.stripe_account, status)
        paying_out.refresh_payee(payee, at=w.now)
        setattr(w, name, payee.user)
    w.payee = Payee.objects.get(user=w.pending)


def back_office(w):
    """A row of each kind that the administration shows."""
    w.long_company = cast.company_of(w.other)
    w.profile, w.address = w.maya.student_profile, EmailAddress.objects.filter(user=w.maya).earliest("pk")
    w.school = School.objects.get()
    w.skill, w.industry, w.role = Skill.objects.first(), Industry.objects.first(), JobRole.objects.first()
    w.group = Group.objects.create(name="Disputes")
    w.stop_token = preferences.stop_token(w.maya, Topic.REMINDERS)
    w.operation = Operation.objects.filter(hold__engagement=w.refused_card).latest("pk")
    w.sandbox.deliver()
    w.event = max(StripeEvent.objects.all(), key=lambda event: len(str(event)))  # the widest heading
    operations.ring("hold_is_old", str(w.operation.hold_id), "Its money has been held for long.", at=w.now)
    w.alarm = Alarm.objects.latest("pk")


def at_stripe(w):
    """Where the stand-in's own pages are; the card page is the one that the employer left."""
    account = Payee.objects.get(user=w.pending)
    back = {
        "return_url": f"{site.SITE_URL}/money/payee/",
        "refresh_url": f"{site.SITE_URL}/money/payee/again/",
    }
    login = stripe_gateway.client().v1.accounts.login_links.create(account.stripe_account).url
    once = served(w, paying_out.setup_address(account, **back))
    w.card_page = served(w, funding.payment_page(w.authorising.holds.get()))
    w.bank_page = f"{w.card_page}/confirm"
    w.setup_page = w.stripe + requests.get(once, allow_redirects=False, timeout=5).headers["Location"]
    w.express_page, w.used_up_page = served(w, login), once


def served(w, address):
    return w.stripe + urlsplit(address).path


def cookie_of(w, name):
    """What lets this person's browser in; who has a password has just given it."""
    if name not in w.inside:
        w.inside[name] = Client()
        w.inside[name].force_login(getattr(w, name))
    elif getattr(w, name).has_usable_password():
        w.inside[name].post("/accounts/reauthenticate/", {"password": SECRET})
    value = w.inside[name].cookies[site.SESSION_COOKIE_NAME].value
    return {"name": site.SESSION_COOKIE_NAME, "value": value, "domain": "localhost", "path": "/"}


def second_thoughts(w):
    """Whoever has an offer learns that they may not work like this."""
    onboarding.tell_eligibility(w.first.student_profile, may_work_as=["stipend"])
