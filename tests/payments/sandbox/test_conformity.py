"""Conformity: what is said is what Stripe's types know, and what is not is caught."""

import copy

import pytest
import stripe
from stripe.v2 import core

from payments.sandbox import conformity, routes
from payments.sandbox.conformity import NotAsStripe


@pytest.fixture
def bodies(toured):
    """One real answer of each kind."""
    return copy.deepcopy(toured[1])


def test_a_mutated_answer_is_caught(bodies):
    for kind, cls in conformity.CLASSES.items():
        for mutated, said in mutations(bodies[kind]):
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
    session = bodies["checkout.session"] | {"payment_status": "perhaps"}
    assert "payment_status" in conformity.check(session, stripe.checkout.Session, "s")[0]


def test_an_event_is_checked_to_its_innermost_object(bodies):
    event = bodies["event"]
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
