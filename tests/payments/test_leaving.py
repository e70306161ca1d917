"""Leaving because promised materials stay away: a part of the fee, once it was asked for, and all else back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from payments import leaving, ledger, receipting, releasing, supplying, tasks
from payments.ledger import Code
from payments.models import Deadline, Hold, LeavingPay, Operation
from payments.models.bars import bar_of
from payments.releasing import PaymentStopped
from projects.models import Engagement
from tests import stages
from tests.boards import stands_on
from tests.payments import steps
from tests.payments.test_promised_materials import PROMISED, give_all, materials_promised

pytestmark = stands_on(materials_promised)


@pytest.fixture
def engagement(board):
    """Asked for what is missing; the student may leave 48 h later. The fee is 400.00, and 40.00 for the site."""
    supplying.ask_for_materials(board, by=board.student, at=board.materials_due_at)
    board.refresh_from_db()
    return board


def later(engagement, hours=48):
    return engagement.materials_asked_at + timedelta(hours=hours)


def leave(engagement, *, at=None, **more):
    return leaving.leave(
        engagement, by=more.pop("by", engagement.student), at=at or later(engagement), **more
    )


def balances(engagement):
    found = ledger.balances_of(engagement.holds.get().pk)
    return found.held.cents, found.student_payable.cents, found.refund_payable.cents


def letters(template):
    return Letter.objects.filter(template=f"payments/{template}")


class TestLeaving:
    def test_pays_a_tenth_without_a_platform_fee_and_gives_the_rest_back(self, engagement):
        left = leave(engagement)
        assert (left.amount.cents, left.given_back.cents) == (4000, 40000)
        assert balances(engagement) == (0, 4000, 40000)
        assert ledger.balance(Code.PLATFORM_FEE).cents == 0
        assert {(o.kind, o.slot, o.amount_cents) for o in Operation.objects.filter(slot="leaving")} == {
            ("transfer", "leaving", 4000),
            ("refund", "leaving", 40000),
        }

    def test_ends_what_was_not_handed_in_and_every_clock(self, engagement):
        leave(engagement)
        engagement.refresh_from_db()
        assert engagement.status == "ended"
        assert set(engagement.deliverables.values_list("status", flat=True)) == {"ended"}
        assert not Deadline.objects.pending().filter(engagement=engagement).exists()

    def test_pays_twenty_at_least_and_never_more_than_the_shares_that_are_left(self, engagement):
        hold = engagement.holds.get()
        engagement.terms |= {"leaving_percent": 1, "leaving_minimum_cents": 2000}
        assert leaving.sums_for(engagement, hold, at=later(engagement)).pay.cents == 2000
        engagement.terms["leaving_minimum_cents"] = 10**7
        sums = leaving.sums_for(engagement, hold, at=later(engagement))
        assert (sums.pay.cents, sums.back.cents) == (40000, 4000)

    def test_leaves_an_approved_part_paid_in_full(self, engagement):
        stages.deliver(engagement, at=engagement.materials_asked_at)
        part = engagement.deliverables.get(number=1)
        releasing.approve_work(part, by=engagement.offered_by, at=engagement.materials_asked_at)
        left = leave(engagement)
        share, fee = part.share.cents, part.share.cents * 4000 // 40000
        assert left.given_back.cents == 44000 - share - fee - 4000
        assert balances(engagement) == (0, share + 4000, left.given_back.cents)
        engagement.refresh_from_db()
        assert engagement.status == "completed"

    def test_of_a_part_that_is_looked_at_waits_for_the_answer(self, engagement):
        stages.deliver(engagement, at=engagement.materials_asked_at)
        with pytest.raises(leaving.WorkHandedIn):
            leave(engagement)
        assert balances(engagement) == (44000, 0, 0)

    def test_is_possible_48_hours_after_asking_and_not_before(self, engagement):
        with pytest.raises(leaving.NotYetToLeave):
            leave(engagement, at=later(engagement) - timedelta(seconds=1))
        assert leave(engagement)

    def test_needs_something_that_is_still_missing(self, engagement):
        give_all(engagement, at=engagement.materials_asked_at)
        with pytest.raises(leaving.NotYetToLeave):
            leave(engagement)

    def test_needs_that_it_was_asked_for(self, engagement):
        Engagement.objects.update(materials_asked_at=None)
        with pytest.raises(leaving.NotYetToLeave):
            leaving.leave(engagement, by=engagement.student, at=timezone.now() + timedelta(days=40))

    def test_is_for_the_student_alone_and_once(self, engagement):
        with pytest.raises(PermissionDenied):
            leave(engagement, by=engagement.offered_by)
        leave(engagement)
        with pytest.raises(InvalidTransition):
            leave(engagement)

    def test_is_possible_twice_in_ninety_days(self, engagement, settings):
        settings.LEAVING_TIMES = 0
        with pytest.raises(leaving.LeftTooOften):
            leave(engagement)

    def test_takes_no_amount_from_outside(self, engagement):
        with pytest.raises(leaving.AmountsChanged):
            leave(engagement, pay_cents=4001)
        assert leave(engagement, pay_cents=4000)

    @pytest.mark.parametrize("reason", Hold.Reason.values)
    def test_waits_while_the_payment_is_stopped(self, engagement, reason):
        Hold.objects.update(hold_reason=reason)
        with pytest.raises(PaymentStopped):
            leave(engagement)

    def test_tells_both_sides_the_sums(self, engagement):
        leave(engagement)
        for template, to in (("you_left", engagement.student), ("student_left", engagement.offered_by)):
            letter = letters(template).get()
            assert (letter.to, letter.context["pay"]) == (to, {"$cents": 4000})

    def test_is_told_by_the_bar_the_receipt_and_the_story_of_the_money(self, engagement):
        leave(engagement)
        hold = engagement.holds.get()
        receipt = receipting.receipt_for(hold)
        assert [amount.cents for amount in receipt.totals] == [4000, 4000, 0]
        assert [row.label for row in receipt.rows][-2:] == ["Ended without a delivery", "Leaving pay"]
        assert "promised materials stayed away" in " ".join(move.what for move in receipting.moves_of(hold))
        steps_ = {step["label"]: step["amount"] for step in bar_of(engagement)}
        assert str(steps_["Released to the student"]) == "$40.00"
        assert str(steps_["On its way back to the card"]) == "$400.00"


class TestBefore:
    def test_the_company_hears_what_may_follow_when_the_student_asks(self, engagement):
        letter = letters("materials_asked").get()
        assert (letter.context["pay"], letter.context["back"]) == ({"$cents": 4000}, {"$cents": 40000})
        assert letter.context["missing"] == PROMISED

    def test_both_sides_hear_when_the_time_has_come(self, engagement):
        tasks.run_deadlines(at=later(engagement) - timedelta(minutes=1))
        assert not letters("you_may_leave").exists()
        tasks.run_deadlines(at=later(engagement))
        assert letters("you_may_leave").get().to == engagement.student
        assert letters("student_may_leave").get().to == engagement.offered_by

    def test_nobody_hears_where_all_is_there(self, engagement):
        give_all(engagement, at=engagement.materials_asked_at)
        tasks.run_deadlines(at=later(engagement))
        assert not letters("you_may_leave").exists()


class TestPage:
    def test_shows_the_sums_before_the_click_and_once_more(self, client, engagement, time_machine):
        time_machine.move_to(later(engagement) + timedelta(minutes=1))
        client.force_login(engagement.student)
        address = f"/engagements/{engagement.public_id}/leave/"
        assert "Leave with $40.00…" in client.get(engagement.get_absolute_url()).content.decode()
        page = client.get(address).content.decode()
        assert ("$40.00" in page, "$400.00" in page) == (True, True)
        assert client.post(address, {"pay_cents": "4001"}).status_code == 409
        assert client.post(address, {}).status_code == 422
        assert client.post(address, {"pay_cents": "4000"}).status_code == 302
        assert LeavingPay.objects.get().amount.cents == 4000

    def test_the_company_reads_what_may_happen(self, client, engagement, time_machine):
        time_machine.move_to(later(engagement) + timedelta(minutes=1))
        client.force_login(engagement.offered_by)
        assert "may leave with $40.00" in client.get(engagement.get_absolute_url()).content.decode()


def test_the_database_refuses_more_than_the_shares(engagement):
    leave(engagement)
    with pytest.raises(IntegrityError, match="leaving_pay_is_of_the_shares"), transaction.atomic():
        LeavingPay.objects.update(student_cents=40001)


def test_the_money_goes_both_ways_and_the_books_agree(own_database, sandbox, board):
    engagement = board
    supplying.ask_for_materials(engagement, by=engagement.student, at=engagement.materials_due_at)
    engagement.refresh_from_db()
    at = later(engagement)
    steps.a_ready_payee(sandbox, engagement.student, at=at)
    sandbox.seed(float_cents=5000)  # Stripe keeps its fee on the payment
    left = leave(engagement)
    steps.work_off(sandbox, at=at)
    left.refresh_from_db()
    assert (left.sent_at, engagement.holds.get().status) == (at, "settled")
    assert steps.got(sandbox, engagement.student) == 4000
    assert letters("leaving_pay_sent").exists()
    steps.books_agree(sandbox, own=5000)
