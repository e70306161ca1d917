"""The table of conformity: every address, with what it is held against. A cell that is missing or wrong fails here."""

import json
import os
import re
from datetime import date
from pathlib import Path

import pytest
import stripe
from werkzeug.test import Client

from payments.sandbox import conformity, routes

TABLE = json.loads((Path(conformity.__file__).parent / "conformity.json").read_text())
FIXTURES = os.environ.get("STRIPE_FIXTURES", "")
SPEC = Path(FIXTURES or "none").parent / "spec3_2023.yaml"  # the newest complete one that there is
# What the fixtures of 2026-08 have and the pinned version has not, or what is not there for our kind of account.
DRIFTED = {
    "account": {"capabilities.card_payments"},  # a recipient has none
    "balance_settings": {
        "payments.payouts.automatic_transfer_rules_by_currency"  # null, which the SDK cannot read
    },
    "charge": {"refunds"},
}


def given_by(route):
    """`Transfer`, or `list of Transfer`."""
    inner = getattr(route.gives, "__args__", None)
    return f"list of {inner[0].__name__}" if inner else route.gives.__name__


def known_as(route):
    return f"{route.method} {route.path}"


def test_every_address_has_its_row_and_every_row_its_cells():
    assert TABLE["sdk"] == stripe.VERSION
    assert TABLE["api"] == stripe.api_version
    rows = {known_as(r): (r.takes.__name__, given_by(r)) for r in routes.ROUTES}
    assert {name: (row["request"], row["response"]) for name, row in TABLE["addresses"].items()} == rows
    for row in TABLE["addresses"].values():
        assert set(row) == {"request", "response", "fixture", "specification", "live"}
        assert row["live"] == "never" or date.fromisoformat(row["live"])


def test_every_address_answers_as_the_types_have_it(toured):
    world, _ = toured
    asked = {
        known_as(routes.find(row["method"], row["path"])[0])
        for row in world.control.log(limit=1000)
        if row["status"] == 200
    }
    assert asked == set(TABLE["addresses"])  # each answer was held against its type before it left


def test_every_kind_of_object_is_met(toured):
    _, bodies = toured
    assert set(conformity.CLASSES) <= set(bodies)
    for kind, cls in conformity.CLASSES.items():
        assert conformity.check(bodies[kind], cls, kind) == []


def test_every_address_refuses_what_the_types_do_not_know(toured):
    world, _ = toured
    web = Client(world.app)
    headers = {"Authorization": "Bearer sk_test_any"}
    for route in routes.ROUTES:
        path = re.sub(r"\{\w+\}", "some_1", route.path)
        sent = {"json": {"surprise": 1}} if route.is_v2 and route.method == "POST" else {}
        form = {"data": {"surprise": "1"}} if route.method == "POST" else {"query_string": {"surprise": "1"}}
        answer = web.open(path, method=route.method, headers=headers, **(sent or form))
        error = answer.json["error"]
        assert (answer.status_code, error["code"]) == (400, "parameter_unknown"), known_as(route)
        assert conformity.check(error, stripe.ErrorObject, "error") == []


@pytest.mark.skipif(not FIXTURES, reason="STRIPE_FIXTURES names no file")
def test_every_shape_is_that_of_stripes_own_fixture(toured):
    _, bodies = toured
    theirs = json.loads(Path(FIXTURES).read_text())["resources"]
    kinds = {row["fixture"] for row in TABLE["addresses"].values()} - {None}
    assert kinds == set(theirs) & set(bodies)
    found = {kind: differences(theirs[kind], bodies[kind]) for kind in kinds}
    assert {kind: names for kind, names in found.items() if names} == DRIFTED


def differences(theirs, ours, path=""):
    """Names that the fixture has and we have not, and values of another type; however deep both go."""
    if not isinstance(theirs, dict) or not isinstance(ours, dict):
        return set() if ours is None or theirs is None or type(ours) is type(theirs) else {path}
    if path in ("metadata", "data"):  # whatever somebody wrote, and the object of an event
        return set()
    prefix = f"{path}." if path else ""
    lost = {prefix + name for name in theirs if name not in ours}
    both = theirs.keys() & ours.keys()
    return lost.union(*(differences(theirs[name], ours[name], prefix + name) for name in both))


@pytest.mark.skipif(not SPEC.is_file(), reason="no specification lies beside STRIPE_FIXTURES")
def test_every_address_is_in_stripes_own_specification_or_known_to_be_newer():
    paths = {}
    for line in SPEC.read_text().splitlines():
        if found := re.match(r"""  ["']?(/v1/[^"']*?)["']?:$""", line):
            known = paths.setdefault(re.sub(r"\{\w+\}", "{}", found[1]), set())
        elif paths and (found := re.match(r"    (get|post|delete):$", line)):
            known.add(found[1].upper())
    for name, row in TABLE["addresses"].items():
        method, path = name.split()
        there = method in paths.get(re.sub(r"\{\w+\}", "{}", path), ())
        assert row["specification"] == ("2023-08-16" if there else "newer"), name
