"""Every letter of the site, written by its own function about a real engagement: whole, of one action, honest."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from marketplace.kernel import letters, telling
from marketplace.kernel.models import Letter
from marketplace.kernel.money import Money
from payments import emails as money
from payments import releasing, reviewing
from payments.emails import (
    alarms,
    approved,
    chargebacks,
    late,
    more_work,
    paying_for,
    payouts,
    refunds,
    rulings,
    supplies,
)
from payments.models import (
    Alarm,
    Award,
    Chargeback,
    FraudFinding,
    Hold,
    LeavingPay,
    MoreWork,
    Payee,
    PaymentRequest,
    Payout,
    Refund,
    Release,
)
from projects import emails as work
from projects import messaging
from projects.models import Application, Deliverable, Engagement, ProjectEdit, PublicQuestion, Report, Waiting
from tests import cast, stages
from tests.boards import stands_on

pytestmark = stands_on(stages.under_way)
FOLDER = settings.BASE_DIR / "templates/emails"
TEMPLATES = {f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("p*/*.txt")}  # projects, payments
MOMENTS = ("until", "answer_by", "closes", "due", "leaves", "ends")


@pytest.fixture
def engagement(board):
    return board


def write_all(engagement):
    """One letter of each kind, to whoever gets it."""
    at, project = timezone.now(), engagement.project
    by, part = engagement.offered_by, engagement.deliverables.get(number=1)
    submission = stages.deliver(engagement, at=at)
    part.refresh_from_db()
    review = reviewing.ask_for_changes(
        part, by=by, at=at, failing_criteria=[1], message="One\n\n    # is missing"
    )
    stages.deliver(engagement, at=at)
    release = releasing.approve_work(part, by=by, at=at)
    telling.tell_due(at=at)
    part, engagement = Deliverable.objects.get(pk=part.pk), Engagement.objects.get(pk=engagement.pk)
    hold, payee = Hold.objects.get(engagement=engagement), Payee.objects.get(user=engagement.student)
    application = Application.objects.get(pk=engagement.application_id)
    ends = at + timedelta(days=3)
    money.work_submitted(submission, review_ends_at=ends, at=at)
    money.review_reminder(part, due_at=ends, at=at)
    money.changes_asked_for(review, part, at=at)
    approved.work_approved_by_silence(Release(pk=0, **as_given(release)), part, at=at)
    approved.approval_undone(part, at=at)
    money.cancelled_before_start(engagement, hold.gross, by=by, reason="Our plans\nchanged.", at=at)
    money.payee_ready(payee, at=at)
    money.account_gone(payee, "acct_old", at=at)
    money.payout_failed(payee, "po_1", Money(20000), why="The bank account is closed.", at=at)
    money.payee_reminder(payee, due_at=ends, at=at)
    payouts.payout_arrived(Payout(pk="po_1", payee=payee, amount_cents=200_00), at=at)
    for about_offer in (
        money.offer_made,
        money.offer_expired,
        money.offer_declined,
        money.offer_withdrawn,
        money.payment_failed,
        money.work_can_start,
    ):
        about_offer(engagement, at=at)
    money.offer_reminder(engagement, due_at=ends, at=at)
    money.card_refused(engagement, ends_at=ends, at=at)
    money.money_sent(release, at=at)
    project.rejection_note, project.rejection_codes = "Say who\ntakes part.", ["unclear"]
    work.project_passed(project, at=at)
    project.version += 1  # one of the two is written for each version
    work.project_opened(project, at=at)
    work.project_refused(project, at=at)
    work.project_removed(project, at=at)
    work.posting_paused(project, until=ends, at=at)
    work.colleague_opened_again(project, by=cast.a_person("Kim Ray"), at=at)
    edit = ProjectEdit(pk=0, project=project, rejection_codes=["unclear"], rejection_note="Say\nwho.")
    edit.changes = [{"field": "fee_cents", "label": "Fee", "before": "$1.00", "after": "$2.00"}]
    work.edit_passed(edit, at=at)
    work.edit_refused(edit, at=at)
    work.project_edited(edit, application, at=at)
    application.decline_reason, application.decline_note = "skills", "Thank you\nfor your time."
    for about_application in (
        work.application_sent,
        work.application_shortlisted,
        work.application_declined,
        work.application_not_answered,
        work.application_received,
        work.application_withdrawn,
        work.application_drawn,
        work.application_second,
        work.project_opened_again,
        work.application_ask_closed,
        work.application_agreed,
        work.application_ask_ended,
    ):
        about_application(application, at=at)
    application.asked_until = ends
    work.application_asked(application, at=at)
    work.application_cancelled(application, cause="Our plans changed", at=at)
    work.application_void(application, at=at)
    waiting = Waiting(pk=0, project=project, student=application.student)
    work.waiting_ended(waiting, at=at)
    work.waiting_in_vain(waiting, reason="You act for the company.", at=at)
    work.answer_reminder(project, waiting=2, until=ends, at=at)
    work.work_due(part, at=at)
    work.work_overdue(part, at=at + timedelta(days=9))
    late.work_is_late(part, ends_at=ends, at=at)
    refund = Refund(pk=0, share=release.share, student_cents=10000, platform_fee_cents=1000)
    late.share_refunded(refund, part, at=at)
    for about_refund in (refunds.refund_sent, refunds.refund_came_back):
        about_refund(release.operation, engagement, at=at)
    part.extension_reason = "I am ill.\nSorry."
    late.more_time_taken(part, at=at)
    questions_and_answers(project, application.student, at=at)
    request = PaymentRequest(
        pk=0, engagement=engagement, asked_by=by, email="books@example.org", ends_at=ends
    )
    paying_for.asked_to_pay(request, at=at)
    paying_for.colleague_paid(request, at=at)
    paying_for.payer_reminder(request, at=at)
    payer_was_told(request, at=at)
    material = engagement.promised_materials.create(number=1, words="The answers of last year")
    engagement.materials_due_at = ends
    for about_materials in (supplies.materials_wanted, supplies.materials_late):
        about_materials(engagement, at=at)
    sums = {"pay": Money(3000), "back": Money(30000), "at": at}
    supplies.materials_asked(engagement, until=ends, **sums)
    supplies.may_leave(engagement, **sums)
    left = LeavingPay(pk=0, hold=hold, student_cents=3000, share_cents=30000, platform_fee_cents=3000)
    supplies.student_left(left, engagement, at=at)
    supplies.leaving_pay_sent(left, engagement, at=at)
    supplies.material_given(material, engagement, is_last=False, at=at)
    messaging.send(engagement, by=by, at=at, text="Good morning.\n\nWhen shall we speak?")
    award = Award(pk=0, share=release.share, student_cents=5000, refund_cents=17000, note="Half of it.")
    rulings.part_divided(award, part, at=at)
    finding = FraudFinding(pk=0, release=release, cents=20000, codes=["stolen"], note="See.", moves_at=ends)
    rulings.fraud_found(finding, at=at)
    rulings.finding_lifted(finding, at=at)
    rulings.finding_upheld(finding, note="It says nothing new.", at=at)
    chargeback = Chargeback(pk="du_0", hold=hold, amount_cents=44000)
    chargebacks.payment_taken_back(chargeback, engagement, at=at)
    chargebacks.work_goes_on(chargeback, engagement, at=at)
    chargebacks.bank_kept_it(chargeback, engagement, ended=["2. Findings"], at=at)
    for status in ("upheld", "dismissed"):
        made = Report(pk=len(status), reporter=by, project=project, status=status, made_at=at)
        work.report_decided(made, note="We took it\noff.", at=at)
    about_more_work(engagement, part, ends=ends, at=at)
    alarm = Alarm(pk=1, kind="refund_failed", subject="op", detail="re_1 is failed")
    alarms.alarm_rung(alarm, count=3, to=by, at=at)
    return at


def about_more_work(engagement, part, *, ends, at):
    """One letter of each kind; each writes of another proposal, as a later one of the same calls the earlier back."""
    words = {"title": "More", "brief": "Six\nmore.", "criteria": ["Six"]}
    more = MoreWork(pk=1, engagement=engagement, number=1, **words, deliverable=part)
    more.fee_cents, more.platform_fee_cents, more.hours, more.due_days = 30000, 3000, 10, 7
    more.answer_by_at = more.pay_by_at = ends
    for about in (more_work.proposed, more_work.reminder, more_work.declined, more_work.withdrawn):
        about(more, at=at)
        more.pk += 1
    more.status = MoreWork.Status.AGREED
    for about in (more_work.agreed, more_work.reminder, more_work.card_refused):
        about(more, at=at)
        more.pk += 1
    more.status = MoreWork.Status.AGREED
    asked_for_work(more, at=at)
    more.status = MoreWork.Status.UNPAID
    more_work.over(more, at=at)
    more.pk += 1
    more_work.held(more, engagement, at=at)


def asked_for_work(more, *, at):
    """What a colleague reads who is asked to pay for more work: other words in the same letters."""
    to = {"asked_by": more.engagement.offered_by, "email": "books@example.org", "ends_at": more.pay_by_at}
    request = PaymentRequest(pk=1, more_work=more, po_number="PO 1", note="Soon.", **to)
    paying_for.asked_to_pay(request, at=at)
    paying_for.payer_reminder(request, at=at)
    paying_for.colleague_paid(request, at=at)
    Letter.objects.filter(key__startswith="asked_to_pay:more-").update(attempts=1)
    paying_for.request_taken_back(request, at=at)


def payer_was_told(request, *, at):
    """The request to pay went out, and is taken back."""
    asked = PaymentRequest.objects.create(
        engagement=request.engagement,
        asked_by=request.asked_by,
        email=request.email,
        created_at=at,
        ends_at=request.ends_at,
    )
    Letter.objects.filter(template="payments/asked_to_pay").update(attempts=1)
    paying_for.request_taken_back(asked, at=at)


def questions_and_answers(project, student, *, at):
    """One letter of each kind about a question that was asked in public."""
    question = PublicQuestion(pk=0, project=project, asker=student, text="Is there\na guide?", answer="Yes.")
    question.removal_codes, question.removal_note, question.decline_reason = (
        ["private"],
        "It names\nsomebody.",
        "later",
    )
    for about_question in (
        work.question_asked,
        work.question_answered,
        work.question_declined,
        work.question_removed,
    ):
        about_question(question, at=at)


def as_given(release):
    return {name: getattr(release, name) for name in ("share", "operation", "student_cents", "decided_at")}


def test_every_letter_is_whole_and_asks_for_one_thing(engagement):
    at = write_all(engagement)

    assert set(Letter.objects.values_list("template", flat=True)) == TEMPLATES
    for letter in Letter.objects.select_related("to"):
        message = letters.message(letter, at=at)
        text, html = message.body, message.alternatives[0][0]
        assert text.count(f"{letter.context['action']}:\n{settings.SITE_URL}/") == 1, text
        assert html.count('class="button"') == 1, letter.template
        assert re.search(r"because (you|Sam Ode of Maple Health asked this address) ", text), text
        for broken in ("None", "()", "“”", "{{", "{%", "$at", "\\", "  ,", " ,", " .\n"):
            assert broken not in text.replace("-- ", ""), (letter.template, broken, text)
        assert letter.subject in html.replace("&#x27;", "'")


def test_a_subject_says_nothing_that_becomes_wrong_while_the_letter_waits():
    told = {name: (FOLDER / f"{name}.txt").read_text().partition("\n")[0] for name in TEMPLATES}

    assert {
        name for name, line in told.items() if any(f"{{{{ {moment}" in line for moment in MOMENTS)
    } == set()
    assert {name for name, line in told.items() if {"tomorrow", "today"} & set(line.lower().split())} == set()


@stands_on(stages.offered)
def test_the_letters_of_an_offer_show_the_turn_and_the_money_of_their_side(engagement):
    at = timezone.now()

    letter = Letter.objects.get(template="payments/offer_made")
    text = letters.message(letter, at=at).body

    assert text.startswith("Your turn · ")
    assert f"\nReserved on the card {engagement.total_price} · since " in text


def test_delivered_work_is_the_employers_turn_and_its_money_is_held(engagement):
    stages.deliver(engagement)

    letter = Letter.objects.get(template="payments/work_submitted", to=engagement.offered_by)
    text = letters.message(letter, at=timezone.now()).body

    assert text.startswith("Your turn · 7 days left\n")
    assert f"\nHeld {engagement.total_price} · since " in text


def test_a_cancelled_engagement_says_that_the_money_goes_back(engagement):
    from payments import refunding

    refunding.cancel_before_start(
        engagement, by=engagement.student, at=timezone.now(), reason="I fell ill.\nI am sorry."
    )

    letter = Letter.objects.get(template="payments/cancelled_before_start", to=engagement.offered_by)
    text = letters.message(letter, at=timezone.now()).body
    assert f"\nOn its way back to the card {engagement.total_price} · " in text
    assert "\n> I fell ill.\n> I am sorry.\n" in text


def test_nobody_but_the_reader_is_named_in_the_footer(engagement):
    stages.deliver(engagement)
    letter = Letter.objects.get(template="payments/work_submitted", to=engagement.offered_by)

    text = letters.message(letter, at=timezone.now()).body

    assert engagement.offered_by.email in text
    assert engagement.student.email not in text
    assert cast.company_of(engagement.offered_by).name in text
