"""The worked numbers of PAYMENTS.md 0.2: a fee of 300.00, the platform's 30.00 on top, 330.00 held."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from marketplace.kernel.money import Money, fee_part
from payments import ledger
from payments.ledger.chart import Code
from payments.ledger.models import Journal

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEE, PLATFORM, GROSS = Money(30000), Money(3000), Money(33000)
STRIPE_FEE = Money(987)  # 2.9 % of 330.00 and 0.30

pytestmark = pytest.mark.django_db


@pytest.fixture
def hold() -> UUID:
    hold = uuid4()
    fund(hold)
    return hold


def fund(hold: UUID, *, payment: str | None = None, bt: str | None = None) -> Journal:
    return ledger.funded(
        hold=hold,
        payment=payment or f"pi_{hold}",
        gross=GROSS,
        processing_fee=STRIPE_FEE,
        stripe_bt=bt or f"txn_{hold}",
        occurred_at=NOW,
    )


def release(hold: UUID, share: Money = FEE, fee: Money = PLATFORM) -> UUID:
    operation = uuid4()
    ledger.release_decided(hold=hold, operation=operation, share=share, fee=fee, occurred_at=NOW)
    return operation


def transfer(hold: UUID, operation: UUID, amount: Money = FEE, bt: str | None = "txn_tr") -> Journal:
    return ledger.transferred(
        hold=hold,
        operation=operation,
        transfer=f"tr_{operation}",
        amount=amount,
        stripe_bt=bt,
        occurred_at=NOW,
    )


def lines(journal: Journal) -> set[tuple[Code, int, str | None]]:
    rows = journal.entries.values_list("account__code", "amount_cents", "account__scope_id")
    return {(Code(code), cents, scope) for code, cents, scope in rows}


def test_what_was_charged_is_held_and_stripes_fee_is_the_platforms(hold):
    assert lines(Journal.objects.get(hold_id=hold)) == {
        (Code.STRIPE_BALANCE, 32013, None),
        (Code.PROCESSING_FEE, 987, None),
        (Code.HELD, -33000, str(hold)),
    }
    assert ledger.balances_of(hold) == ledger.HoldBalances(held=GROSS)


def test_a_charge_without_a_fee_has_no_line_for_it():
    journal = ledger.funded(
        hold=uuid4(),
        payment="pi_free",
        gross=GROSS,
        processing_fee=Money(0),
        stripe_bt="txn_free",
        occurred_at=NOW,
    )
    assert {code for code, _, _ in lines(journal)} == {Code.STRIPE_BALANCE, Code.HELD}


def test_the_student_is_promised_the_whole_fee_and_the_platform_earns_its_own(hold):
    operation = release(hold)
    assert lines(Journal.objects.get(business_key=f"release:{operation}")) == {
        (Code.HELD, 33000, str(hold)),
        (Code.STUDENT_PAYABLE, -30000, str(hold)),
        (Code.PLATFORM_FEE, -3000, None),
    }
    assert ledger.balances_of(hold) == ledger.HoldBalances(student_payable=FEE)
    assert ledger.released_so_far(hold) == ledger.Released(share=FEE, fee=PLATFORM)


def test_what_is_left_of_a_paid_out_hold_is_the_platforms_fee_less_stripes(hold):
    transfer(hold, release(hold))
    assert not ledger.balances_of(hold)
    assert ledger.balance(Code.STRIPE_BALANCE) == PLATFORM - STRIPE_FEE == Money(2013)
    assert ledger.balance(Code.PLATFORM_FEE) == PLATFORM
    assert ledger.balance(Code.PROCESSING_FEE) == STRIPE_FEE


def test_an_undone_release_is_posted_the_other_way_round(hold):
    operation = release(hold)
    undone = ledger.release_undone(operation=operation, occurred_at=NOW)
    assert lines(undone) == {
        (Code.HELD, -33000, str(hold)),
        (Code.STUDENT_PAYABLE, 30000, str(hold)),
        (Code.PLATFORM_FEE, 3000, None),
    }
    assert ledger.balances_of(hold) == ledger.HoldBalances(held=GROSS)
    assert ledger.released_so_far(hold) == ledger.Released(share=Money(0), fee=Money(0))


def test_an_undone_release_can_be_decided_again_by_another_operation(hold):
    ledger.release_undone(operation=release(hold), occurred_at=NOW)
    release(hold)
    assert ledger.balances_of(hold) == ledger.HoldBalances(student_payable=FEE)


def test_a_release_that_never_was_cannot_be_undone():
    with pytest.raises(Journal.DoesNotExist):
        ledger.release_undone(operation=uuid4(), occurred_at=NOW)


def test_a_sent_release_cannot_be_undone(hold):
    operation = release(hold)
    transfer(hold, operation)
    with pytest.raises(ledger.Overdrawn):
        ledger.release_undone(operation=operation, occurred_at=NOW)


def test_three_deliverables_earn_the_platform_its_fee_to_the_cent(hold):
    for share in (Money(9999), Money(9999), Money(10002)):
        done = ledger.released_so_far(hold)
        fee = fee_part(PLATFORM.cents, FEE.cents, (done.share + share).cents, done.fee.cents)
        transfer(
            hold, release(hold, share, Money(fee)), share, bt=f"txn_{share.cents}_{fee}_{done.share.cents}"
        )
    assert not ledger.balances_of(hold)
    assert ledger.released_so_far(hold) == ledger.Released(share=FEE, fee=PLATFORM)


def test_the_refund_of_an_unstarted_engagement_returns_everything_and_costs_the_platform_stripes_fee(hold):
    operation = uuid4()
    ledger.refund_decided(hold=hold, operation=operation, amount=GROSS, occurred_at=NOW)
    assert ledger.balances_of(hold) == ledger.HoldBalances(refund_payable=GROSS)
    ledger.refund_booked(
        hold=hold, operation=operation, refund="re_1", amount=GROSS, stripe_bt="txn_re", occurred_at=NOW
    )
    assert not ledger.balances_of(hold)
    assert ledger.balance(Code.STRIPE_BALANCE) == Money(-987)


def test_a_refund_that_comes_back_is_owed_again(hold):
    operation = uuid4()
    fact = {"hold": hold, "operation": operation, "refund": "re_1", "amount": GROSS, "occurred_at": NOW}
    ledger.refund_decided(hold=hold, operation=operation, amount=GROSS, occurred_at=NOW)
    ledger.refund_booked(**fact, stripe_bt="txn_re")
    ledger.refund_failed(**fact, stripe_bt="txn_back")
    assert ledger.balances_of(hold) == ledger.HoldBalances(refund_payable=GROSS)


def test_a_second_payment_waits_apart_and_goes_back(hold):
    ledger.unapplied(
        hold=hold, payment="pi_2", gross=GROSS, processing_fee=STRIPE_FEE, stripe_bt="txn_2", occurred_at=NOW
    )
    assert ledger.balance(Code.UNAPPLIED, "pi_2") == GROSS
    operation = uuid4()
    ledger.unapplied_refund_decided(
        hold=hold, operation=operation, payment="pi_2", amount=GROSS, occurred_at=NOW
    )
    ledger.refund_booked(
        hold=hold, operation=operation, refund="re_2", amount=GROSS, stripe_bt="txn_re_2", occurred_at=NOW
    )
    assert ledger.balance(Code.UNAPPLIED, "pi_2") == Money(0)
    assert ledger.balances_of(hold) == ledger.HoldBalances(held=GROSS)


def test_a_release_beside_a_refund_of_the_same_money_is_refused(hold):
    ledger.refund_decided(hold=hold, operation=uuid4(), amount=GROSS, occurred_at=NOW)
    with pytest.raises(ledger.Overdrawn):
        release(hold)


def test_each_fact_told_again_changes_nothing(hold):
    operation = release(hold)
    first = transfer(hold, operation)
    assert transfer(hold, operation) == first
    assert transfer(hold, operation, bt=None) == first
    assert fund(hold) == Journal.objects.get(business_key=f"fund:pi_{hold}")
    assert ledger.verify() == []
    assert Journal.objects.of_hold(hold).count() == 3


def test_a_hold_is_funded_by_one_payment(hold):
    with pytest.raises(ledger.JournalMismatch):
        fund(hold, payment="pi_other", bt="txn_other")


def test_the_journals_of_a_hold_read_as_its_story(hold):
    transfer(hold, release(hold))
    story = [journal.get_kind_display() for journal in Journal.objects.of_hold(hold).oldest_first()]
    assert story == ["Charged and held", "Promised to the student", "Sent to the student"]


def test_each_journal_says_who_moved_it_by_which_operation_and_where_stripe_booked_it(hold):
    """What nobody could add later: these columns are what one finds a move by."""
    sent = release(hold)
    transfer(hold, sent)
    back, refund = uuid4(), uuid4()
    of_stripe = {"hold": hold, "occurred_at": NOW}
    ledger.reversed_(operation=back, reversal="trr_1", amount=FEE, stripe_bt="txn_trr", **of_stripe)
    ledger.unapplied(payment="pi_2", gross=GROSS, processing_fee=STRIPE_FEE, stripe_bt="txn_2", **of_stripe)
    ledger.unapplied_refund_decided(operation=refund, payment="pi_2", amount=GROSS, **of_stripe)
    told = Journal.objects.of_hold(hold).values_list(
        "kind", "actor", "operation_id", "stripe_id", "stripe_bt"
    )
    assert set(told) == {
        ("funded", "stripe", None, f"pi_{hold}", f"txn_{hold}"),
        ("release", "system", sent, None, None),
        ("transfer", "stripe", sent, f"tr_{sent}", "txn_tr"),
        ("reversal", "stripe", back, "trr_1", "txn_trr"),
        ("unapplied", "stripe", None, "pi_2", "txn_2"),
        ("refund", "system", refund, None, None),
    }
