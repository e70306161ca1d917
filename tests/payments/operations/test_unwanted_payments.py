"""Payments that are not what a hold waits for: whatever comes in goes back once, and nobody is stuck."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.kernel.states import InvalidTransition
from payments import funding, ledger, offering, operations, stripe_gateway, tasks
from payments.models import Alarm, Deadline, Hold, Operation
from projects.models import Engagement
from tests import stages
from tests.payments import steps
from tests.payments.operations.offers import CAPTURE, FLOAT


class TestAWrongAmount:
    def test_after_the_yes_goes_back_and_the_employer_may_pay_again(self, offer):
        offer.sandbox.break_("drop_before", **CAPTURE)
        steps.accept(offer.engagement, at=offer.at)
        operations.run_due(at=offer.at)
        offer.charge(amount_to_capture=100)
        offer.hear()

        assert offer.hold.status == Hold.Status.CAPTURE_FAILED
        assert offer.everything_went_back()
        offer.sandbox.pay(offer.open_page())
        offer.hear()
        assert (offer.hold.status, offer.engagement.status) == ("funded", "active")
        assert ledger.balances_of(offer.hold.pk).held == offer.hold.gross

    @pytest.mark.parametrize("params", [{}, {"amount_to_capture": 100}], ids=["whole", "part"])
    def test_before_the_yes_goes_back_and_ends_the_offer(self, offer, params):
        offer.charge(**params)
        offer.hear()

        assert (offer.hold.status, offer.engagement.status) == ("void", "expired")
        assert offer.everything_went_back()
        with pytest.raises(InvalidTransition):
            offering.accept_offer(offer.engagement, by=offer.made.student, at=offer.at)

    def test_found_out_only_after_the_yes_goes_back_too(self, offer):
        offer.charge(amount_to_capture=100)
        offer.accept()

        assert offer.hold.status == Hold.Status.CAPTURE_FAILED
        assert offer.everything_went_back()


class TestASecondPayment:
    def test_on_the_page_of_a_refused_card_is_the_first_that_counts(self, offer):
        offer.accept_refused()
        offer.sandbox.pay(offer.open_page())
        offer.hear()

        assert (offer.hold.status, offer.engagement.status) == ("funded", "active")
        assert not Alarm.objects.filter(kind="unapplied_payment").exists()
        steps.books_agree(offer.sandbox, own=FLOAT)

    def test_of_a_funded_hold_goes_back(self, offer):
        """Somebody charges the refused reservation by hand, a moment before it is given back."""
        refused = offer.refuse()
        funding.retry_payment(offer.engagement, by=offer.made.offered_by, at=offer.at)
        operations.run(Operation.objects.get(kind="checkout", status="planned").pk, at=offer.at)
        offer.sandbox.pay(offer.hold.checkout_session)
        funding.confirm_payment(offer.hold, at=offer.at)
        stripe_gateway.client().v1.payment_intents.capture(refused)
        offer.hear()

        assert ledger.balances_of(offer.hold.pk).held == offer.hold.gross
        assert Alarm.objects.get(kind="unapplied_payment").subject == refused
        assert Alarm.objects.get(kind="void_failed").subject == str(offer.hold.pk)
        assert [row["status"] for row in offer.sandbox.report()["refunds"].values()] == ["succeeded"]
        steps.books_agree(offer.sandbox, own=FLOAT)


def test_a_payment_on_a_page_that_was_being_closed_goes_back_though_nobody_tells_of_it(offer):
    """The employer pays in the last second, the look fails, and no webhook arrives."""
    offer.accept_refused()
    page = offer.open_page()
    ends = Deadline.objects.get(kind="capture_retry_ends").due_at
    offering.give_up_payment(offer.engagement, at=ends)
    offer.sandbox.pay(page)
    looks = {"method": "GET", "path": "/v1/checkout/sessions/*"}
    offer.sandbox.break_("drop_before", **looks, nth=3, times=3)
    operations.run_due(at=ends)
    assert Operation.objects.get(kind="void", slot="void").status == Operation.Status.FAILED
    assert not Operation.objects.filter(kind="refund").exists()

    for hours in range(1, 6):
        tasks.sweep_once(at=ends + timedelta(hours=hours))

    assert offer.everything_went_back()
    assert offer.hold.next_look_at is None


def test_a_payment_on_a_page_that_was_being_closed_is_found_by_whoever_could_not_close_it(offer):
    offer.accept_refused()
    page = offer.open_page()
    ends = Deadline.objects.get(kind="capture_retry_ends").due_at
    offering.give_up_payment(offer.engagement, at=ends)
    offer.sandbox.pay(page)
    operations.run_due(at=ends)
    assert Operation.objects.get(kind="void", slot="void").status == Operation.Status.FAILED
    assert Operation.objects.filter(kind="refund").exists()


def test_a_reservation_that_is_found_too_late_to_answer_is_given_back(sandbox):
    at = timezone.now()
    application = stages.paid_for(sandbox, at=at)
    engagement = offering.make_offer(application, by=application.project.posted_by, at=at)
    operations.run_due(at=at)
    sandbox.pay(engagement.holds.get().checkout_session)

    funding.confirm_payment(engagement.holds.get(), at=at + timedelta(days=6, hours=13))

    engagement.refresh_from_db()
    assert (engagement.holds.get().status, engagement.status) == ("void", "abandoned")
    operations.run_due(at=at + timedelta(days=7))
    assert stripe_gateway.intent(engagement.holds.get().payment_intent).status == "canceled"


def test_an_authorisation_that_ends_during_the_charge_lets_the_employer_pay_again(offer):
    offer.sandbox.break_("drop_before", **CAPTURE)
    steps.accept(offer.engagement, at=offer.at)
    operations.run_due(at=offer.at)
    steps.pass_time(offer.sandbox, 8 * 24)
    offer.at += timedelta(days=8)
    offer.hear()

    assert (offer.hold.status, offer.engagement.status) == ("capture_failed", "funding")
    assert Operation.objects.get(kind="capture").status == Operation.Status.FAILED
    assert offer.everything_went_back()


@pytest.mark.parametrize("fault", ["500_no_effect", "500_effect", "500_late:1"])
def test_a_charge_whose_answer_is_a_500_is_made_within_minutes_and_once(offer, fault):
    """Stripe charges a reservation once whatever is sent, so a yes does not wait a day for certainty."""
    offer.sandbox.break_(fault, **CAPTURE)
    steps.accept(offer.engagement, at=offer.at)
    for minutes in (0, 2, 4):
        tasks.sweep_once(at=offer.at + timedelta(minutes=minutes))

    assert offer.engagement.status == Engagement.Status.ACTIVE
    steps.pass_time(offer.sandbox, 2)
    assert ledger.balances_of(offer.hold.pk).held == offer.hold.gross
    steps.books_agree(offer.sandbox, own=FLOAT)


def test_a_payment_that_cannot_be_booked_rings_and_stops_nobody(offer):
    sandbox = offer.sandbox
    other = stages.offered(sandbox, at=offer.at)
    for engagement in (offer.engagement, other):
        steps.accept(engagement, at=offer.at)
    sandbox.break_("drop_before", method="GET", path="/v1/payment_intents/*", times=None)
    operations.run_due(at=offer.at)
    sandbox.mend()
    spoil(offer.hold)

    tasks.sweep_once(at=offer.at + timedelta(minutes=1))

    assert Alarm.objects.get(kind="payment_not_booked").subject == str(offer.hold.pk)
    assert other.holds.get().status == Hold.Status.FUNDED


def spoil(hold):
    """Its balance transaction is in the book already, as something else."""
    facts = stripe_gateway.intent(hold.payment_intent)
    with ledger.posting.transaction.atomic():
        ledger.unapplied(
            hold=hold.pk,
            payment="pi_other",
            gross=hold.gross,
            processing_fee=hold.gross - hold.gross,
            stripe_bt=facts.booking.id,
            occurred_at=facts.booking.at,
        )
