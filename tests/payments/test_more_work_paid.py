"""More work that is paid for: on a page of its own, and then worked on, approved, split and refunded like the rest."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from payments import (
    accounting,
    adding_work,
    awarding,
    funding,
    ledger,
    operations,
    refunding,
    releasing,
    stripe_gateway,
    tasks,
)
from payments.http import engagement_with_money
from payments.models import Alarm, Chargeback, Deadline, Operation
from payments.models.bars import bars_of_all
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps
from tests.payments.adding import TERMS, agreed, held, letters, now, page
from tests.payments.test_chargebacks import tell

pytestmark = stands_on(stages.under_way)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def engagement(board):
    return board


class TestTheWholeWay:
    def test_held_worked_on_approved_and_sent_beside_the_first_payment(self, sandbox, engagement):
        at = timezone.now()
        engagement = held(sandbox, engagement, at=at)
        more, part = engagement.more_work.get(), engagement.deliverables.get(number=3)
        hold = part.hold_share.hold
        assert (more.status, more.deliverable, more.hold) == ("started", part, hold)
        assert (hold.number, hold.status, hold.gross_cents) == (2, "funded", 33000)
        assert (part.share_cents, part.title, part.due_at > at + 6 * DAY) == (30000, TERMS.title, True)
        assert {letter.to for letter in letters("held") | letters("paid")} == {
            engagement.student,
            engagement.offered_by,
        }
        steps.a_ready_payee(sandbox, engagement.student, at=at)
        later = steps.approved(engagement, at=at)
        assert now(engagement).status == "completed"
        assert ledger.balances_of(hold.pk).held.cents == 0
        steps.work_off(sandbox, at=later)
        transfer = hold.operations.get(kind=Operation.Kind.TRANSFER)
        assert transfer.params["source_transaction"] == hold.charge  # and never that of the first
        assert steps.got(sandbox, engagement.student) == 70000
        assert set(engagement.holds.values_list("status", flat=True)) == {"settled"}
        steps.books_agree(sandbox)
        whole = engagement_with_money(Asked(engagement.offered_by)).get()
        journey = accounting.journey_of(whole, role="employer", at=later)
        assert (journey.standing.charged.cents, journey.standing.sent.cents) == (77000, 70000)
        assert journey.standing.fee.cents == 7000
        assert [name for name, _ in bars_of_all(whole)] == ["As agreed at the offer", TERMS.title]

    def test_a_refused_card_leaves_48_hours_for_another_and_all_other_work_alone(self, sandbox, engagement):
        at = timezone.now()
        more = agreed(engagement, at=at)
        hold = page(engagement, more, at=at)
        sandbox.break_("402", method="POST", path="/v1/payment_intents/*/capture")
        sandbox.pay(hold.checkout_session)
        late = more.pay_by_at - HOUR
        funding.confirm_payment(hold, at=late)
        operations.run_due(at=late)
        more.refresh_from_db()
        assert (more.status, more.hold.status) == ("agreed", "capture_failed")
        assert more.pay_by_at == late + 48 * HOUR
        assert letters("refused").get().to == engagement.offered_by
        assert letters("late").get().to == engagement.student
        assert now(engagement).status == "active"
        hold = page(engagement, more, at=late)
        sandbox.pay(hold.checkout_session)
        hold = funding.confirm_payment(hold, at=late)
        assert (hold.status, now(engagement).deliverables.count()) == ("funded", 3)
        steps.books_agree(sandbox)

    def test_withdrawn_while_the_card_is_charged_waits_and_paid_too_late_goes_back(self, sandbox, engagement):
        at = timezone.now()
        more = agreed(engagement, at=at)
        hold = page(engagement, more, at=at)
        sandbox.pay(hold.checkout_session)
        adding_work.withdraw(more, by=engagement.offered_by, at=at)
        steps.work_off(sandbox, at=at)
        hold.refresh_from_db()
        assert hold.status == "void"
        assert not hold.operations.filter(kind=Operation.Kind.CAPTURE).exists()
        more = agreed(engagement, at=at)
        hold = page(engagement, more, at=at)
        sandbox.pay(hold.checkout_session)
        funding.confirm_payment(hold, at=at)
        with pytest.raises(operations.BeingCharged):
            adding_work.withdraw(more, by=engagement.offered_by, at=at)
        with pytest.raises(operations.BeingCharged):
            refunding.cancel_before_start(now(engagement), by=engagement.student, at=at, reason="Ill.")
        assert not adding_work.lapse(engagement, at=more.pay_by_at)
        tasks.sweep_once(at=at)
        assert now(engagement).deliverables.get(number=3).hold_share.hold.number == 3  # the second is void
        refunds = refunding.cancel_before_start(now(engagement), by=engagement.student, at=at, reason="Ill.")
        assert [refund.amount_cents for refund in refunds] == [44000, 33000]
        assert ledger.balances_of(hold.pk).refund_payable.cents == 33000

    def test_paid_while_the_bank_had_the_first_payment_is_given_back_uncharged(self, sandbox, engagement):
        at = timezone.now()
        more = agreed(engagement, at=at)
        hold = page(engagement, more, at=at)
        sandbox.pay(hold.checkout_session)
        tell(engagement.holds.get(number=1), at=at)
        funding.confirm_payment(hold, at=at)
        more.refresh_from_db()
        assert (more.status, more.hold.status) == ("void", "void")
        assert letters("over").count() == 2
        assert not hold.operations.filter(kind=Operation.Kind.CAPTURE).exists()

    def test_a_page_that_closed_is_opened_again_and_a_second_payment_rings(self, sandbox, engagement):
        at = timezone.now()
        more = agreed(engagement, at=at)
        hold = page(engagement, more, at=at)
        first = hold.checkout_session
        sandbox.advance(hours=25)
        assert funding.confirm_payment(hold, at=at).status == "unfunded"
        hold = page(engagement, more, at=at)
        assert hold.checkout_session != first
        sandbox.pay(hold.checkout_session)
        funding.confirm_payment(hold, at=at)
        tasks.sweep_once(at=at)
        hold.refresh_from_db()
        facts = another_payment(hold)
        operations.record_intent(hold, facts, at=at)
        assert Alarm.objects.filter(kind="unapplied_payment").exists()
        assert hold.operations.filter(kind=Operation.Kind.REFUND, slot=f"unapplied-{facts.id}").exists()


def another_payment(hold):
    """A second one of the same amount that says it is for this hold."""
    facts = stripe_gateway.intent(hold.payment_intent)
    return replace(facts, id="pi_twice", charge="ch_twice", booking=replace(facts.booking, id="txn_twice"))


class Asked:
    """A request, as far as the query asks it."""

    def __init__(self, user):
        self.user = cast.afresh(user)


@stands_on(held)
class TestAfterwards:
    """The third part stands on the second payment; what happens to one leaves the other."""

    @pytest.fixture
    def part(self, engagement):
        return engagement.deliverables.get(number=3)

    def test_it_is_reviewed_and_undone_alone(self, engagement, part, db):
        at = timezone.now()
        stages.deliver(engagement, number=3, at=at)
        part.refresh_from_db()
        release = releasing.approve_work(part, by=engagement.offered_by, at=at)
        assert (release.student_cents, release.platform_fee_cents) == (30000, 3000)
        assert ledger.balances_of(engagement.holds.get(number=1).pk).held.cents == 44000
        part.refresh_from_db()
        releasing.undo_approval(part, by=engagement.offered_by, at=at)
        assert ledger.balances_of(part.hold_share.hold_id).held.cents == 33000

    def test_never_delivered_it_is_refunded_alone(self, engagement, part, db):
        for at in (part.due_at + 4 * DAY, part.due_at + 12 * DAY):
            Deadline.objects.filter(deliverable__number__lt=3).update(done_at=at)
            tasks.run_deadlines(at=at)
        part.refresh_from_db()
        assert part.status == "ended"
        assert part.hold_share.refund.amount.cents == 33000
        assert now(engagement).status == "active"

    def test_it_is_split_by_a_person_alone(self, engagement, part, db, settings):
        settings.TWO_ADMINS_CENTS = 10**6
        stages.deliver(engagement, number=3, at=timezone.now())
        awarding.divide(
            part.hold_share, student_cents=15000, note="Half of it.", by=cast.a_moderator(), at=timezone.now()
        )
        balances = ledger.balances_of(part.hold_share.hold_id)
        assert (balances.student_payable.cents, balances.refund_payable.cents) == (15000, 16500)

    def test_a_bank_that_takes_one_payment_stops_the_clocks_of_all(self, engagement, part, db):
        first, second = engagement.holds.order_by("number")
        at, due = timezone.now(), part.due_at
        tell(first, at=at, id_="du_1")
        assert Deadline.objects.pending().filter(deliverable=part).exists()
        assert not Deadline.objects.due(at=at + 90 * DAY).filter(deliverable=part).exists()
        tell(second, at=at + DAY, id_="du_2", moves=((-33000, 1500),))
        tell(first, "won", at=at + 3 * DAY, moves=((-44000, 1500), (44000, 0)), id_="du_1")
        first.refresh_from_db()
        part.refresh_from_db()
        assert (first.hold_reason, part.due_at) == ("", due)
        tell(second, "won", at=at + 5 * DAY, moves=((-33000, 1500), (33000, 0)), id_="du_2")
        part.refresh_from_db()
        assert abs(part.due_at - due - 5 * DAY) < HOUR  # once, and not for each of the two
        assert not Chargeback.objects.stopping().exists()

    def test_the_bank_keeps_the_first_payment_and_the_second_part_goes_on(self, engagement, part, db):
        first = engagement.holds.get(number=1)
        tell(first, "lost")
        assert set(engagement.deliverables.filter(number__lt=3).values_list("status", flat=True)) == {"ended"}
        assert now(engagement).status == "active"
        assert ledger.balances_of(part.hold_share.hold_id).held.cents == 33000
