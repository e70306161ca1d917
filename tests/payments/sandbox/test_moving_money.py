"""Transfers, refunds, payouts: where every cent goes."""

import pytest
import stripe

from tests.payments.sandbox.conftest import START


def test_a_transfer_from_a_charge_need_not_wait_and_arrives_when_the_charge_does(world):
    charge = world.captured().latest_charge.id
    student = world.account().id
    transfer = world.transfer(30000, to=student, charge=charge, metadata={"op": "1"})
    assert transfer.transfer_group == "group_1"
    booked = world.client.v1.balance_transactions.retrieve(transfer.balance_transaction)
    assert (booked.amount, booked.fee, booked.type, booked.source) == (-30000, 0, "transfer", transfer.id)
    theirs = world.client.v1.balance.retrieve(options={"stripe_account": student})
    assert (theirs.pending[0].amount, theirs.available[0].amount) == (30000, 0)
    assert world.control.books() == {"platform": {"usd": 2013}, student: {"usd": 30000}}
    payment = world.client.v1.charges.retrieve(
        transfer.destination_payment, options={"stripe_account": student}
    )
    assert payment.source_transfer == transfer.id


def test_transfers_never_exceed_their_charge(world):
    charge = world.captured(10000).latest_charge.id
    student = world.account().id
    world.transfer(6000, to=student, charge=charge)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.transfer(4001, to=student, charge=charge)
    assert refused.value.param == "amount"
    world.transfer(4000, to=student, charge=charge)
    assert world.control.report()["charges"][charge]["transferred"] == 10000


def test_a_transfer_without_a_charge_needs_available_money(world):
    world.captured()
    student = world.account().id
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.transfer(100, to=student)
    assert refused.value.code == "balance_insufficient"
    world.control.advance(days=2)
    world.transfer(100, to=student)


