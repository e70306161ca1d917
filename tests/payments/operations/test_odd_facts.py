"""What Stripe says of a payment when it is not what was asked for, or comes when nobody waits for it."""

from dataclasses import replace

import pytest
from django.utils import timezone

from payments import ledger, offering, operations, refunding, stripe_events, stripe_gateway
from payments.models import Alarm, Hold, Operation, StripeEvent
from payments.operations import finishing, recording
from payments.stripe_events import HANDLERS, UnknownObject
from payments.stripe_gateway import Booking, Done, Intent
from projects.models import Engagement, Project
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.test_money_pages import given_back

STRANGERS = {
    "v2.core.account.closed": "about",
    "account.application.deauthorized": "account",
    "payout.paid": "account",
}


@pytest.fixture
def now():
    return timezone.now()


def alarms():
    return list(Alarm.objects.values_list("kind", "subject"))


def facts_of(hold, **changes):
    """The card holds all that was asked for."""
    given = {
        "id": "pi_1",
        "status": "requires_capture",
        "capturable_cents": hold.gross_cents,
        "received_cents": 0,
        "currency": hold.currency,
        "hold_id": str(hold.pk),
        "charge": None,
        "capture_before": None,
        "booking": None,
    }
    return Intent(**given | changes)


@pytest.mark.django_db
class TestEvents:
    @pytest.mark.parametrize(("type_", "names"), STRANGERS.items())
    def test_of_an_account_that_we_do_not_know_wait_for_it(self, now, type_, names):
        event = StripeEvent(
            type=type_, **({"object_id": "acct_x"} if names == "about" else {"account": "acct_x"})
        )
        with pytest.raises(UnknownObject, match="acct_x"):
            HANDLERS[type_](event, at=now)

    def test_of_a_charge_that_no_hold_has_wait_for_it(self):
        with pytest.raises(UnknownObject, match="ch_x"):
            stripe_events.hold_of_charge("ch_x")

    @pytest.mark.parametrize("mark", ["", "order 12", "00000000-0000-0000-0000-000000000000"])
    def test_whose_mark_is_not_ours_wait_for_it(self, mark):
        with pytest.raises(UnknownObject):
            stripe_events.one_hold(mark)

    def test_of_our_own_payouts_ring_only_where_our_bank_sends_one_back(self, now):
        for type_ in ("payout.created", "payout.paid", "payout.failed"):
            HANDLERS[type_](StripeEvent(type=type_, object_id="po_1"), at=now)
        assert alarms() == [("payout_failed", "po_1")]

    def test_of_a_charge_without_a_payment_wait_for_it(self, now, monkeypatch):
        monkeypatch.setattr(stripe_gateway, "intent_of", lambda charge: None)
        with pytest.raises(UnknownObject, match="ch_x"):
            stripe_events.charge_changed(StripeEvent(object_id="ch_x"), at=now)


@stands_on(stages.offered)
class TestAPayment:
    def test_whose_charge_is_not_booked_yet_is_heard_of_again(self, board, now, monkeypatch):
        hold = board.holds.get()
        taken = facts_of(hold, id=hold.payment_intent, status="succeeded", charge="ch_1")
        monkeypatch.setattr(stripe_gateway, "intent", lambda id_: taken)
        with pytest.raises(UnknownObject, match="not booked yet"):
            stripe_events.intent_changed(StripeEvent(object_id=taken.id), at=now)
        hold.refresh_from_db()
        assert hold.status == Hold.Status.AUTHORISED

    def test_of_another_hold_or_currency_is_booked_nowhere_and_rings(self, board, now):
        hold = board.holds.get()
        other = facts_of(
            hold, id="pi_2", status="succeeded", hold_id="somebody", booking=Booking("b", 1, 0, now)
        )
        assert operations.record_intent(hold, other, at=now)
        assert operations.record_intent(
            hold, replace(other, id="pi_3", hold_id=str(hold.pk), currency="sek"), at=now
        )
        assert alarms() == [("foreign_payment", "pi_2"), ("foreign_payment", "pi_3")]
        assert ledger.balances_of(hold.pk) == ledger.HoldBalances()

    def test_that_stripe_has_not_booked_yet_is_looked_at_again(self, board, now):
        hold = board.holds.get()
        charged = facts_of(hold, id=hold.payment_intent, status="succeeded", received_cents=hold.gross_cents)
        assert not operations.record_intent(hold, charged, at=now)
        hold.refresh_from_db()
        assert hold.status == Hold.Status.AUTHORISED

    def test_that_was_cancelled_and_is_not_the_one_that_counts_changes_nothing(self, board, now):
        hold = board.holds.get()
        assert operations.record_intent(hold, facts_of(hold, id="pi_2", status="canceled"), at=now)
        hold.refresh_from_db()
        assert (hold.status, alarms()) == ("authorised", [])

    def test_beside_the_one_that_counts_rings(self, board, now):
        hold = board.holds.get()
        assert operations.record_intent(hold, facts_of(hold, id="pi_2"), at=now)
        hold.refresh_from_db()
        assert (hold.status, alarms()) == ("authorised", [("second_payment", "pi_2")])

    def test_whose_reservation_cannot_be_given_back_rings(self, board, now):
        offering.decline_offer(board, by=board.student, at=now)
        hold = board.holds.get()
        void = hold.operations.get(kind="void")
        Operation.objects.filter(pk=void.pk).update(params={"intent": hold.payment_intent})
        finishing.fail(void.pk, "It was captured.", at=now)
        assert alarms() == [("void_failed", str(hold.pk))]


