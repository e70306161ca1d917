"""Balances and banks: what is set aside, what is paid out and when, what comes back."""

import pytest
import stripe

FLOAT = 100_000


@pytest.fixture
def funded(make_world):
    return make_world(float_cents=FLOAT)


@pytest.fixture
def earned(funded):
    """An account with 300.00 available, on a Wednesday."""
    student = funded.account().id
    funded.transfer(30000, to=student, charge=funded.captured().latest_charge.id)
    funded.control.advance(days=2)
    return funded, student


def kinds(world, account=None):
    options = {"stripe_account": account} if account else {}
    transactions = world.client.v1.balance_transactions.list({"limit": 100}, options).data
    return [(t.type, t.net) for t in transactions][::-1]


def test_the_platform_stands_for_an_account_below_nought_until_it_is_whole_again(earned):
    world, student = earned
    world.control.advance(days=1)  # the money is in the student's bank
    world.control.reserves(allowed=True)
    (transfer,) = world.client.v1.transfers.list().data
    had = world.client.v1.balance.retrieve().available[0].amount
    world.client.v1.transfers.reversals.create(transfer.id, {"amount": 20000})
    balance = world.client.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.connect_reserved[0].amount) == (had, 20000)
    assert kinds(world)[-1] == ("reserve_transaction", -20000)
    assert world.control.report()["balances"]["platform"]["usd"]["reserved"] == 20000
    world.transfer(5000, to=student)
    world.transfer(25000, to=student)
    assert world.client.v1.balance.retrieve().connect_reserved[0].amount == 0
    assert [k for k in kinds(world) if k[0] == "reserve_transaction"] == [
        ("reserve_transaction", -20000),
        ("reserve_transaction", 5000),
        ("reserve_transaction", 15000),
    ]


def test_after_half_a_year_the_reserve_makes_the_account_whole(earned):
    world, student = earned
    world.control.advance(days=1)
    world.control.reserves(allowed=True)
    (transfer,) = world.client.v1.transfers.list().data
    world.client.v1.transfers.reversals.create(transfer.id, {"amount": 20000})
    before = world.client.v1.balance.retrieve().available[0].amount
    world.control.advance(days=179)
    assert world.control.books()[student] == {"usd": -20000}
    world.control.advance(days=1)
    assert world.control.books()[student] == {"usd": 0}
    balance = world.client.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.connect_reserved[0].amount) == (before, 0)


def test_a_payout_by_hand_can_be_stopped_until_the_night(funded):
    payouts = funded.client.v1.payouts
    first = payouts.create({"amount": 40000, "currency": "usd", "metadata": {"op": "1"}})
    assert (first.status, first.automatic, first.metadata["op"]) == ("pending", False, "1")
    assert payouts.cancel(first.id).status == "canceled"
    second = payouts.create({"amount": 30000, "currency": "usd"})
    funded.control.advance(hours=12)
    with pytest.raises(stripe.InvalidRequestError, match="in_transit cannot be canceled"):
        payouts.cancel(second.id)
    funded.control.advance(days=1)
    assert payouts.retrieve(second.id).status == "paid"
    assert [p.id for p in payouts.list({"status": "paid"}).data] == [second.id]
    assert funded.control.banks()["platform"] == {"usd": 30000 - FLOAT}
    assert [e for e in funded.happened() if e.startswith("payout")] == [
        *("payout.created", "payout.canceled", "payout.created", "payout.updated", "payout.paid")
    ]


def test_what_is_not_available_cannot_be_paid_out(funded):
    funded.captured()
    for cents, code in ((FLOAT + 1, "balance_insufficient"), (0, "parameter_invalid_integer")):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            funded.client.v1.payouts.create({"amount": cents, "currency": "usd"})
        assert refused.value.code == code


def test_an_account_on_a_manual_schedule_is_paid_out_by_hand_in_its_name(earned):
    world, student = earned
    theirs = {"stripe_account": student}
    manual = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
    world.client.v1.balance_settings.update(manual, theirs)
    world.control.advance(days=3)
    assert world.control.books()[student] == {"usd": 30000}
    world.client.v1.payouts.create({"amount": 10000, "currency": "usd"}, theirs)
    assert world.control.books()[student] == {"usd": 20000}
    with pytest.raises(stripe.InvalidRequestError, match="only payouts and settings"):
        world.client.v1.refunds.create({"charge": "ch_1"}, theirs)


