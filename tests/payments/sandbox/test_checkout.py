"""Checkout: the session, the card, what is reserved and what is taken."""

import pytest
import stripe

from payments.sandbox.objects.sessions import NotOpen
from tests.payments.sandbox.conftest import START

DAY = 86400


def test_a_manual_session_completes_unpaid_with_the_whole_amount_capturable(world):
    session = world.session()
    assert session.status == "open"
    assert session.url == f"http://sandbox.test/c/pay/{session.id}"
    assert session.amount_total == 33000
    assert session.payment_intent is None
    paid = world.control.pay(session.id)
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "unpaid", None)
    intent = world.intent(paid["payment_intent"])
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 33000, 0)
    charge = intent.latest_charge
    assert (charge.paid, charge.captured, charge.balance_transaction) == (True, False, None)
    assert charge.payment_method_details.card.capture_before == START + 7 * DAY
    assert charge.transfer_group == "group_1"
    assert charge.metadata.to_dict() == {"hold": "h1"}
    assert world.control.books()["platform"] == {"usd": 0}


def test_capture_takes_the_money_and_books_it_at_once(world):
    intent = world.captured()
    assert (intent.status, intent.amount_received, intent.amount_capturable) == ("succeeded", 33000, 0)
    booked = intent.latest_charge.balance_transaction
    assert (booked.amount, booked.fee, booked.net) == (33000, 987, 32013)
    assert booked.status == "pending"
    balance = world.client.v1.balance.retrieve()
    assert (balance.pending[0].amount, balance.available[0].amount) == (32013, 0)
    world.control.advance(days=2)
    balance = world.client.v1.balance.retrieve()
    assert (balance.pending[0].amount, balance.available[0].amount) == (0, 32013)
    assert world.client.v1.balance_transactions.retrieve(booked.id).status == "available"


def test_the_balance_transaction_may_come_later(make_world):
    world = make_world(late_booking_seconds=90)
    intent = world.captured()
    assert intent.status == "succeeded"
    assert intent.latest_charge.balance_transaction is None
    world.control.advance(seconds=90)
    assert world.intent(intent.id).latest_charge.balance_transaction.net == 32013
    assert world.happened()[-1] == "charge.updated"


def test_part_of_an_authorisation_can_be_captured_and_the_rest_is_let_go(world):
    intent = world.authorised(10000)
    world.client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 4000})
    intent = world.intent(intent.id)
    charge = intent.latest_charge
    assert (intent.status, intent.amount_received) == ("succeeded", 4000)
    assert (charge.amount_captured, charge.amount_refunded) == (4000, 6000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.refunds.create({"payment_intent": intent.id, "amount": 4001})
    assert refused.value.param == "amount"


def test_more_than_is_authorised_cannot_be_captured(world):
    intent = world.authorised(10000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 10001})
    assert refused.value.code == "amount_too_large"


def test_an_automatic_session_is_paid_at_once_and_booked_a_moment_later(world):
    session = world.session(manual=False)
    paid = world.control.pay(session.id)
    assert paid["payment_status"] == "paid"
    intent = world.intent(paid["payment_intent"])
    assert intent.capture_method == "automatic_async"
    assert intent.latest_charge.balance_transaction is None
    world.control.advance(seconds=1)
    assert world.intent(intent.id).latest_charge.balance_transaction.amount == 33000


def test_capture_said_to_be_automatic_is_booked_at_once(world):
    session = world.session(payment_intent_data={"capture_method": "automatic"})
    intent = world.intent(world.control.pay(session.id)["payment_intent"])
    assert intent.latest_charge.balance_transaction.amount == 33000


