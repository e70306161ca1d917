"""The main job's money, rule by rule, against the stand-in and the real database: from offer to paid."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Company
from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from payments import funding, ledger, offering, operations, paying_out, refunding, releasing, reviewing, tasks
from payments.ledger import Code
from payments.models import Hold, Operation, Payee, Release, StripeEvent
from projects import applying
from projects.models import Application, Deliverable, Engagement, Project
from tests import cast
from tests.payments import staging, steps

ANSWERS = ["I have done this before, in a course on methods, and can show the notes of it."] * 3


@pytest.fixture(scope="module")
def applied(django_db_blocker, tmp_path_factory):
    """An application to a company whose offers have no limit, made once."""

    def build(_):
        now = timezone.now()
        employer, student = cast.an_employer(at=now), cast.a_student(at=now)
        Company.objects.update(proven_at=now)
        project = cast.an_open_project(employer, at=now)
        given = {"motivation": "I want to learn this.", "answers": ANSWERS[: len(project.questions)]}
        applying.apply(project, by=student, at=now, **given)

    folder = tmp_path_factory.mktemp("applied")
    with django_db_blocker.unblock(), staging.staged("applied_to", build, folder) as stage:
        yield stage


@pytest.fixture
def sandbox(applied, tmp_path):
    """The stand-in's control in a copy of it."""
    with staging.gone_on(applied, tmp_path) as control:
        yield control


@pytest.fixture
def application(sandbox):
    application = Application.objects.get()
    application.employer = application.project.posted_by
    return application


def offered(application, sandbox):
    """An offer on a reserved card."""
    now = timezone.now()
    engagement = offering.make_offer(application, by=application.employer, at=now)
    hold = engagement.holds.get()
    tasks.sweep_once(at=now)
    hold.refresh_from_db()
    sandbox.pay(hold.checkout_session)
    funding.confirm_payment(hold, at=now)
    engagement.refresh_from_db()
    return engagement


def under_way(application, sandbox):
    """An accepted offer whose money is held."""
    now = timezone.now()
    engagement = offered(application, sandbox)
    student = application.student
    payee = paying_out.open_account(student, country="SE", at=now)
    operations.run_open(payee=payee, at=now)
    offering.accept_offer(engagement, by=student, at=now)
    tasks.sweep_once(at=now)
    tasks.sweep_once(at=now)
    engagement.refresh_from_db()
    return engagement


def ready(student, sandbox):
    payee = Payee.objects.get(user=student)
    sandbox.onboard(payee.stripe_account)
    return paying_out.refresh_payee(payee, at=timezone.now())


def deliver(deliverable, *, at=None):
    return reviewing.submit_work(
        deliverable,
        by=deliverable.engagement.student,
        at=at or timezone.now(),
        text="Here is the work.",
        criteria_answers=["Met, see the first page."] * len(deliverable.criteria),
    )


def test_an_offer_stands_once_the_card_is_reserved(application, sandbox):
    engagement = offered(application, sandbox)

    hold = engagement.holds.get()
    assert engagement.status == Engagement.Status.OFFERED
    assert hold.status == Hold.Status.AUTHORISED
    assert Application.objects.get(pk=application.pk).status == Application.Status.OFFERED
    assert engagement.offer_expires_at - engagement.offered_at == timedelta(hours=72)
    assert Letter.objects.filter(template="payments/offer_made", to=application.student).count() == 1


def test_accepting_charges_the_card_and_opens_the_workroom(application, sandbox):
    engagement = under_way(application, sandbox)

    hold = engagement.holds.get()
    assert (engagement.status, hold.status) == (Engagement.Status.ACTIVE, Hold.Status.FUNDED)
    assert ledger.balance(Code.HELD, hold.pk) == hold.gross
    assert sandbox.books()["platform"]["usd"] == ledger.balance(Code.STRIPE_BALANCE, None).cents
    assert all(part.due_at for part in engagement.deliverables.all())
    assert Project.objects.get(pk=engagement.project_id).status == Project.Status.FILLED


def test_the_student_receives_the_whole_posted_fee(application, sandbox):
    engagement = under_way(application, sandbox)
    payee = ready(application.student, sandbox)
    now = timezone.now()
    for deliverable in engagement.deliverables.order_by("number"):
        deliver(deliverable)
        releasing.approve_work(deliverable, by=application.employer, at=now)
    assert sandbox.books()[payee.stripe_account].get("usd", 0) == 0

    tasks.sweep_once(at=now + timedelta(days=8))

    hold = engagement.holds.get()
    assert sandbox.books()[payee.stripe_account]["usd"] == engagement.fee_cents
    assert sandbox.books()["platform"]["usd"] == ledger.balance(Code.STRIPE_BALANCE, None).cents
    assert ledger.balance(Code.PLATFORM_FEE, None) == hold.platform_fee
    assert hold.status == Hold.Status.SETTLED
    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.COMPLETED
    assert ledger.verify() == []


