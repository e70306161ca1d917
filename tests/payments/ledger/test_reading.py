"""Reading the book: balances, the trial balance, and whether the running balances are true."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db.transaction import atomic

from marketplace.kernel.money import Money
from payments import ledger
from payments.ledger import Code, HoldBalances

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fund(hold, cents: int = 33000) -> None:
    ledger.funded(
        hold=hold,
        payment=f"pi_{hold}",
        gross=Money(cents),
        processing_fee=Money(100),
        stripe_bt=f"txn_{hold}",
        occurred_at=NOW,
    )


@pytest.mark.django_db
def test_an_empty_book_is_in_order():
    assert ledger.verify() == []
    assert ledger.trial_balance() == ledger.TrialBalance({})
    assert ledger.trial_balance().difference == {}
    assert ledger.balance(Code.STRIPE_BALANCE) == ledger.balance(Code.HELD, uuid4()) == Money(0)


@pytest.mark.django_db
def test_a_hold_that_was_never_funded_has_nothing():
    assert ledger.balances_of(uuid4()) == HoldBalances()
    assert not HoldBalances()
    assert HoldBalances(refund_payable=Money(1))


@pytest.mark.django_db
def test_a_list_of_holds_costs_one_query(django_assert_num_queries):
    holds = [uuid4() for _ in range(5)]
    for number, hold in enumerate(holds[:4], start=1):
        fund(hold, number * 1000)
    with django_assert_num_queries(1):
        found = ledger.balances_of_holds(holds)
    assert [found[hold].held.cents for hold in holds] == [1000, 2000, 3000, 4000, 0]


@pytest.mark.django_db
def test_the_trial_balance_sums_each_account_in_its_own_direction():
    fund(uuid4())
    fund(uuid4())
    trial = ledger.trial_balance()
    assert trial.sums == {
        ("usd", Code.STRIPE_BALANCE): 65800,
        ("usd", Code.PROCESSING_FEE): 200,
        ("usd", Code.HELD): 66000,
    }
    assert trial.difference == {}


def test_a_trial_balance_that_is_off_says_by_how_much():
    sums = {
        ("usd", Code.STRIPE_BALANCE): 500,
        ("usd", Code.HELD): 499,
        ("eur", Code.BANK): 5,
        ("eur", Code.OWNER): 5,
    }
    assert ledger.TrialBalance(sums).difference == {"usd": 1}


def test_a_balance_that_somebody_forged_is_found(own_database, as_owner):
    hold = uuid4()
    with atomic():
        fund(hold)
    as_owner.execute("ALTER TABLE ledger_balance DISABLE TRIGGER USER")
    as_owner.execute("UPDATE ledger_balance SET posted_cents = 44000")
    (found,) = ledger.verify()
    assert (found.posted, found.entries) == (44000, 33000)
    as_owner.execute("DELETE FROM ledger_balance")
    (found,) = ledger.verify()
    assert (found.posted, found.entries) == (None, 33000)