def test_cancelling_gives_the_card_its_room_back_and_moves_no_cent(world):
    intent = world.authorised()
    gone = world.client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.amount_capturable, gone.cancellation_reason) == ("canceled", 0, "abandoned")
    charge = world.intent(intent.id).latest_charge
    assert (charge.captured, charge.refunded, charge.amount_refunded) == (False, True, 33000)
    (refund,) = world.client.v1.refunds.list({"payment_intent": intent.id}).data
    assert (refund.status, refund.balance_transaction) == ("succeeded", None)
    assert world.happened()[-3:] == ["refund.created", "charge.refunded", "payment_intent.canceled"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.payment_intents.capture(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    assert world.control.books()["platform"] == {"usd": 0}


def test_an_authorisation_ends_after_seven_days(world):
    intent = world.authorised()
    world.control.advance(days=6, hours=23)
    assert world.intent(intent.id).status == "requires_capture"
    world.control.advance(hours=1)
    gone = world.intent(intent.id)
    assert (gone.status, gone.cancellation_reason) == ("canceled", "automatic")
    assert gone.canceled_at == START + 7 * DAY
    assert world.happened()[-2:] == ["charge.expired", "payment_intent.canceled"]
    with pytest.raises(stripe.InvalidRequestError):
        world.client.v1.payment_intents.capture(intent.id)


def test_a_session_expires_by_itself_or_on_request_and_then_takes_no_card(world):
    first = world.session(expires_at=START + 3600)
    second = world.session()
    world.client.v1.checkout.sessions.expire(second.id)
    world.control.advance(hours=1)
    for session in (first, second):
        now = world.client.v1.checkout.sessions.retrieve(session.id)
        assert (now.status, now.url) == ("expired", None)
        with pytest.raises(NotOpen):
            world.control.pay(session.id)
    assert world.happened() == ["checkout.session.expired"] * 2
    with pytest.raises(stripe.InvalidRequestError):
        world.client.v1.checkout.sessions.expire(first.id)


def test_a_declined_card_leaves_the_session_open_for_another(world):
    session = world.session()
    with pytest.raises(ValueError, match="insufficient funds"):
        world.control.pay(session.id, "4000000000009995")
    open_ = world.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert open_.status == "open"
    assert open_.payment_intent.status == "requires_payment_method"
    assert open_.payment_intent.last_payment_error.decline_code == "insufficient_funds"
    assert world.happened() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    paid = world.control.pay(session.id)
    assert paid["payment_intent"] == open_.payment_intent.id
    assert world.intent(paid["payment_intent"]).last_payment_error is None


def test_a_card_that_asks_is_reserved_once_the_bank_agrees(world):
    session = world.session()
    with pytest.raises(ValueError, match="could not confirm"):
        world.control.pay(session.id, "4000002500003155", authenticate=False)
    paid = world.control.pay(session.id, "4000002500003155")
    assert world.intent(paid["payment_intent"]).status == "requires_capture"
    assert "payment_intent.requires_action" in world.happened()


def test_an_intent_of_an_open_session_cannot_be_cancelled(world):
    session = world.session()
    with pytest.raises(ValueError, match="insufficient"):
        world.control.pay(session.id, "4000000000009995")
    intent = world.client.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError):
        world.client.v1.payment_intents.cancel(intent)
    world.client.v1.checkout.sessions.expire(session.id)
    assert world.intent(intent).status == "canceled"


def test_line_items_are_listed(world):
    session = world.session()
    (item,) = world.client.v1.checkout.sessions.line_items.list(session.id).data
    assert (item.description, item.amount_total, item.price.unit_amount) == ("Work", 33000, 33000)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"expires_at": START + 60}, "expires_at"),
        ({"expires_at": START + 2 * DAY}, "expires_at"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"mode": "subscription"}, "mode"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"allowed_payment_method_types": ["card", "klarna"]}, "allowed_payment_method_types"),
        ({"payment_intent_data": {"on_behalf_of": "acct_1"}}, "payment_intent_data[on_behalf_of]"),
        ({"locale": "de"}, "locale"),
        ({"line_items": []}, "line_items"),
    ],
)
def test_a_session_that_cannot_be_is_refused_by_name(world, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.session(**params)
    assert refused.value.param == param


def test_too_little_cannot_be_charged(world):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.session(49)
    assert refused.value.code == "amount_too_small"


def test_lists_are_newest_first_and_paged(world):
    made = [world.authorised(1000 + n).id for n in range(5)]
    first = world.client.v1.payment_intents.list({"limit": 2})
    assert [i.id for i in first.data] == made[:2:-1]
    assert first.has_more
    assert [i.id for i in first.auto_paging_iter()] == made[::-1]
    before = world.client.v1.payment_intents.list({"limit": 2, "ending_before": made[0]})
    assert [i.id for i in before.data] == [made[2], made[1]]
    assert world.client.v1.payment_intents.list({"created": {"gt": START}}).data == []
    assert len(world.client.v1.payment_intents.list({"created": START}).data) == 5
