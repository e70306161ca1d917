"""What goes on from an offer on: payers, work, payees, Stripe's own pages, and the rows of the administration."""

from datetime import timedelta
from urllib.parse import urlsplit

import requests
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from accounts.models import Industry, JobRole, School, Skill
from marketplace.kernel import preferences
from marketplace.kernel.models import Case, Topic
from payments import (
    asking_to_pay,
    awarding,
    finding_fraud,
    funding,
    leaving,
    offering,
    operations,
    paying_for_work,
    paying_out,
    reconciling,
    refunding,
    releasing,
    reviewing,
    stripe_gateway,
    supplying,
    tasks,
)
from payments.models import (
    Account,
    Alarm,
    BalanceTransaction,
    BankPayout,
    Journal,
    Operation,
    Payee,
    Release,
    StripeEvent,
)
from payments.operations import finishing, handling
from payments.stripe_gateway import Booking, DisputeFacts
from projects import messaging, reopening, selecting
from tests import cast, stages
from tests.payments import adding
from tests.payments.steps import a_ready_payee
from tests.site.every_page.world.posting import applied, opened
from tests.site.every_page.world.words import NOTES, PDF, PROMISED, REFUSED_CHARGE


def offers(w):
    w.authorising = offering.make_offer(applied(w, w.maya, opened(w)), by=w.employer, at=w.now)
    w.first_application = applied(w, w.first, opened(w))
    w.offered = stages.offered(w.sandbox, w.first_application)
    w.asked_late = stages.offered(w.sandbox, applied(w, w.never_asked, opened(w)))
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


TO_COLLEAGUE = {
    "email": "accounts.payable@maple-health.example",
    "po_number": "PO 4711-2026",
    "note": "For the clinics.",
}


def payers(w):
    """Colleagues who are asked to pay: one will, one did, and of one it is asked no more."""
    for name in ("payer", "paid", "waiting", "late"):
        request = asking_to_pay.ask_to_pay(
            applied(w, w.maya, opened(w)), by=w.employer, at=w.now, **TO_COLLEAGUE
        )
        setattr(w, f"{name}_token", request.token)
        if name == "payer":
            w.request, w.asked_to_pay = request, request.engagement
        if name in {"paid", "waiting"}:
            hold = asking_to_pay.open_page(request, at=w.now)
            tasks.sweep_once(at=w.now)
            hold.refresh_from_db()
        if name == "paid":
            w.sandbox.pay(hold.checkout_session)
            funding.confirm_payment(hold, at=w.now)
    asking_to_pay.take_back(request, by=w.employer, at=w.now)


def work(w):
    w.full = opened(w)
    for student in (w.jonas, w.long):
        applied(w, student, w.full)
    w.active = stages.under_way(w.sandbox, applied(w, w.maya, w.full), at=w.now)
    w.submitted_work = delivered(w, begun(w, w.maya))
    w.changes_asked = changed(w, delivered(w, begun(w, w.jonas)))
    w.reworked = delivered(w, changed(w, delivered(w, begun(w, w.maya))), text="The second draft.")
    w.approved = delivered(w, begun(w, w.maya))
    releasing.approve_work(w.approved.deliverables.get(number=1), by=w.employer, at=w.now)
    w.promised, w.overdue = begun(w, w.maya, promised_materials=PROMISED), late_with_materials(w)
    w.leaving = left_alone(w)
    gone = left_alone(w)
    w.left = leaving.leave(gone, by=w.maya, at=w.now)
    w.disputed_work = delivered(w, begun(w, w.maya))
    w.chargeback = taken_back(w, w.disputed_work.holds.get())
    w.cancelled = begun(w, w.maya)
    refunding.cancel_before_start(w.cancelled, by=w.maya, at=w.now, reason="I found a full-time job.")
    w.completed = finished(w, begun(w, w.long, days=12))
    w.refused_card = refused(w, offering_of(w, w.jonas))
    w.payment_failed = refused(w, offering_of(w, w.maya))
    offering.give_up_payment(w.payment_failed, at=w.now)
    tasks.sweep_once(at=w.now)
    ruled(w)
    more_work(w)


