"""Turns that the stand-in takes seldom, each as Stripe would."""

import io

import pytest
import stripe
from werkzeug.test import Client

from payments.sandbox import conformity, params
from payments.sandbox.__main__ import _is_loopback
from payments.sandbox.app import create_app
from payments.sandbox.console import acts, frame, reading
from payments.sandbox.errors import ApiError
from payments.sandbox.money import BooksBroken, _agree, _post
from tests.payments.sandbox.conftest import client_of

HEADERS = {"Authorization": "Bearer sk_test_any"}
FEES = 28  # 25 cents, and a quarter of a percent of 10.00


def paid_out(world, cents):
    """An account that gets these cents and asks for them."""
    account = world.account().id
    world.control.seed(float_cents=cents * 10)
    world.transfer(cents, to=account)
    return account


def payout(world, account, cents):
    given = {"amount": cents, "currency": "usd"}
    return world.client.v1.payouts.create(given, {"stripe_account": account})


class TestPayouts:
    def test_of_one_month_pay_for_an_active_account_once(self, make_world):
        world = make_world(connect_fees=True)
        account = paid_out(world, 1000)
        world.control.advance(days=1)
        world.transfer(1000, to=account)
        world.control.advance(days=1)
        assert world.control.books()["platform"]["usd"] == 10_000 - 2 * (1000 + FEES) - 200

    def test_that_the_bank_sent_back_neither_leave_nor_arrive(self, world):
        account = paid_out(world, 5000)
        made = payout(world, account, 1000)
        world.control.fail_payout(made.id)
        world.control.advance(days=5)
        assert world.client.v1.payouts.retrieve(made.id, None, {"stripe_account": account}).status == "failed"


class TestARefund:
    def test_that_failed_before_the_bank_of_its_card_answers_stays_failed(self, make_world):
        world = make_world(float_cents=100_000)
        session = world.session(manual=False)
        intent = world.control.pay(session.id, card="4000000000005126")["payment_intent"]
        refund = world.client.v1.refunds.create({"payment_intent": intent})
        world.control.fail_refund(refund.id, "lost_or_stolen_card")
        world.control.advance(days=30)
        assert world.client.v1.refunds.retrieve(refund.id).failure_reason == "lost_or_stolen_card"


class TestAPayment:
    def test_that_nobody_authorised_is_cancelled_without_a_charge(self, world):
        session = world.session()
        with pytest.raises(ValueError, match="insufficient funds"):
            world.control.pay(session.id, card="4000000000009995")
        intent = world.client.v1.checkout.sessions.retrieve(session.id).payment_intent
        with pytest.raises(stripe.InvalidRequestError, match="still open"):
            world.client.v1.payment_intents.cancel(intent)
        world.client.v1.checkout.sessions.expire(session.id)
        assert world.intent(intent).status == "canceled"
        assert "charge.refunded" not in world.happened()

    def test_of_a_card_that_stands_for_a_warning_warns_once_it_is_charged(self, world):
        held = world.control.pay(world.session().id, card="4000000000005423")["payment_intent"]
        world.control.advance(hours=1)
        assert world.client.v1.radar.early_fraud_warnings.list().data == []
        charged = world.control.pay(world.session(manual=False).id, card="4000000000005423")["payment_intent"]
        world.control.advance(hours=1)
        (warning,) = world.client.v1.radar.early_fraud_warnings.list().data
        assert warning.payment_intent == charged != held
        for _ in range(2):
            world.client.v1.refunds.create({"payment_intent": charged, "amount": 16500})
        assert not world.client.v1.radar.early_fraud_warnings.retrieve(warning.id).actionable

    def test_without_a_group_has_that_of_its_transfer(self, world):
        session = world.session(manual=False, payment_intent_data={"metadata": {"hold": "h1"}})
        intent = world.intent(world.control.pay(session.id)["payment_intent"])
        world.transfer(100, to=world.account().id, charge=intent.latest_charge.id)
        charge = world.client.v1.charges.retrieve(intent.latest_charge.id)
        assert charge.transfer_group == f"group_{charge.id}"

    def test_asked_for_by_a_bank_after_its_page_was_closed_is_closed(self, world):
        session = world.session()
        world.client.v1.checkout.sessions.expire(session.id)
        answer = Client(world.app).post(f"/c/pay/{session.id}/confirm", data={"answer": "yes"})
        assert answer.status_code == 410
        assert world.client.v1.checkout.sessions.retrieve(session.id).status == "expired"