def test_a_transfer_needs_a_captured_charge_of_its_currency_and_a_ready_payee(world):
    uncaptured = world.authorised().latest_charge.id
    captured = world.captured().latest_charge.id
    ready, unready = world.account().id, world.account(ready=False).id
    for wrong, param in (
        ({"to": ready, "charge": uncaptured}, "source_transaction"),
        ({"to": ready, "charge": "ch_nothing"}, "source_transaction"),
        ({"to": "acct_nothing", "charge": captured}, "destination"),
        ({"to": ready, "charge": captured, "currency": "eur"}, "currency"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.transfer(100, **wrong)
        assert refused.value.param == param
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.transfer(100, to=unready, charge=captured)
    assert refused.value.code == "insufficient_capabilities_for_transfer"


def test_transfers_are_found_by_group_and_destination(world):
    charge = world.captured().latest_charge.id
    first, second = world.account().id, world.account().id
    one = world.transfer(100, to=first, charge=charge)
    two = world.transfer(100, to=second, charge=charge, transfer_group="other")
    transfers = world.client.v1.transfers
    assert [t.id for t in transfers.list({"transfer_group": "group_1"}).data] == [one.id]
    assert [t.id for t in transfers.list({"destination": second}).data] == [two.id]
    shown = transfers.retrieve(
        one.id, {"expand": ["balance_transaction", "destination", "source_transaction"]}
    )
    assert shown.balance_transaction.amount == -100
    assert shown.destination.payouts_enabled
    assert shown.source_transaction.id == charge


def test_a_refund_waits_until_the_platform_has_the_money(world):
    intent = world.captured()
    refund = world.client.v1.refunds.create({"payment_intent": intent.id, "metadata": {"op": "9"}})
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    assert refund.balance_transaction is None
    world.control.advance(days=2)
    assert world.client.v1.refunds.retrieve(refund.id).status == "pending"  # the fee is gone for good
    world.control.seed(float_cents=987)
    done = world.client.v1.refunds.retrieve(refund.id, {"expand": ["balance_transaction"]})
    assert (done.status, done.pending_reason, done.balance_transaction.amount) == ("succeeded", None, -33000)
    assert world.happened()[-1] == "refund.updated"
    assert world.control.books()["platform"] == {"usd": 0}


def test_a_refund_with_a_float_is_booked_at_once(make_world):
    world = make_world(float_cents=100_000)
    intent = world.captured()
    refund = world.client.v1.refunds.create(
        {"payment_intent": intent.id, "amount": 3000, "reason": "requested_by_customer"}
    )
    assert refund.status == "succeeded"
    charge = world.intent(intent.id).latest_charge
    assert (charge.amount_refunded, charge.refunded) == (3000, False)
    world.client.v1.refunds.create({"payment_intent": intent.id})
    charge = world.intent(intent.id).latest_charge
    assert (charge.amount_refunded, charge.refunded) == (33000, True)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_already_refunded"
    assert [r.amount for r in world.client.v1.refunds.list({"payment_intent": intent.id}).data] == [
        30000,
        3000,
    ]


def test_a_refund_of_a_charge_that_is_not_booked_yet_waits_for_it(make_world):
    world = make_world(float_cents=100_000, late_booking_seconds=60)
    refund = world.client.v1.refunds.create({"payment_intent": world.captured().id})
    assert refund.pending_reason == "charge_pending"
    world.control.advance(minutes=1)
    assert world.client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_what_was_never_taken_cannot_be_refunded(world):
    intent = world.authorised()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_not_refundable"


def test_every_night_available_money_goes_to_the_bank(world):
    charge = world.captured().latest_charge.id
    student = world.account().id
    world.transfer(30000, to=student, charge=charge)
    world.control.advance(days=2)  # the charge is available on Wednesday at midnight
    assert world.control.books()[student] == {"usd": 30000}
    world.control.advance(days=1)
    assert world.control.books()[student] == {"usd": 0}
    (payout,) = world.control.report()["payouts"].values()
    assert (payout["amount"], payout["status"]) == (30000, "in_transit")
    world.control.advance(days=1)
    report = world.control.report()
    assert [p["status"] for p in report["payouts"].values()] == ["paid"]
    assert report["outside"][f"bank:{student}"] == {"usd": 30000}
    listed = world.client.v1.events.list(
        {"types": ["payout.created", "payout.paid"]}, {"stripe_account": student}
    )
    assert [e.type for e in listed.data] == ["payout.paid", "payout.created"]
    assert listed.data[0].account == student
    paid = world.client.v1.balance_transactions.list(
        {"payout": listed.data[0].data.object["id"]}, {"stripe_account": student}
    )
    assert sorted(t.amount for t in paid.data) == [-30000, 30000]


def test_balance_transactions_are_listed_by_type_and_source(world):
    intent = world.captured()
    world.transfer(100, to=world.account().id, charge=intent.latest_charge.id)
    transactions = world.client.v1.balance_transactions
    assert [t.type for t in transactions.list({"created": {"gte": START}}).data] == ["transfer", "charge"]
    (one,) = transactions.list({"type": "charge", "expand": ["data.source"]}).data
    assert one.source.payment_intent == intent.id
    assert [t.id for t in transactions.list({"source": intent.latest_charge.id}).data] == [one.id]


def test_the_report_adds_up_and_says_what_each_object_moved(make_world):
    world = make_world(float_cents=50_000)
    intent = world.captured()
    student = world.account().id
    world.transfer(20000, to=student, charge=intent.latest_charge.id)
    world.client.v1.refunds.create({"payment_intent": intent.id, "amount": 5000})
    report = world.control.report()
    assert report["adds_up"]
    assert report["charges"][intent.latest_charge.id] | {"metadata": None} == {
        "amount": 33000,
        "amount_captured": 33000,
        "amount_refunded": 5000,
        "captured": True,
        "currency": "usd",
        "fee": 987,
        "metadata": None,
        "payment_intent": intent.id,
        "status": "succeeded",
        "transfer_group": "group_1",
        "transferred": 20000,
    }
    outside = {name: parts["usd"] for name, parts in report["outside"].items()}
    balances = sum(part["usd"]["total"] for part in report["balances"].values())
    assert outside["card_network"] == -28000
    assert outside["between_accounts"] == 0
    assert sum(outside.values()) + balances == 0