def more_work(w):
    """Proposed in one engagement, agreed on and being paid in the next, held as a part of a third."""
    with override_settings(ONE_COMPANY_HOURS=10**4):  # she works there much more than anybody may
        add_more_work(w)


def add_more_work(w):
    long = {"brief": NOTES[:1500], "criteria": ["A" * 120, "An hour with each of six patients", "Notes"]}
    adding.propose(w.submitted_work, at=w.now, **long)
    more = adding.agreed(w.approved, at=w.now)
    paying_for_work.open_payment(more, by=w.employer, at=w.now)
    tasks.sweep_once(at=w.now)
    adding.held(w.sandbox, w.reworked, at=w.now)
    asked = adding.agreed(w.changes_asked, at=w.now)
    request = asking_to_pay.ask_to_pay_for_work(asked, by=w.employer, at=w.now, **TO_COLLEAGUE)
    w.more_token = request.token


def correspondence(w):
    """What the two sides of one engagement wrote to each other, more than stands on one page; one was noticed."""
    sam, work = w.employer, w.active
    said = [(sam, "Welcome."), (w.maya, NOTES), (sam, "a" * 200), (w.maya, "مرحبا، متى نبدأ؟")]
    for number, (by, text) in enumerate([*said * 6, (sam, "The guide is on its way.\n\nSee you on Monday.")]):
        messaging.send(work, by=by, at=w.now - timedelta(hours=30 - number), text=text)
    w.said = messaging.send(work, by=sam, at=w.now, text="I can pay by cheque.", flagged=True)


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


def taken_back(w, hold):
    """The bank took the payment back and waits for an answer."""
    taken = [Booking("txn_taken", -hold.gross_cents, 1500, w.now)]
    due = w.now + timedelta(days=9)
    facts = DisputeFacts(
        "du_1", hold.charge, "needs_response", "fraudulent", hold.gross_cents, due, w.now, taken
    )
    return operations.record_dispute(hold, facts, at=w.now)


def ruled(w):
    """What admins decide: an award that waits for its second signature, and two findings of fraud, one signed."""
    share = w.changes_asked.deliverables.get(number=2).hold_share
    with override_settings(TWO_ADMINS_CENTS=0):
        w.award = awarding.divide(share, student_cents=5000, note=NOTES[:900], by=w.moderator, at=w.now)
    w.award_case = Case.objects.get(kind="award").public_id
    first, second = Release.objects.filter(share__hold__engagement=w.completed).order_by("pk")
    why = {"codes": ["not_done", "self_dealing"], "note": "Both wrote that nothing was to be done."}
    w.finding = finding_fraud.find(first, by=w.moderator, at=w.now, **why)
    w.finding = finding_fraud.sign(w.finding, by=w.chief, at=w.now)
    finding_fraud.find(second, by=w.chief, at=w.now, **why)
    w.finding_case = Case.objects.waiting().get(kind="finding").public_id
    w.release, w.undecided = first.public_id, w.disputed_work.public_id


def left_alone(w):
    """The student asked three days ago for what is overdue, and nothing came."""
    engagement = begun(w, w.maya, days=18, promised_materials=PROMISED)
    supplying.ask_for_materials(engagement, by=w.maya, at=w.now - timedelta(days=3))
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
    w.first_account, w.first_journal = (model.objects.order_by("pk").first() for model in (Account, Journal))
    stuck = Operation.objects.get(kind="transfer", hold__engagement=w.approved)
    finishing.freeze(stuck.pk, "two_objects", "tr_1, tr_2", at=w.now)
    note = "Ask Stripe which of the two is real, then write to both sides."
    handling.hand_over(stuck, to=w.chief, note=note, by=w.chief, at=w.now)
    w.run = reconciling.run_checks(at=w.now)
    w.bank_payout = BankPayout.objects.create(
        run=w.run, amount_cents=100, currency="usd", created_at=w.now, next_try_at=w.now
    )
    w.booking = BalanceTransaction.objects.latest("created_at")


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
