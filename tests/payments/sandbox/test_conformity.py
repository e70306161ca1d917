"""Conformity: what is said is what Stripe's types know, and what is not is caught."""

import copy
import json
import os
from pathlib import Path

import pytest
import stripe
from stripe.v2 import core

from payments.sandbox import conformity, routes
from payments.sandbox.conformity import NotAsStripe
from tests.payments.sandbox.conftest import worlds


@pytest.fixture(scope="module")
def bodies():
    """One real answer of each kind."""
    with worlds() as make:
        yield answers(make(float_cents=100_000))


def answers(world):
    intent = world.captured()
    student = world.account().id
    transfer = world.transfer(1000, to=student, charge=intent.latest_charge.id)
    refund = world.client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    session = world.session()
    world.control.advance(days=2)
    reversal = world.client.v1.transfers.reversals.create(transfer.id, {"amount": 400})
    warning = world.control.efw(intent.latest_charge.id)
    dispute = world.control.dispute(world.captured().latest_charge.id)
    world.control.advance(days=2)
    payouts = {"stripe_account": student}
    paid = world.client.v1.events.list({"type": "payout.paid"}, payouts).data[0]
    every = ["configuration.recipient", "defaults", "identity", "requirements"]
    return {
        "balance": world.client.v1.balance.retrieve(),
        "balance_settings": world.client.v1.balance_settings.retrieve(),
        "balance_transaction": world.client.v1.balance_transactions.retrieve(transfer.balance_transaction),
        "charge": world.client.v1.charges.retrieve(intent.latest_charge.id),
        "checkout.session": session,
        "event": world.client.v1.events.list().data[0],
        "payment_intent": world.client.v1.payment_intents.retrieve(intent.id),
        "payout": stripe.Payout.construct_from(paid.data.object, "sk_test_1"),
        "dispute": world.client.v1.disputes.retrieve(dispute["id"]),
        "radar.early_fraud_warning": world.client.v1.radar.early_fraud_warnings.retrieve(warning["id"]),
        "refund": refund,
        "topup": world.client.v1.topups.create({"amount": 100, "currency": "usd"}),
        "transfer": transfer,
        "transfer_reversal": reversal,
        "account": world.client.v1.accounts.retrieve(student),
        "v2.core.account": world.client.v2.core.accounts.retrieve(student, {"include": every}),
        "v2.core.event": world.client.v2.core.events.list().data[0],
    }


def test_every_kind_of_answer_is_as_stripe_has_it(bodies):
    assert set(bodies) == set(conformity.CLASSES)
    for kind, body in bodies.items():
        plain = json.loads(json.dumps(body.to_dict(for_json=True)))
        assert conformity.check(plain, conformity.CLASSES[kind], kind) == []


def test_a_mutated_answer_is_caught(bodies):
    for kind, body in bodies.items():
        plain = json.loads(json.dumps(body.to_dict(for_json=True)))
        cls = conformity.CLASSES[kind]
        for mutated, said in mutations(plain):
            found = conformity.check(mutated, cls, kind)
            assert any(said in line for line in found), (kind, said, found)


def mutations(body):
    unknown = copy.deepcopy(body) | {"surprise": 1}
    yield unknown, ".surprise"
    wrong = copy.deepcopy(body) | {"object": "cheese"}
    yield wrong, ".object"
    missing = copy.deepcopy(body)
    del missing["object"]
    yield missing, ".object: missing"
    for name in ("livemode", "amount", "status"):
        if name in body:
            yield copy.deepcopy(body) | {name: {"not": "this"}}, f".{name}"
    if "livemode" in body:
        yield copy.deepcopy(body) | {"livemode": None}, ".livemode: null" if False else ".livemode"


@pytest.mark.parametrize(
    ("body", "hint", "said"),
    [
        ({"object": "list", "data": [], "has_more": False}, stripe.ListObject[stripe.Transfer], ".url"),
        ({"data": [], "object": "list"}, stripe.v2.ListObject[core.Event], ".object"),
        ([], stripe.Transfer, "should be Transfer"),
        ({"a": 1}, dict[str, str], ".a: int should be str"),
        ("x", list[str], "should be list"),
        (True, int, "should be int"),
        (None, str, "should be str"),
    ],
)
def test_lists_and_plain_values_are_checked(body, hint, said):
    assert any(said in line for line in conformity.check(body, hint, "it"))


def test_an_enumeration_is_closed_though_the_sdk_leaves_it_open(bodies):
    session = bodies["checkout.session"].to_dict(for_json=True) | {"payment_status": "perhaps"}
    assert "payment_status" in conformity.check(session, stripe.checkout.Session, "s")[0]


def test_an_event_is_checked_to_its_innermost_object(bodies):
    event = bodies["event"].to_dict(for_json=True)
    event["data"]["object"]["surprise"] = 1
    assert "data.object.surprise" in conformity.check(event, stripe.Event, "e")[0]
    event["data"]["object"]["object"] = "cheese"
    assert "nothing is known" in conformity.check(event, stripe.Event, "e")[0]


def test_an_answer_that_is_not_as_stripe_has_it_never_leaves(world, monkeypatch):
    charge = world.captured().latest_charge.id
    with world.app.sandbox.turn() as ctx:
        ctx.store.save(ctx.need("charge", charge) | {"colour": "green"})
    with pytest.raises(NotAsStripe, match=r"\.colour"):
        world.client.v1.charges.retrieve(charge)


def test_every_address_says_what_it_takes_and_gives():
    for route in routes.ROUTES:
        assert route.takes.__name__.endswith("Params")
        assert conformity.check({"surprise": 1}, route.gives, "it")


FIXTURES = os.environ.get("STRIPE_FIXTURES", "")
# Fields that the fixtures have and the pinned version does not, or the other way round: read 2026-08 against endive.
DRIFTED = {"charge.refunds"}


@pytest.mark.skipif(not FIXTURES, reason="STRIPE_FIXTURES names no file")
@pytest.mark.parametrize(
    "kind",
    [
        *(
            "balance",
            "balance_transaction",
            "charge",
            "checkout.session",
            "payment_intent",
            "payout",
            "refund",
        ),
        *("transfer", "transfer_reversal", "dispute", "radar.early_fraud_warning", "topup"),
    ],
)
def test_our_shapes_are_those_of_stripes_own_fixtures(bodies, kind):
    theirs = json.loads(Path(FIXTURES).read_text())["resources"][kind]
    ours = bodies[kind].to_dict(for_json=True)
    missing = {f"{kind}.{name}" for name in theirs if name not in ours} - DRIFTED
    assert missing == set()
    for name, value in theirs.items():
        if value is not None and ours.get(name) is not None:
            assert type(ours[name]) is type(value), f"{kind}.{name}"