def test_silence_approves_when_the_window_ends_and_never_before(application, sandbox):
    engagement = under_way(application, sandbox)
    payee = ready(application.student, sandbox)
    for deliverable in engagement.deliverables.all():
        deliver(deliverable)
    ends = Deliverable.objects.filter(engagement=engagement).first().review_ends_at

    tasks.run_deadlines(at=ends - timedelta(seconds=1))
    assert not Release.objects.exists()
    tasks.run_deadlines(at=ends)
    tasks.run_deadlines(at=ends)
    tasks.sweep_once(at=ends + timedelta(hours=47))
    assert sandbox.books()[payee.stripe_account].get("usd", 0) == 0
    tasks.sweep_once(at=ends + timedelta(hours=49))

    assert sandbox.books()[payee.stripe_account]["usd"] == engagement.fee_cents
    assert set(engagement.deliverables.values_list("status", flat=True)) == {"auto_approved"}


def test_a_click_can_be_taken_back_until_its_time_is_over(application, sandbox):
    engagement = under_way(application, sandbox)
    deliverable = engagement.deliverables.order_by("number").first()
    deliver(deliverable)
    old_end = Deliverable.objects.get(pk=deliverable.pk).review_ends_at
    now = timezone.now()
    releasing.approve_work(deliverable, by=application.employer, at=now)

    releasing.undo_approval(deliverable, by=application.employer, at=now + timedelta(minutes=29))

    deliverable.refresh_from_db()
    assert (deliverable.status, deliverable.review_ends_at) == (Deliverable.Status.SUBMITTED, old_end)
    hold = engagement.holds.get()
    assert ledger.balance(Code.HELD, hold.pk) == hold.gross
    told = Letter.objects.filter(template__endswith="approved") | Letter.objects.filter(
        template__endswith="undone"
    )
    assert [letter.template for letter in told.order_by("pk")] == [
        "payments/work_approved",
        "payments/approval_undone",
    ]  # though nobody had come to tell of the click yet
    releasing.approve_work(deliverable, by=application.employer, at=now)
    with pytest.raises(releasing.TooLateToUndo):
        releasing.undo_approval(deliverable, by=application.employer, at=now + timedelta(minutes=30))


def test_what_is_released_waits_for_the_student_and_is_sent_once_they_are_ready(application, sandbox):
    engagement = under_way(application, sandbox)
    now = timezone.now()
    for deliverable in engagement.deliverables.all():
        deliver(deliverable)
        releasing.approve_work(deliverable, by=application.employer, at=now)
    later = now + timedelta(days=8)

    tasks.sweep_once(at=later)
    waiting = Operation.objects.filter(kind="transfer")
    assert set(waiting.values_list("status", "blocked_reason")) == {("blocked", "no_payee")}
    payee = Payee.objects.get(user=application.student)
    sandbox.onboard(payee.stripe_account)
    paying_out.refresh_payee(payee, at=later)
    tasks.sweep_once(at=later)

    assert sandbox.books()[payee.stripe_account]["usd"] == engagement.fee_cents


def test_cancelling_before_the_start_returns_everything(application, sandbox):
    engagement = under_way(application, sandbox)
    now = timezone.now()

    refunding.cancel_before_start(engagement, by=application.employer, at=now, reason="Our plans changed.")

    hold = engagement.holds.get()
    assert ledger.balance(Code.REFUND_PAYABLE, hold.pk) == hold.gross
    assert ledger.balance(Code.HELD, hold.pk).cents == 0


def test_a_declined_offer_gives_the_card_back(application, sandbox):
    engagement = offered(application, sandbox)
    now = timezone.now()

    offering.decline_offer(engagement, by=application.student, at=now)
    tasks.sweep_once(at=now)

    hold = engagement.holds.get()
    assert hold.status == Hold.Status.VOID
    assert Operation.objects.get(kind="void").status == Operation.Status.SUCCEEDED
    assert Application.objects.get(pk=application.pk).status == Application.Status.OFFER_DECLINED
    assert sandbox.books()["platform"].get("usd", 0) == 0