def test_settings_say_when_and_what_stays(earned):
    world, student = earned
    theirs = {"stripe_account": student}
    assert world.client.v1.balance_settings.retrieve().payments.payouts.schedule.interval == "manual"
    assert world.client.v1.balance_settings.retrieve({}, theirs).payments.payouts.schedule.interval == "daily"
    weekly = {"schedule": {"interval": "weekly", "weekly_payout_days": ["friday"]}}
    stays = {"minimum_balance_by_currency": {"usd": 5000}}
    world.client.v1.balance_settings.update({"payments": {"payouts": weekly | stays}}, theirs)
    world.control.advance(hours=12)  # Thursday
    assert world.control.books()[student] == {"usd": 30000}
    world.control.advance(days=1)
    assert world.control.books()[student] == {"usd": 5000}
    world.control.advance(days=7)
    assert kinds(world, student)[1:] == [
        ("payout_minimum_balance_hold", -5000),
        ("payout", -25000),
        ("payout_minimum_balance_release", 5000),
    ]
    (payout,) = world.control.report()["payouts"]
    paid = world.client.v1.balance_transactions.list({"payout": payout}, theirs).data
    assert sum(t.net for t in paid) == 0
    for wrong in (
        {"settlement_timing": {"delay_days_override": 7}},
        {"payouts": {"minimum_balance_by_currency": {"usd": -1}}},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            world.client.v1.balance_settings.update({"payments": wrong}, theirs)


def test_the_platform_may_be_paid_out_by_itself_too(funded):
    daily = {"payments": {"payouts": {"schedule": {"interval": "monthly", "monthly_payout_days": [5]}}}}
    funded.client.v1.balance_settings.update(daily)
    funded.captured()
    funded.control.advance(days=4)
    assert funded.control.books()["platform"] == {"usd": 0}
    assert "balance_settings.updated" in funded.happened()


def test_a_bank_sends_payouts_back_and_gets_none_until_it_is_changed(earned):
    world, student = earned
    world.control.bank(student, "account_closed")
    world.control.advance(days=5)
    (payout,) = world.client.v1.payouts.list({}, {"stripe_account": student}).data
    assert (payout.status, payout.failure_code) == ("failed", "account_closed")
    assert world.control.books()[student] == {"usd": 30000}
    back = world.client.v1.balance_transactions.retrieve(
        payout.failure_balance_transaction, options={"stripe_account": student}
    )
    assert (back.type, back.reporting_category, back.net) == ("payout_failure", "payout_reversal", 30000)
    world.control.bank(student)
    world.control.advance(days=4)
    assert world.control.banks()[student] == {"usd": 30000}
    with pytest.raises(ValueError, match="none of"):
        world.control.bank(student, "bored")


def test_a_payout_may_fail_after_it_was_paid(earned):
    world, student = earned
    world.control.advance(days=2)
    (payout,) = world.control.report()["payouts"]
    world.control.fail_payout(payout, "no_account")
    assert world.control.books()[student] == {"usd": 30000}
    listed = world.client.v1.events.list({"limit": 1}, {"stripe_account": student}).data
    assert listed[0].type == "payout.failed"
    for wrong in (payout, "po_nothing"):
        with pytest.raises(ValueError, match=r"failed|no payout"):
            world.control.fail_payout(wrong)


def test_a_top_up_comes_on_the_next_business_day_or_is_stopped(funded):
    topups = funded.client.v1.topups
    wanted = {"amount": 5000, "currency": "usd", "description": "Float"}
    first, second = topups.create(wanted), topups.create(wanted)
    assert topups.cancel(second.id).status == "canceled"
    funded.control.advance(hours=12)
    done = topups.retrieve(first.id, {"expand": ["balance_transaction"]})
    assert (done.status, done.balance_transaction.type) == ("succeeded", "topup")
    assert funded.control.books()["platform"] == {"usd": FLOAT + 5000}
    assert [t.id for t in topups.list({"amount": 5000, "status": "canceled"}).data] == [second.id]
    with pytest.raises(stripe.InvalidRequestError, match="cannot be canceled"):
        topups.cancel(first.id)
    with pytest.raises(stripe.InvalidRequestError):
        topups.create(wanted | {"amount": 0})


def test_stripes_own_fees_for_accounts_are_asked_where_it_is_wanted(earned):
    world, _ = earned
    world.control.fees(asked=True)
    world.control.advance(days=1)
    assert [k for k in kinds(world) if k[0] == "stripe_fee"] == [("stripe_fee", -100), ("stripe_fee", -200)]
