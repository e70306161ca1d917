"""What surrounds every request: keys, versions, validation, idempotency, errors."""

import threading
import time

import pytest
import stripe
from werkzeug.test import Client

from tests.payments.sandbox.conftest import World, client_of


def ask(world, path, *, method="GET", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(world.app).open(path, method=method, headers=named)


def test_a_key_is_needed_and_a_live_one_is_refused(world):
    for headers in ({}, {"Authorization": "Bearer sk_live_1"}, {"Authorization": "Basic ???"}):
        answer = ask(world, "/v1/balance", **headers)
        assert answer.status_code == 401
        assert answer.json["error"]["type"] == "invalid_request_error"
    assert ask(world, "/v1/balance", Authorization="Basic c2tfdGVzdF9hOg==").status_code == 200


def test_a_configured_key_is_the_only_one(make_world):
    world = make_world(key="sk_test_ours")
    with pytest.raises(stripe.AuthenticationError):
        world.client.v1.balance.retrieve()
    assert client_of(world.app, key="sk_test_ours").v1.balance.retrieve().livemode is False


def test_a_restricted_key_does_only_what_it_may(make_world):
    world = make_world(restricted_keys={"rk_test_a": frozenset({"transfers:write", "accounts:read"})})
    client = client_of(world.app, key="rk_test_a")
    assert client.v1.transfers.list().data == []
    with pytest.raises(stripe.PermissionError):
        client.v1.balance.retrieve()
    with pytest.raises(stripe.PermissionError):
        client.v2.core.accounts.create({})
    with pytest.raises(stripe.InvalidRequestError):
        client.v2.core.accounts.retrieve("acct_none")


def test_another_api_version_is_refused(world):
    answer = ask(world, "/v1/balance", Authorization="Bearer sk_test_1", Stripe_Version="2020-08-27")
    assert answer.status_code == 400
    assert "version" in answer.json["error"]["message"]


def test_an_address_that_is_not_stood_in_for_is_404_in_stripes_shape(world):
    for path in ("/v1/customers", "/v2/core/nothing", "/elsewhere"):
        answer = ask(world, path, Authorization="Bearer sk_test_1")
        assert answer.status_code == 404
        assert answer.json["error"]["message"] == f"Unrecognized request URL (GET: {path})."
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.transfers.retrieve("tr_nothing")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert refused.value.json_body["error"]["request_log_url"].endswith(refused.value.request_id)


def test_an_account_that_is_not_connected_may_not_be_spoken_for(world):
    with pytest.raises(stripe.PermissionError):
        world.client.v1.balance.retrieve(options={"stripe_account": "acct_nothing"})
    account = world.account().id
    with pytest.raises(stripe.InvalidRequestError):
        world.client.v1.refunds.create({"charge": "ch_1"}, {"stripe_account": account})


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"amount": 1, "currency": "usd"}, "destination", "parameter_missing"),
        (
            {"amount": 1, "currency": "usd", "destination": "a", "colour": "red"},
            "colour",
            "parameter_unknown",
        ),
        ({"amount": "much", "currency": "usd", "destination": "a"}, "amount", "parameter_invalid_integer"),
        ({"amount": 1, "currency": "", "destination": "a"}, "currency", "parameter_invalid_empty"),
        ({"amount": 1, "currency": "usd", "destination": "a", "metadata": "x"}, "metadata", None),
        ({"amount": 1, "currency": "usd", "destination": "a", "source_type": "gold"}, "source_type", None),
        (
            {"amount": 1, "currency": "usd", "destination": "a", "metadata": {"k": "v" * 501}},
            "metadata[k]",
            None,
        ),
    ],
)
def test_what_stripes_types_do_not_know_is_refused_by_name(world, params, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.transfers.create(params)
    assert (refused.value.param, refused.value.code) == (param, code)


@pytest.mark.parametrize(
    ("line_item", "param"),
    [
        ({"quantity": 1, "price_data": {"currency": "usd", "tax": 1}}, "line_items[0][price_data][tax]"),
        ({"quantity": "one"}, "line_items[0][quantity]"),
        ({"quantity": 1, "price_data": {"unit_amount": 1}}, "line_items[0][price_data][currency]"),
        (
            {"quantity": 1, "adjustable_quantity": {"enabled": "maybe"}},
            "line_items[0][adjustable_quantity][enabled]",
        ),
        ({"quantity": 1}, "line_items[0]"),
    ],
)
def test_validation_goes_all_the_way_down(world, line_item, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.session(line_items=[line_item])
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"dashboard": "golden"}, "dashboard"),
        ({"identity": {"country": 7}}, "identity[country]"),
        ({"identity": "us"}, "identity"),
        ({"include": ["secrets"]}, "include[0]"),
        ({"nickname": "M"}, "nickname"),
    ],
)
def test_json_is_held_to_its_types_too(world, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.account(**params)
    assert refused.value.param == param


def test_a_body_that_is_not_json_is_refused(world):
    for body in (b"{", b"[]"):
        answer = Client(world.app).post(
            "/v2/core/accounts", data=body, headers={"Authorization": "Bearer sk_test_1"}
        )
        assert answer.status_code == 400


def test_a_key_gives_its_first_answer_again(world):
    first = world.session(key="k1")
    again = world.session(key="k1")
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Idempotency-Key"] == "k1"
    assert len(world.client.v1.checkout.sessions.list().data) == 1


def test_a_key_belongs_to_one_request(world):
    world.session(key="k1")
    with pytest.raises(stripe.IdempotencyError):
        world.session(12300, key="k1")


def test_v1_forgets_a_key_after_a_day_and_v2_after_thirty(world):
    first = world.session(key="k1")
    account = world.client.v2.core.accounts.create(RECIPIENT, {"idempotency_key": "k1"})
    world.control.advance(hours=23, minutes=59)
    assert world.session(key="k1").id == first.id
    world.control.advance(minutes=1)
    assert world.session(key="k1").id != first.id
    world.control.advance(days=28)
    assert world.client.v2.core.accounts.create(RECIPIENT, {"idempotency_key": "k1"}).id == account.id
    world.control.advance(days=1)
    assert world.client.v2.core.accounts.create(RECIPIENT, {"idempotency_key": "k1"}).id != account.id


RECIPIENT = {
    "configuration": {
        "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
    }
}


def test_a_refusal_is_remembered_once_the_request_was_begun(world):
    world.captured()
    student = world.account().id
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.transfer(100, to=student, key="k1")
    assert refused.value.code == "balance_insufficient"
    world.control.seed(float_cents=1000)
    with pytest.raises(stripe.InvalidRequestError) as again:
        world.transfer(100, to=student, key="k1")
    assert again.value.headers["Idempotent-Replayed"] == "true"
    assert world.transfer(100, to=student, key="k2").amount == 100


def test_what_was_never_begun_is_not_remembered(world):
    charge = world.captured().latest_charge.id
    with pytest.raises(stripe.InvalidRequestError):
        world.transfer(100, to="acct_later", charge=charge, key="k1")
    assert world.transfer(100, to=world.account().id, charge=charge, key="k1").amount == 100


def test_a_request_that_is_being_carried_out_holds_its_key(world):
    world.control.break_("hang:2", method="POST", path="/v1/checkout/sessions")
    slow = World(world.app, client_of(world.app, timeout=30, wait=True), world.mailbox)
    made = []
    thread = threading.Thread(target=lambda: made.append(slow.session(key="k1")))
    thread.start()
    while not claimed(world):
        time.sleep(0.01)
    with pytest.raises(stripe.APIError) as conflict:
        world.session(key="k1")
    thread.join()
    assert conflict.value.http_status == 409
    assert conflict.value.json_body["error"]["code"] == "idempotency_key_in_use"
    assert world.session(key="k1").id == made[0].id


def claimed(world):
    with world.app.sandbox.turn() as ctx:
        return ctx.store.value("SELECT count(*) FROM idempotency WHERE status IS NULL")


def test_a_key_may_not_be_endless(world):
    with pytest.raises(stripe.IdempotencyError):
        world.session(key="k" * 256)


def test_only_what_can_be_expanded_is(world):
    intent = world.authorised()
    for path in ("amount", "nothing", "latest_charge.nothing", "id", "a.b.c.d.e"):
        with pytest.raises(stripe.InvalidRequestError):
            world.client.v1.payment_intents.retrieve(intent.id, {"expand": [path]})


def test_every_request_is_logged(world):
    world.session(key="k1")
    (logged,) = world.control.log()
    assert (logged["method"], logged["path"], logged["key"], logged["status"]) == (
        "POST",
        "/v1/checkout/sessions",
        "k1",
        200,
    )
    assert logged["params"]["mode"] == "payment"


def test_ids_repeat_only_when_a_seed_is_given(make_world):
    first, second, other = make_world(seed="a"), make_world(seed="a"), make_world(seed="b")
    assert first.session().id == second.session().id != other.session().id
    assert make_world().session().id != make_world().session().id


def test_reset_forgets_everything(make_world):
    world = make_world(float_cents=500)
    world.captured()
    world.control.advance(days=1)
    world.control.reset()
    assert world.client.v1.payment_intents.list().data == []
    assert world.control.books() == {"platform": {"usd": 500}}
    assert world.app.sandbox.clock.offset == 0


def test_a_stand_in_may_begin_in_the_past_and_live_up_to_now(make_world):
    world = make_world(float_cents=500)
    now = world.app.sandbox.clock.wall()
    world.control.reset(days_ago=30)
    early = world.captured()
    assert early.created == now - 30 * 86400
    assert world.control.advance(days=30) == now
    assert world.captured().created == now
    with pytest.raises(ValueError, match="future"):
        world.control.reset(days_ago=-1)


def test_an_empty_value_takes_its_pair_of_metadata_away_and_an_empty_string_all(world):
    charge, student = world.captured().latest_charge.id, world.account().id
    transfer = world.transfer(100, to=student, charge=charge, metadata={"a": "1", "b": "2", "c": ""})
    assert transfer.metadata.to_dict() == {"a": "1", "b": "2"}
    update = world.client.v1.transfers.update
    assert update(transfer.id, {"metadata": {"a": "", "d": "4"}}).metadata.to_dict() == {"b": "2", "d": "4"}
    assert update(transfer.id, {"metadata": ""}).metadata.to_dict() == {}