def test_what_a_freed_reservation_leaves_at_stripe_is_no_refund_of_ours_and_rings_nothing(
    application, sandbox
):
    engagement = offered(application, sandbox)
    now = timezone.now()
    offering.decline_offer(engagement, by=application.student, at=now)
    tasks.sweep_once(at=now)

    steps.hear(sandbox, at=now)

    told = StripeEvent.objects.filter(type="refund.created")
    assert [event.status for event in told] == [StripeEvent.Status.HANDLED]
    assert not StripeEvent.objects.filter(status=StripeEvent.Status.NEW).exists()


def test_an_offer_ends_by_itself_when_its_time_is_over(application, sandbox):
    engagement = offered(application, sandbox)

    tasks.run_deadlines(at=engagement.offer_expires_at - timedelta(seconds=1))
    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.OFFERED
    tasks.run_deadlines(at=engagement.offer_expires_at)
    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.EXPIRED
    with pytest.raises(InvalidTransition):
        offering.accept_offer(engagement, by=application.student, at=engagement.offer_expires_at)


def test_a_page_that_was_left_frees_the_seat(application, sandbox):
    now = timezone.now()
    engagement = offering.make_offer(application, by=application.employer, at=now)
    tasks.sweep_once(at=now)

    tasks.run_deadlines(at=now + timedelta(minutes=61))
    tasks.sweep_once(at=now + timedelta(minutes=61))

    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.ABANDONED
    assert offering.make_offer(application, by=application.employer, at=now).seat == engagement.seat


def test_a_reservation_that_is_heard_of_too_late_is_given_back(application, sandbox):
    now = timezone.now()
    engagement = offering.make_offer(application, by=application.employer, at=now)
    hold = engagement.holds.get()
    tasks.sweep_once(at=now)
    hold.refresh_from_db()
    sandbox.pay(hold.checkout_session)

    late = now + timedelta(days=6, hours=13)
    hold = funding.confirm_payment(hold, at=late)
    tasks.sweep_once(at=late)

    engagement.refresh_from_db()
    assert (engagement.status, hold.status) == (Engagement.Status.ABANDONED, Hold.Status.VOID)
    assert Operation.objects.get(kind="void").status == Operation.Status.SUCCEEDED
    assert not Letter.objects.filter(template="payments/offer_made").exists()


def test_an_applicant_has_one_live_offer(application, sandbox):
    offering.make_offer(application, by=application.employer, at=timezone.now())

    with pytest.raises(offering.OfferStands):
        offering.make_offer(application, by=application.employer, at=timezone.now())


def test_only_the_companys_people_make_offers_and_only_the_student_answers(application, sandbox):
    stranger = cast.another_employer()
    with pytest.raises(PermissionDenied):
        offering.make_offer(application, by=stranger, at=timezone.now())
    engagement = offered(application, sandbox)
    with pytest.raises(PermissionDenied):
        offering.accept_offer(engagement, by=application.employer, at=timezone.now())


def test_an_unproven_company_has_a_limit(application, sandbox, settings):
    Company.objects.update(proven_at=None)
    settings.UNPROVEN_LIMIT_CENTS = application.project.total_price.cents - 1

    with pytest.raises(offering.OverUnprovenLimit):
        offering.make_offer(application, by=application.employer, at=timezone.now())


def test_work_needs_an_answer_to_every_criterion(application, sandbox):
    engagement = under_way(application, sandbox)
    deliverable = engagement.deliverables.first()

    with pytest.raises(reviewing.IncompleteDelivery):
        reviewing.submit_work(
            deliverable, by=application.student, at=timezone.now(), text="Done.", criteria_answers=["Yes"]
        )


def test_a_part_that_was_approved_takes_no_further_version(application, sandbox):
    engagement = under_way(application, sandbox)
    deliverable = engagement.deliverables.first()
    deliver(deliverable)
    releasing.approve_work(deliverable, by=application.employer, at=timezone.now())

    with pytest.raises(InvalidTransition):
        deliver(deliverable)
    assert deliverable.submissions.count() == 1


def test_changes_name_criteria_and_two_rounds_are_included(application, sandbox):
    engagement = under_way(application, sandbox)
    deliverable = engagement.deliverables.first()
    now = timezone.now()
    deliver(deliverable)
    asking = {"by": application.employer, "at": now, "message": "The second table is missing."}
    with pytest.raises(reviewing.NoCriterionNamed):
        reviewing.ask_for_changes(deliverable, failing_criteria=[], **asking)
    for _ in range(2):
        reviewing.ask_for_changes(deliverable, failing_criteria=[2], **asking)
        deliver(deliverable)

    with pytest.raises(reviewing.NoRoundLeft):
        reviewing.ask_for_changes(deliverable, failing_criteria=[2], **asking)
    assert deliverable.submissions.count() == 3
