"""Transfer reversals: what comes back from a connected account, and what cannot."""

import pytest
import stripe


@pytest.fixture
def sent(make_world):
    """A transfer of 300.00 from a charge, whose money the account has available; no payout yet."""
    world = make_world(float_cents=100_000)
    student = world.account().id
    transfer = world.transfer(30000, to=student, charge=world.captured().latest_charge.id)
    world.control.advance(days=2)
    return world, transfer


def reverse(world, transfer, key=None, **params):
    options = {"idempotency_key": key} if key else {}
    return world.client.v1.transfers.reversals.create(transfer.id, params, options)


def test_a_reversal_brings_the_money_back_in_parts_until_nothing_is_left(sent):
    world, transfer = sent
    before = world.control.books()["platform"]["usd"]
    first = reverse(world, transfer, amount=10000, metadata={"op": "4"})
    booked = world.client.v1.balance_transactions.retrieve(first.balance_transaction)
    assert (booked.type, booked.reporting_category, booked.net) == (
        "transfer_refund",
        "transfer_reversal",
        10000,
    )
    rest = reverse(world, transfer)
    assert (first.metadata["op"], rest.amount) == ("4", 20000)
    assert world.control.books() == {"platform": {"usd": before + 30000}, transfer.destination: {"usd": 0}}
    shown = world.client.v1.transfers.retrieve(transfer.id)
    assert (shown.amount_reversed, shown.reversed) == (30000, True)
    assert [r.id for r in shown.reversals.data] == [rest.id, first.id]
    with pytest.raises(stripe.InvalidRequestError, match="fully reversed"):
        reverse(world, transfer)
    assert world.happened().count("transfer.reversed") == 2


def test_the_accounts_side_is_a_refund_of_its_payment(sent):
    world, transfer = sent
    theirs = {"stripe_account": transfer.destination}
    reversal = reverse(world, transfer, amount=100)
    refund = world.client.v1.refunds.retrieve(reversal.destination_payment_refund, options=theirs)
    assert (refund.amount, refund.charge, refund.transfer_reversal) == (
        100,
        transfer.destination_payment,
        reversal.id,
    )
    payment = world.client.v1.charges.retrieve(transfer.destination_payment, options=theirs)
    assert payment.amount_refunded == 100
    assert world.control.report()["refunds"] == {}
    assert world.control.report()["reversals"][reversal.id]["amount"] == 100


def test_reversals_are_listed_and_found_under_their_transfer(sent):
    world, transfer = sent
    ids = [reverse(world, transfer, amount=100).id for _ in range(11)][::-1]
    reversals = world.client.v1.transfers.reversals
    listed = reversals.list(transfer.id, {"limit": 100})
    assert [r.id for r in listed.data] == ids
    assert reversals.retrieve(transfer.id, ids[0]).id == ids[0]
    shown = world.client.v1.transfers.retrieve(transfer.id).reversals
    assert ([r.id for r in shown.data], shown.has_more) == (ids[:10], True)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        reversals.list("tr_nothing")
    assert refused.value.http_status == 404


def test_more_than_was_sent_and_less_than_a_cent_are_refused(sent):
    world, transfer = sent
    for cents in (30001, 0):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            reverse(world, transfer, amount=cents)
        assert refused.value.param == "amount"
    assert world.client.v1.transfers.retrieve(transfer.id).amount_reversed == 0


def test_money_that_is_pending_or_in_the_bank_cannot_be_taken_back(sent):
    world, transfer = sent
    pending = world.transfer(100, to=transfer.destination, charge=world.captured().latest_charge.id)
    world.control.advance(days=1)  # the night's payout
    for one in (pending, transfer):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            reverse(world, one)
        assert refused.value.code == "balance_insufficient"


def test_with_connected_reserves_an_account_goes_below_nought(sent):
    world, transfer = sent
    world.control.advance(days=1)
    world.control.reserves(allowed=True)
    reverse(world, transfer)
    assert world.control.books()[transfer.destination] == {"usd": -30000}


def test_a_transfer_can_be_described_afterwards(sent):
    world, transfer = sent
    transfers = world.client.v1.transfers
    described = transfers.update(transfer.id, {"description": "Part 1", "metadata": {"a": "b"}})
    assert (described.description, described.metadata.to_dict()) == ("Part 1", {"a": "b"})
    assert transfers.update(transfer.id, {"metadata": ""}).metadata.to_dict() == {}