@stands_on(cast.an_open_project)
class TestALeftPage:
    @pytest.fixture
    def left(self, board, now):
        """The page was asked for, and left before Stripe had opened it."""
        engagement = offering.make_offer(cast.an_application(project=board), by=board.posted_by, at=now)
        assert offering.abandon_checkout(engagement, at=now)
        return Hold.objects.select_related("engagement").get(engagement=engagement)

    def test_that_opens_after_all_is_closed(self, left, now):
        checkout = left.operations.get(kind="checkout")
        operations.finish(
            checkout.pk, Done("cs_1", str(checkout.pk), amount_cents=checkout.amount_cents), at=now
        )
        assert left.operations.get(kind="void").status == Operation.Status.PLANNED

    def test_on_which_somebody_pays_after_all_gives_the_reservation_back(self, left, now):
        operations.record_intent(left, facts_of(left), at=now)
        left.refresh_from_db()
        assert (left.status, left.payment_intent) == ("void", "pi_1")
        assert left.operations.filter(kind="void").count() == 1
        assert left.engagement.status == Engagement.Status.ABANDONED


@stands_on(stages.under_way)
class TestTheEndOfAnOperation:
    def test_is_the_end(self, board, now):
        capture = Operation.objects.get(kind="capture")
        finishing.fail(capture.pk, "Too late.", at=now)
        finishing.capture_failed(board.holds.get(), "Too late.", at=now)
        finishing.freeze(capture.pk, "two_objects", "cs_1, cs_2", at=now)
        capture.refresh_from_db()
        assert (capture.status, board.holds.get().status) == ("succeeded", "funded")
        assert alarms() == [("operation_two_objects", str(capture.pk))]

    def test_closes_a_project_that_took_no_more_applications_already(self, board, now):
        Project.objects.filter(pk=board.project_id).update(status=Project.Status.CLOSED)
        board.project.refresh_from_db()
        recording.fill(board.project, at=now)
        board.project.refresh_from_db()
        assert board.project.status == Project.Status.FILLED

    def test_that_is_a_refund_which_came_back_at_once_thanks_nobody_for_it(self, board, now):
        """It is booked both ways in one look."""
        hold = board.holds.get()
        refunding.cancel_before_start(board, by=board.student, at=now, reason="Ill.")
        refund = hold.operations.get(kind="refund")
        back = Done(
            "re_1",
            str(refund.pk),
            status="failed",
            booking=Booking("txn_1", -hold.gross_cents, 0, now),
            amount_cents=hold.gross_cents,
            failure=Booking("txn_2", hold.gross_cents, 0, now),
        )
        operations.finish(refund.pk, back, at=now)
        assert ledger.balances_of(hold.pk).refund_payable == hold.gross
        assert ("refund_failed", str(refund.pk)) in alarms()


@stands_on(stages.completed)
def test_nothing_is_looked_for_after_a_restore_that_had_nowhere_to_go(board, now):
    Engagement.objects.update(student=cast.a_student())  # who has not said where the money should go
    assert operations.look_for_open(at=now) == 0


@stands_on(given_back)
def test_a_refund_that_came_back_is_heard_of_again_until_stripe_booked_it(board, now, monkeypatch):
    refund = Operation.objects.get(kind="refund")
    booking = Booking("txn_r", -refund.amount_cents, 0, now)
    gone = Done(refund.stripe_id, str(refund.pk), status="failed", at=now, booking=booking)
    monkeypatch.setattr(stripe_gateway, "refund", lambda id_: gone)
    with pytest.raises(UnknownObject, match="not booked yet"):
        stripe_events.refund_changed(StripeEvent(object_id=gone.id), at=now)
    assert ledger.balances_of(board.holds.get().pk).refund_payable.cents == 0
