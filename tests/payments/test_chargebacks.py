"""A bank takes a payment back: nothing moves until it has decided, and nobody who delivered loses by it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.kernel.models import Letter
from payments import ledger, operations, releasing, reviewing, tasks
from payments.ledger import Code
from payments.models import Alarm, Chargeback, Deadline, FraudCheck, Hold, Operation, Release
from payments.operations import WorkStopped
from payments.stripe_gateway import Booking, DisputeFacts, Warned
from projects.models import Deadline as WorkDeadline
from tests import stages
from tests.boards import stands_on
from tests.payments import steps

pytestmark = stands_on(stages.under_way)
GROSS, SHARE, DAY = 44000, 20000, timedelta(days=1)  # two parts of 200.00, and 40.00 for the site


@pytest.fixture
def engagement(board):
    return board


@pytest.fixture
def hold(engagement):
    return engagement.holds.get()


def tell(hold, status="needs_response", *, moves=((-GROSS, 1500),), at=None, id_="du_1"):
    """What a freshly fetched dispute says; `moves` are the cents and the fee of each movement so far."""
    at = at or timezone.now()
    bookings = [Booking(f"txn_{id_}_{n}", cents, fee, at) for n, (cents, fee) in enumerate(moves)]
    due = timezone.now().replace(microsecond=0) + 9 * DAY
    facts = DisputeFacts(
        id_, hold.charge, status, "fraudulent", abs(moves[0][0]) if moves else GROSS, due, at, bookings
    )
    operations.record_dispute(Hold.objects.select_related("engagement").get(pk=hold.pk), facts, at=at)


TAKEN, BACK = (-GROSS, 1500), (GROSS, 0)


def sums(hold):
    found = ledger.balances_of(hold.pk)
    return (
        found.held.cents,
        found.student_payable.cents,
        found.refund_payable.cents,
        ledger.balance(Code.DISPUTE_SUSPENSE, "du_1").cents,
        ledger.balance(Code.CHARGEBACK_LOSS).cents,
    )


def letters(template):
    return Letter.objects.filter(template=f"payments/{template}")


def approve(engagement, number=1):
    stages.deliver(engagement, number=number)
    part = engagement.deliverables.get(number=number)
    return releasing.approve_work(part, by=engagement.offered_by, at=timezone.now())


class TestOpened:
    def test_books_what_the_bank_took_with_its_fee_and_touches_nothing_else(self, hold):
        before = ledger.balance(Code.STRIPE_BALANCE).cents
        tell(hold)
        assert sums(hold) == (GROSS, 0, 0, GROSS, 0)
        assert before - ledger.balance(Code.STRIPE_BALANCE).cents == GROSS + 1500
        assert ledger.balance(Code.DISPUTE_FEE).cents == 1500

    def test_is_booked_once_however_often_it_is_told(self, hold):
        for _ in range(3):
            tell(hold)
        assert sums(hold) == (GROSS, 0, 0, GROSS, 0)
        assert (Chargeback.objects.count(), letters("stop_working").count()) == (1, 1)

    def test_tells_the_student_to_stop_and_rings(self, engagement, hold):
        tell(hold)
        assert letters("stop_working").get().to == engagement.student
        assert letters("payment_taken_back").get().to == engagement.offered_by
        assert Alarm.objects.get(kind="chargeback").subject == "du_1"

    def test_stops_the_work_and_every_clock(self, engagement, hold):
        stages.deliver(engagement)
        tell(hold)
        tasks.run_deadlines(at=timezone.now() + 60 * DAY)
        assert not Deadline.objects.filter(
            deliverable__isnull=False, done_at__gt=hold.funded_at + 9 * DAY
        ).exists()
        assert not WorkDeadline.objects.filter(done_at__gt=hold.funded_at + 9 * DAY).exists()
        part = engagement.deliverables.get(number=1)
        assert part.status == "submitted"
        assert not letters("review_reminder").exists()
        assert not letters("work_not_delivered").exists()
        asked = {"failing_criteria": [1], "message": "No."}
        with pytest.raises(releasing.PaymentStopped):
            releasing.approve_work(part, by=engagement.offered_by, at=timezone.now())
        with pytest.raises(WorkStopped):
            reviewing.ask_for_changes(part, by=engagement.offered_by, at=timezone.now(), **asked)
        with pytest.raises(WorkStopped):
            stages.deliver(engagement, number=2)

    def test_sends_nothing_that_was_promised_and_not_sent(self, engagement, hold):
        release = approve(engagement)
        tell(hold)
        operation = Operation.objects.get(pk=release.operation_id)
        with pytest.raises(operations.requesting.NotReady, match="bank_dispute"):
            operations.requesting.check(operation)
        assert sums(hold)[1] == SHARE  # a promise stays one

    def test_sends_no_refund_to_a_card_whose_bank_has_the_money(self, engagement, hold):
        refund = operations.plan_refund(hold, at=timezone.now())
        tell(hold)
        with pytest.raises(operations.requesting.NotReady, match="bank_dispute"):
            operations.requesting.check(Operation.objects.get(pk=refund.pk))

    def test_rings_three_days_before_the_answer_is_due(self, hold):
        tell(hold)
        due = Chargeback.objects.get().due_by
        tasks.run_deadlines(at=due - timedelta(hours=73))
        assert not Alarm.objects.filter(kind="chargeback_is_due").exists()
        tasks.run_deadlines(at=due - timedelta(hours=72))
        assert Alarm.objects.get(kind="chargeback_is_due").subject == "du_1"

    def test_does_not_ring_for_what_was_answered(self, hold):
        tell(hold)
        tell(hold, "under_review")
        assert not Deadline.objects.pending().filter(kind="chargeback_due").exists()

    def test_an_inquiry_moves_and_stops_nothing(self, hold):
        tell(hold, "warning_needs_response", moves=())
        hold.refresh_from_db()
        assert (sums(hold), hold.hold_reason) == ((GROSS, 0, 0, 0, 0), "")
        assert Alarm.objects.filter(kind="chargeback").exists()


class TestEarlyWarning:
    def test_stops_the_payment_and_asks_a_person_once(self, hold):
        for _ in range(2):
            warned = Warned("issfr_1", hold.charge, "made_with_stolen_card", actionable=True)
            operations.record_warning(hold, warned, at=timezone.now())
        hold.refresh_from_db()
        assert hold.hold_reason == "fraud_review"
        assert FraudCheck.objects.get().detail["says"] == "made_with_stolen_card"

    def test_that_needs_nothing_any_more_stops_nothing(self, hold):
        operations.record_warning(
            hold, Warned("issfr_1", hold.charge, "misc", actionable=False), at=timezone.now()
        )
        assert not FraudCheck.objects.exists()


def test_the_whole_way_with_webhooks_and_both_books(own_database, sandbox, board):
    hold, at = board.holds.get(), timezone.now()
    steps.a_ready_payee(sandbox, board.student, at=at)
    release = approve(board)
    sandbox.seed(float_cents=100000)
    sandbox.efw(hold.charge, "made_with_stolen_card")
    disputed = sandbox.dispute(hold.charge)
    steps.hear(sandbox, at=at)
    hold.refresh_from_db()
    assert (hold.hold_reason, sums_of(disputed["id"])) == ("bank_dispute", GROSS)
    at = release.operation.not_before
    operations.run_due(at=at)
    assert Operation.objects.get(pk=release.operation_id).status == "blocked"
    sandbox.decide(disputed["id"], "lost")
    steps.hear(sandbox, at=at)
    steps.work_off(sandbox, at=at)
    assert Release.objects.get().sent_at is not None
    assert steps.got(sandbox, board.student) == SHARE
    assert ledger.balance(Code.CHARGEBACK_LOSS).cents == 22000
    steps.books_agree(sandbox, own=100000)


def sums_of(dispute):
    return ledger.balance(Code.DISPUTE_SUSPENSE, dispute).cents


class TestTheWorkroom:
    def test_asks_nobody_for_anything_while_it_stands_still(self, client, engagement, hold):
        stages.deliver(engagement)
        acts = {engagement.student: "Deliver this part", engagement.offered_by: "Approve, release"}
        for stopped in (False, True):
            if stopped:
                tell(hold)
            for person, act in acts.items():
                client.force_login(person)
                page = client.get(engagement.get_absolute_url()).content.decode()
                assert (act in page) is not stopped
                assert (stopped and "Your turn" in page) is False