class TestRequests:
    def test_with_a_file_but_without_one_are_refused(self, world):
        form = {"purpose": "dispute_evidence", "other": (io.BytesIO(b"x"), "x.txt")}
        answer = Client(world.app).post("/v1/files", data=form, headers=HEADERS)
        assert answer.status_code == 400

    def test_of_two_minimums_keep_the_last_and_none_takes_it_away(self, world):
        def keep(value):
            settings = {"payments": {"payouts": {"minimum_balance_by_currency": value}}}
            kept = world.client.v1.balance_settings.update(settings)
            return kept.payments.payouts.minimum_balance_by_currency

        assert keep({"usd": 5000})["usd"] == 5000
        assert keep({"usd": 7000})["usd"] == 7000
        assert keep("") is None

    def test_for_thin_events_may_lag_behind(self, world):
        world.account()
        seen = world.client.v2.core.events.list().data
        world.control.break_("list_lag:60", path="/v2/core/events")
        assert seen
        assert world.client.v2.core.events.list().data == []

    def test_expand_nothing_that_is_no_object(self, world):
        intent = world.authorised()
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            world.client.v1.payment_intents.retrieve(intent.id, {"expand": ["transfer_group"]})

    def test_in_json_take_whole_numbers_and_no_text(self):
        assert params._integer(5, "limit", form=False) == 5
        for wrong in ("5", True):
            with pytest.raises(ApiError):
                params._integer(wrong, "limit", form=False)

    def test_to_a_subject_that_the_control_does_not_know_say_which_there_are(self, world):
        answer = Client(world.app).post("/_sandbox/seed/ch_1", json={})
        assert (answer.status_code, "is none of" in answer.text) == (404, True)


class TestWebhooks:
    def test_that_nobody_takes_are_given_up_after_days(self, world):
        world.mailbox.status = 500
        world.captured()
        for _ in range(40):
            world.control.advance(hours=12)
            world.control.deliver()
        rows = [row for row in world.control.deliveries() if row["due"] is None and row["done"] is None]
        assert rows
        assert {reading.outcome(row) for row in rows} == {"given_up"}

    def test_carry_every_secret_that_still_overlaps(self, world):
        for secret in ("whsec_2", "whsec_3"):
            world.control.roll("platform", secret)
        world.captured()
        world.control.deliver()
        signature = next(h for url, _, h in world.mailbox.letters if "platform" in url)["Stripe-Signature"]
        assert signature.count("v1=") == 3


def test_a_journal_that_does_not_add_up_is_never_written(world):
    with pytest.raises(BooksBroken, match="does not add up"), world.app.sandbox.turn() as ctx:
        _post(ctx, "odd", "usd", [("bank:platform", 1), ("card_network", 1)])


def test_balance_transactions_that_are_not_what_was_posted_are_seen(make_world):
    world = make_world(float_cents=1000)
    with pytest.raises(BooksBroken, match="postings say 1001 usd"), world.app.sandbox.turn() as ctx:
        _post(ctx, "odd", "usd", [("balance:platform", 1), ("card_network", -1)])
        _agree(ctx, "platform", "usd")


def test_its_own_bugs_are_said_as_such_and_end_nothing():
    app = create_app(":memory:", propagate=False)
    app.sandbox.store.close()
    answer = Client(app).get("/v1/balance", headers=HEADERS)
    assert (answer.status_code, "A bug of the stand-in" in answer.text) == (500, True)


def test_a_page_that_closed_is_not_paid_in_the_console(world):
    session = world.session().id
    world.client.v1.checkout.sessions.expire(session)
    with pytest.raises(ValueError, match="not open any more"):
        acts.perform(world.control, "pay", {"id": session, "card": "4242424242424242"})


def test_who_waits_for_an_answer_sees_the_connection_end(world):
    world.control.break_("drop_before", path="/v1/balance")
    with pytest.raises(stripe.APIConnectionError, match="closed"):
        client_of(world.app, wait=True).v1.balance.retrieve()


def test_only_this_machine_is_not_elsewhere():
    assert [_is_loopback(host) for host in ("localhost", "127.0.0.1", "example.org", "10.0.0.1")] == [
        True,
        True,
        False,
        False,
    ]


def test_what_has_no_moment_is_a_dash():
    assert frame.moment(None) == "–"


def test_null_is_a_type_of_its_own():
    checks = conformity._plain(type(None))
    assert (checks(None), checks("x")) == ([], [": 'x' should be null"])
