"""Faults: each kind does exactly what it says, to the requests it is aimed at."""

import time

import pytest
import stripe

from tests.payments.sandbox.conftest import client_of

SESSIONS = {"method": "POST", "path": "/v1/checkout/sessions"}


def fails(world, *, key="k1", **params):
    with pytest.raises(stripe.StripeError) as failed:
        world.session(key=key, **params)
    return failed.value


def count(world):
    return len(world.client.v1.checkout.sessions.list().data)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("429", 429, "rate_limit"),
        ("429:lock_timeout", 429, "lock_timeout"),
        ("409", 409, "idempotency_key_in_use"),
    ],
)
def test_a_request_that_is_turned_away_is_never_begun(world, kind, status, code):
    world.control.break_(kind, **SESSIONS)
    error = fails(world)
    assert (error.http_status, error.json_body["error"]["code"]) == (status, code)
    assert count(world) == 0
    assert "Idempotent-Replayed" not in world.session(key="k1").last_response.headers


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("400:account_invalid", 400, "account_invalid"),
        ("402", 402, "card_declined"),
        ("500_no_effect", 500, None),
    ],
)
def test_a_failure_without_effect_stays_under_its_key(world, kind, status, code):
    world.control.break_(kind, **SESSIONS)
    for error in (fails(world), fails(world)):
        assert (error.http_status, error.json_body["error"].get("code")) == (status, code)
    assert count(world) == 0
    assert world.session(key="k2").status == "open"


def test_a_500_may_have_had_its_effect(world):
    world.control.break_("500_effect", **SESSIONS)
    assert fails(world).http_status == 500
    assert fails(world).headers["Idempotent-Replayed"] == "true"
    assert count(world) == 1


def test_a_500_may_have_its_effect_hours_later(world):
    charge, student = world.captured().latest_charge.id, world.account().id
    world.control.break_("500_late:3", method="POST", path="/v1/transfers")
    with pytest.raises(stripe.APIError):
        world.transfer(100, to=student, charge=charge, key="k1", metadata={"op": "7"})
    world.control.advance(hours=2)
    assert world.client.v1.transfers.list().data == []
    world.control.advance(hours=1)
    (late,) = world.client.v1.transfers.list().data
    assert late.metadata["op"] == "7"
    assert world.happened()[-1] == "transfer.created"


def test_a_late_effect_that_became_impossible_never_comes(world):
    charge, student = world.captured(1000).latest_charge.id, world.account().id
    world.control.break_("500_late:1", method="POST", path="/v1/transfers")
    with pytest.raises(stripe.APIError):
        world.transfer(1000, to=student, charge=charge, key="k1")
    world.transfer(1000, to=student, charge=charge, key="k2")
    world.control.advance(hours=1)
    assert len(world.client.v1.transfers.list().data) == 1


def test_a_drop_before_has_no_effect_and_one_after_has(world):
    world.control.break_("drop_before", **SESSIONS)
    assert isinstance(fails(world), stripe.APIConnectionError)
    assert count(world) == 0
    world.control.break_("drop_after_commit", **SESSIONS)
    assert isinstance(fails(world), stripe.APIConnectionError)
    assert count(world) == 1
    assert world.session(key="k1").last_response.headers["Idempotent-Replayed"] == "true"


def test_a_hang_times_out_at_once_and_is_carried_out(world):
    world.control.break_("hang:30", **SESSIONS)
    begun = time.monotonic()
    assert isinstance(fails(world), stripe.APIConnectionError)
    assert time.monotonic() - begun < 5
    assert count(world) == 1


def test_a_short_hang_is_only_slow(world):
    world.control.break_("hang:0.1", **SESSIONS)
    assert world.session().status == "open"


def test_a_hang_that_is_waited_for_goes_on_behind_the_callers_back(world):
    world.control.break_("hang:0.4", **SESSIONS)
    world.client = client_of(world.app, timeout=0.1, wait=True)
    assert isinstance(fails(world), stripe.APIConnectionError)
    end = time.monotonic() + 5
    while count(world) == 0 and time.monotonic() < end:
        time.sleep(0.05)
    assert count(world) == 1


@pytest.mark.parametrize(
    ("kind", "error"), [("truncate", stripe.APIConnectionError), ("garbage", stripe.APIError)]
)
def test_an_answer_that_cannot_be_read_was_carried_out(world, kind, error):
    world.control.break_(kind, **SESSIONS)
    assert type(fails(world)) is error
    assert count(world) == 1


def test_lists_may_lag_behind(world):
    session = world.session()
    world.control.advance(seconds=30)
    world.control.break_("list_lag:60", method="GET", path="/v1/checkout/sessions", times=None)
    assert count(world) == 0
    assert world.client.v1.checkout.sessions.retrieve(session.id).id == session.id
    world.control.advance(seconds=30)
    assert count(world) == 1


def test_a_pruned_key_is_a_new_request(world):
    first = world.session(key="k1")
    world.control.break_("prune_keys", **SESSIONS)
    assert world.session(key="k1").id != first.id


def test_a_fault_is_aimed(world):
    world.control.break_("429", method="POST", path="/v1/checkout/*", nth=2, times=2)
    assert world.client.v1.balance.retrieve()
    answers = []
    for n in range(5):
        try:
            world.session(key=f"k{n}")
            answers.append(200)
        except stripe.RateLimitError as error:
            answers.append(error.http_status)
    assert answers == [200, 429, 429, 200, 200]
    (fault,) = world.control.faults()
    assert (fault["seen"], fault["fired"]) == (5, 2)
    world.control.mend()
    assert world.control.faults() == []


def test_chance_is_repeatable_for_a_seed(make_world):
    def struck(seed):
        world = make_world()
        world.control.break_("429", probability=0.5, seed=seed, times=None)
        found = []
        for _ in range(20):
            try:
                world.client.v1.balance.retrieve()
                found.append(False)
            except stripe.RateLimitError:
                found.append(True)
        return found

    assert struck(1) == struck(1) != struck(2)
    assert 0 < sum(struck(1)) < 20


@pytest.mark.parametrize("kind", ["500", "hang", "hang:soon", "list_lag:-1"])
def test_a_fault_that_does_not_exist_is_refused(world, kind):
    with pytest.raises(ValueError, match=r"none of|wants a number"):
        world.control.break_(kind)
