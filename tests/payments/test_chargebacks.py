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
from projects.models import Engagement
from tests import cast, stages
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


class TestWon:
    def test_gives_everything_back_and_goes_on_with_the_time_that_was_left(self, engagement, hold):
        stages.deliver(engagement)
        at = timezone.now()
        first, second = engagement.deliverables.order_by("number")
        clocks = dict(Deadline.objects.pending().exclude(hold=hold).values_list("pk", "due_at"))
        tell(hold, at=at)
        tell(hold, "won", moves=(TAKEN, BACK), at=at + 20 * DAY)
        assert sums(hold) == (GROSS, 0, 0, 0, 0)
        hold.refresh_from_db()
        assert hold.hold_reason == ""
        later = dict(Deadline.objects.pending().exclude(hold=hold).values_list("pk", "due_at"))
        assert later == {pk: due + 20 * DAY for pk, due in clocks.items()}
        ends, due = first.review_ends_at, second.due_at
        first, second = engagement.deliverables.order_by("number")
        assert (first.review_ends_at, second.due_at) == (ends + 20 * DAY, due + 20 * DAY)
        assert letters("work_goes_on").count() == 2

    def test_an_extra_fee_of_the_answer_comes_back_with_it(self, hold):
        tell(hold, "won", moves=(TAKEN, (0, 700), (GROSS, -700)))
        assert ledger.balance(Code.DISPUTE_FEE).cents == 1500

    def test_two_at_once_stop_until_the_last_is_decided(self, hold):
        at = timezone.now()
        half = (-GROSS // 2, 1500)
        tell(hold, moves=(half,), at=at)
        tell(hold, moves=(half,), at=at + DAY, id_="du_2")
        tell(hold, "won", moves=(half, (GROSS // 2, 0)), at=at + 2 * DAY)
        hold.refresh_from_db()
        assert hold.hold_reason == "bank_dispute"
        assert Chargeback.objects.stopping().get().stopped_at == at
        tell(hold, "won", moves=(half, (GROSS // 2, 0)), at=at + 3 * DAY, id_="du_2")
        hold.refresh_from_db()
        assert hold.hold_reason == ""

    def test_a_check_for_fraud_that_stands_keeps_the_payment_stopped(self, hold):
        operations.record_warning(
            hold, Warned("issfr_1", hold.charge, "misc", actionable=True), at=timezone.now()
        )
        tell(hold)
        tell(hold, "won", moves=(TAKEN, BACK))
        hold.refresh_from_db()
        assert hold.hold_reason == "fraud_review"


class TestLost:
    def test_before_anything_was_handed_in_costs_nobody_anything(self, engagement, hold):
        tell(hold)
        tell(hold, "lost")
        assert sums(hold) == (0, 0, 0, 0, 0)
        engagement.refresh_from_db()
        hold.refresh_from_db()
        assert (engagement.status, hold.status) == ("ended", "settled")
        assert letters("bank_kept_payment").get().to == engagement.student

    def test_pays_approved_and_handed_in_work_from_the_platforms_reserve(self, engagement, hold):
        approve(engagement)
        stages.deliver(engagement, number=2)
        tell(hold)
        tell(hold, "lost")
        # Of the first part 200.00 are promised and 20.00 earned; 220.00 stay for the second, which is looked at.
        assert sums(hold) == (22000, SHARE, 0, 0, GROSS)
        part = engagement.deliverables.get(number=2)
        releasing.approve_work(part, by=engagement.offered_by, at=timezone.now())
        assert sums(hold) == (0, 2 * SHARE, 0, 0, GROSS)

    def test_takes_only_the_parts_that_nobody_handed_in(self, engagement, hold):
        approve(engagement)
        tell(hold)
        tell(hold, "lost")
        assert sums(hold) == (0, SHARE, 0, 0, 22000)
        assert [part.status for part in engagement.deliverables.order_by("number")] == ["approved", "ended"]
        engagement.refresh_from_db()
        assert engagement.status == "completed"

    def test_after_everything_was_sent_is_all_the_platforms(self, engagement, hold):
        for number in (1, 2):
            approve(engagement, number)
        tell(hold)
        tell(hold, "lost")
        assert sums(hold) == (0, 2 * SHARE, 0, 0, GROSS)
        assert not letters(
            "stop_working"
        ).exists()  # there is nothing to stop, and what is theirs stays theirs
        assert not letters("bank_kept_payment").exists()

    def test_leaves_no_cent_behind_of_what_was_handed_in(self, sandbox):
        """Of a fee that does not divide evenly; what is handed in is approved after the bank has decided."""
        project = cast.an_open_project(cast.an_employer("Ola Uneven", "Uneven"), fee_cents=40_009)
        engagement = stages.under_way(sandbox, cast.an_application(cast.a_student("Una"), project))
        hold, (first, _) = engagement.holds.get(), engagement.deliverables.order_by("number")
        assert hold.platform_fee_cents * first.share_cents % hold.student_fee_cents
        stages.deliver(engagement)
        tell(hold, moves=((-1000, 1500),))
        tell(hold, "lost", moves=((-1000, 1500),))
        first.refresh_from_db()
        releasing.approve_work(first, by=engagement.offered_by, at=timezone.now())
        assert sums(hold)[0] == 0

    def test_of_a_part_of_the_payment_gives_the_rest_back(self, hold):
        tell(hold, moves=((-10000, 1500),))
        tell(hold, "lost", moves=((-10000, 1500),))
        assert sums(hold) == (0, 0, GROSS - 10000, 0, 0)
        assert Operation.objects.get(slot="after-chargeback").amount_cents == GROSS - 10000

    def test_withdraws_a_refund_that_waited_for_the_bank(self, engagement, hold):
        operations.plan_refund(hold, at=timezone.now())
        Engagement.objects.update(status="cancelled")
        engagement.deliverables.update(status="ended")
        tell(hold)
        tell(hold, "lost")
        assert sums(hold) == (0, 0, 0, 0, 0)
        assert Operation.objects.get(kind="refund").status == "cancelled"

    def test_is_booked_once_however_often_it_is_told(self, hold):
        tell(hold)
        for _ in range(3):
            tell(hold, "lost")
        assert letters("bank_kept_payment").count() == 1
        assert Alarm.objects.filter(kind="chargeback_lost").count() == 1

    def test_told_before_its_money_moved_waits_for_it(self, hold):
        tell(hold, "lost", moves=((0, 1500),))
        assert sums(hold) == (GROSS, 0, 0, 0, 0)
        tell(hold, "lost", moves=((0, 1500), (-GROSS, 0)))
        assert sums(hold) == (0, 0, 0, 0, 0)


class TestAppealed:
    def test_won_after_it_was_lost_makes_good_what_the_platform_bore(self, engagement, hold):
        approve(engagement)
        tell(hold)
        tell(hold, "lost")
        tell(hold, "appeal_under_review")
        assert sums(hold) == (0, SHARE, 0, 0, 22000)
        tell(hold, "won", moves=(TAKEN, BACK))
        # What nobody had handed in is held again, and a person decides about it.
        assert sums(hold) == (22000, SHARE, 0, 0, 0)
        assert Alarm.objects.filter(kind="chargeback_won_late").exists()

    def test_opens_a_settled_payment_again(self, hold):
        tell(hold)
        tell(hold, "lost")
        tell(hold, "won", moves=(TAKEN, BACK))
        hold.refresh_from_db()
        assert (hold.status, sums(hold)) == ("funded", (GROSS, 0, 0, 0, 0))

    def test_won_after_the_platform_bore_all_of_it_rings_for_nobody(self, engagement, hold):
        for number in (1, 2):
            approve(engagement, number)
        tell(hold, "lost")
        Alarm.objects.all().delete()
        tell(hold, "won", moves=(TAKEN, BACK))
        assert not Alarm.objects.filter(kind="chargeback_won_late").exists()
        assert ledger.balance(Code.CHARGEBACK_LOSS).cents == 0

    def test_by_the_bank_after_we_had_won_stops_again(self, engagement, hold):
        tell(hold)
        tell(hold, "won", moves=(TAKEN, BACK))
        tell(hold, "appeal_needs_response", moves=(TAKEN, BACK, (-GROSS, 0)))
        hold.refresh_from_db()
        assert (hold.hold_reason, sums(hold)[3]) == ("bank_dispute", GROSS)
        tell(hold, "lost", moves=(TAKEN, BACK, (-GROSS, 0)))
        assert sums(hold) == (0, 0, 0, 0, 0)


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
