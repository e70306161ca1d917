"""Turns that money seldom takes, as its two sides see them, and clocks that find nothing to do."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from marketplace.kernel.money import Money
from payments import (
    accounting,
    ageing,
    leaving,
    offering,
    operations,
    paying_out,
    refunding,
    releasing,
    tasks,
)
from payments.models import (
    Alarm,
    BankSeen,
    CardSeen,
    Deadline,
    FraudCheck,
    Hold,
    LeavingPay,
    Operation,
    Payee,
    PaymentRequest,
)
from payments.operations import finishing, recording, watching
from payments.stripe_gateway import Booking, DisputeFacts
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.test_promised_materials import materials_promised


@pytest.fixture
def now():
    return timezone.now()


def coming(engagement):
    told = accounting.journey_of(engagement, role="employer", at=timezone.now()).coming
    return " ".join(str(event) for event in told)


def taken_back(engagement, *, cents, at, status="needs_response"):
    """A bank takes so much of the payment back."""
    hold = engagement.holds.get()
    facts = DisputeFacts(
        id="dp_1",
        charge=hold.charge,
        status=status,
        reason="fraudulent",
        amount_cents=cents,
        due_by=at + timedelta(days=7),
        at=at,
        bookings=[Booking("txn_d", -cents, 1_500, at)],
    )
    operations.record_dispute(hold, facts, at=at)


@stands_on(stages.offered)
def test_what_comes_next_after_a_yes_and_after_a_refused_card(board, now):
    paying_out.open_account(board.student, country="SE", at=now)
    offering.accept_offer(board, by=board.student, at=now)
    assert f"{board.total_price} is being charged to the card" in coming(board)
    finishing.fail(Operation.objects.get(kind="capture").pk, "The bank said no.", at=now)
    said = coming(board)
    assert f"{board.company} pays {board.total_price} again" in said
    assert "nothing was charged" in said


@stands_on(stages.under_way)
class TestUnderWay:
    def test_a_refund_on_its_way_is_told_until_it_is_there(self, board, now):
        assert "goes back to the card" not in coming(board)
        refunding.cancel_before_start(board, by=board.student, at=now, reason="Ill.")
        assert f"{board.total_price} goes back to the card" in coming(board)

    def test_a_stopped_payment_is_a_trouble_though_nothing_of_it_waits(self, board, now):
        Hold.objects.update(hold_reason="fraud_review")
        (trouble,) = accounting.journey_of(board, role="student", at=now).troubles
        assert (trouble.title, trouble.amount.cents) == ("A person looks at it first", 0)

    def test_what_a_bank_took_back_is_told_to_the_company_with_its_sum(self, board, now):
        taken_back(board, cents=12_300, at=now)
        (trouble,) = accounting.journey_of(board, role="employer", at=now).troubles
        assert abs(trouble.amount.cents) == 12_300
        taken_back(board, cents=12_300, at=now, status="lost")
        (side,) = accounting.sides_of(board.offered_by, at=now)
        assert side.totals.figures[-1].name == "bank"
        assert abs(side.totals.figures[-1].amount.cents) == 12_300

    def test_a_chargeback_that_is_not_due_soon_rings_for_nobody(self, board, now):
        taken_back(board, cents=100, at=now)
        Alarm.objects.all().delete()
        deadline = Deadline(kind=Deadline.Kind.CHARGEBACK_DUE, hold=board.holds.get(), due_at=now)
        tasks.ring_for_chargeback(deadline, now)
        assert not Alarm.objects.exists()
        tasks.ring_for_chargeback(deadline, now + timedelta(days=7))
        assert Alarm.objects.get().kind == "chargeback_is_due"

    def test_a_deadline_whose_rule_refuses_stays_for_the_next_sweep(self, board, now, monkeypatch):
        def refuses(row, at):
            raise refunding.AlreadyStarted

        monkeypatch.setitem(tasks.RULES, Deadline.Kind.HOLD_ALARM, refuses)
        alarm = Deadline.objects.get(kind=Deadline.Kind.HOLD_ALARM)
        assert not tasks.run_deadline(alarm, at=alarm.due_at)
        alarm.refresh_from_db()
        assert alarm.done_at is None

    def test_the_85th_day_is_set_once(self, board, now):
        hold = board.holds.get()
        for _ in range(2):
            ageing.warn(hold, at=now)
        assert hold.deadlines.filter(kind=Deadline.Kind.HOLD_DECIDES).count() == 1

    def test_a_review_without_an_end_has_none_to_get_back(self, board):
        part = board.deliverables.get(number=1)
        Deadline.objects.resume_review(part)
        assert not Deadline.objects.filter(deliverable=part, kind="review_ends").exists()

    def test_a_card_without_a_fingerprint_is_nobodys(self, board, now):
        watching.note_card(board.holds.get(), charge="ch_x", fingerprint="", failed=False, at=now)
        assert not FraudCheck.objects.exists()
        assert str(CardSeen.objects.get(charge="ch_x")) == "ch_x"
        assert str(BankSeen(fingerprint="fp_b")) == "fp_b"

    def test_it_is_unreleased_until_a_part_is_approved(self, board, now):
        hold = board.holds.get()
        assert hold.is_unreleased
        assert hold.get_absolute_url() == board.get_absolute_url()
        stages.deliver(board, at=now)
        part = board.deliverables.get(number=1)
        releasing.approve_work(part, by=board.offered_by, at=now)
        assert not hold.is_unreleased

    def test_nothing_is_promised_to_whom_nobody_could_pay(self, board):
        Payee.objects.update(user=cast.another_student())
        part = board.deliverables.get(number=1)
        with pytest.raises(Payee.DoesNotExist):
            operations.read_of(operations.lock_parts([part.pk]))

    def test_what_cannot_be_undone_is_sent_at_once(
        self, board, now, settings, django_capture_on_commit_callbacks
    ):
        settings.FIRST_CHARGES = 0
        board.terms["undo_minutes"] = 0
        board.save(update_fields=["terms"])
        stages.deliver(board, at=now)
        with django_capture_on_commit_callbacks() as after:
            release = releasing.approve_work(board.deliverables.get(number=1), by=board.offered_by, at=now)
        sent = [call.args for call in after if isinstance(call, partial)]
        assert ("payments.run_operation", release.operation_id) in sent

    def test_a_charge_by_order_has_its_number_on_the_companys_receipt(self, board, now):
        asked = {"asked_by": board.offered_by, "email": "books@maple.example", "created_at": now}
        PaymentRequest.objects.create(
            engagement=board, po_number="PO-77", ends_at=now + timedelta(days=1), **asked
        )
        facts = dict(accounting.receipt_of(board, 1, role="employer", at=now).facts)
        assert facts["Purchase order"] == "PO-77"
        assert facts["Stripe’s reference"] == board.holds.get().payment_intent


@stands_on(stages.completed)
def test_after_a_restore_what_was_never_sent_is_found_nowhere_and_left_as_it_is(sandbox, board, now):
    before = list(Operation.objects.order_by("pk").values())
    assert operations.look_for_open(at=now) == 0
    assert list(Operation.objects.order_by("pk").values()) == before


@stands_on(stages.paid_for)
def test_a_page_on_which_nobody_paid_books_nothing(sandbox, board, now):
    hold = offering.make_offer(board, by=board.project.posted_by, at=now).holds.get()
    tasks.sweep_once(at=now)
    hold.refresh_from_db()
    closing = Operation(hold=hold, params={"session": hold.checkout_session})
    recording.record_paid_page(closing, at=now)
    hold.refresh_from_db()
    assert (hold.status, hold.payment_intent) == (Hold.Status.CHECKOUT_OPEN, None)
    assert not Alarm.objects.exists()


@stands_on(materials_promised)
def test_nothing_is_announced_where_nothing_could_be_left(board, now):
    leaving.announce(board, at=now)  # nobody asked
    assert leaving.sums_of(board, at=now) is None
    assert not Deadline.objects.filter(kind="leaving_opens").exists()
    assert not LeavingPay.objects.exists()


@stands_on(materials_promised)
def test_leaving_pay_may_be_all_that_is_held(board, now):
    """The least leaving pay takes a small share whole, and no cent of the platform fee went with it."""
    hold = board.holds.get()
    pay = hold.student_fee
    left = operations.plan_leaving(hold, pay=pay, shares=pay, fee=Money(0), at=now)
    assert (left.given_back, left.refund) == (Money(0), None)


@pytest.mark.django_db
def test_whoever_looks_at_money_for_us_has_one_more_side(client):
    moderator = cast.a_moderator()
    (side,) = accounting.sides_of(moderator, at=timezone.now())
    assert side.name == "moderator"
