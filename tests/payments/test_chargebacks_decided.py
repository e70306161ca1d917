"""A bank has decided about a payment that it took back: who gets what, and what the platform bears."""

import pytest
from django.utils import timezone

from payments import ledger, operations, releasing
from payments.ledger import Code
from payments.models import Alarm, Chargeback, Deadline, Operation
from payments.stripe_gateway import Warned
from projects.models import Engagement
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.test_chargebacks import BACK, DAY, GROSS, SHARE, TAKEN, approve, letters, sums, tell

pytestmark = stands_on(stages.under_way)


@pytest.fixture
def engagement(board):
    return board


@pytest.fixture
def hold(engagement):
    return engagement.holds.get()


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
