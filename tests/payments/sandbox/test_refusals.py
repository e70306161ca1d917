"""What a request is refused for, each in Stripe's words; and books that are off, which stop everything."""

import pytest
import stripe
from werkzeug.test import Client

from payments.sandbox import books
from payments.sandbox.money import BooksBroken
from tests.payments.sandbox.conftest import worlds

HEADERS = {"Authorization": "Bearer sk_test_any"}
PRICE = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Work"}}


@pytest.fixture(scope="module")
def shop():
    """A stand-in with a reserved card and a charge in it."""
    with worlds() as make:
        world = make(float_cents=100_000)
        world.reserved = world.authorised().id
        world.charge = world.captured().latest_charge.id
        world.unpaid = world.session().id
        yield world


def asks(method, path, **params):
    return method, path, params


REFUSED = [
    (asks("GET", "/v1/events", limit="0"), "parameter_invalid_integer"),
    (asks("GET", "/v1/events", limit="101"), "parameter_invalid_integer"),
    (asks("GET", "/v1/events", starting_after="evt_1", ending_before="evt_2"), "parameters_exclusive"),
    (asks("GET", "/v1/events", starting_after="evt_1"), "resource_missing"),
    (asks("GET", "/v2/core/events", limit="0"), None),
    (asks("GET", "/v2/core/events", **{"created[gte]": "soon"}), None),
    (asks("GET", "/v1/balance", **{"expand[]": "available.card"}), None),
    (asks("POST", "/v1/refunds", amount="1"), "parameter_missing"),
    (asks("POST", "/v1/refunds", charge="{charge}", amount="0"), "parameter_invalid_integer"),
    (asks("POST", "/v1/transfers", currency="usd", destination="acct_1"), "parameter_missing"),
    (
        asks("POST", "/v1/transfers", currency="usd", destination="acct_1", amount="0"),
        "parameter_invalid_integer",
    ),
    (
        asks("POST", "/v1/payment_intents/{reserved}/capture", amount_to_capture="0"),
        "parameter_invalid_integer",
    ),
    (asks("POST", "/v1/files", purpose="dispute_evidence", file="x"), None),
    (
        asks(
            "POST", "/v1/balance_settings", **{"payments[payouts][automatic_transfer_rules_by_currency]": ""}
        ),
        None,
    ),
    (asks("POST", "/v1/transfers", **{"[amount]": "1"}), None),
    (asks("POST", "/v1/transfers", **{"metadata": "1", "metadata[a]": "2"}), None),
    (
        asks(
            "POST",
            "/v1/transfers",
            currency="usd",
            destination="acct_1",
            **{f"metadata[n{n}]": "1" for n in range(51)},
        ),
        None,
    ),
    (asks("GET", "/v1/balance", expand="available"), None),
]


@pytest.mark.parametrize(("asked", "code"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_is_wrong_is_named(shop, asked, code):
    method, path, params = asked
    named = {"charge": shop.charge, "reserved": shop.reserved}
    sent = {n: v.format(**named) for n, v in params.items()}
    where = {"data": sent} if method == "POST" else {"query_string": sent}
    answer = Client(shop.app).open(path.format(**named), method=method, headers=HEADERS, **where)
    assert (answer.status_code, answer.json["error"].get("code")) == (400, code), answer.json


@pytest.mark.parametrize(
    "items",
    [
        [{"quantity": 1, "price_data": PRICE}, {"quantity": 1, "price_data": PRICE | {"currency": "eur"}}],
        [{"quantity": 0, "price_data": PRICE}],
    ],
)
def test_a_page_wants_items_of_one_currency_and_some_of_each(shop, items):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.session(line_items=items)
    assert refused.value.param.startswith("line_items")


def test_links_are_for_onboarding_alone(shop):
    account = shop.account(ready=False).id
    use = {"type": "account_update", "account_update": {"refresh_url": "http://site.test/"}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v2.core.account_links.create({"account": account, "use_case": use})
    assert refused.value.param == "use_case.type"


def test_a_payment_that_failed_has_nothing_to_refund(shop):
    with pytest.raises(ValueError, match="insufficient funds"):
        shop.control.pay(shop.unpaid, card="4000000000009995")
    intent = shop.client.v1.checkout.sessions.retrieve(shop.unpaid).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        shop.client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(ValueError, match="Only test cards"):
        shop.control.pay(shop.unpaid, card="4111111111111111")


@pytest.mark.parametrize(
    ("breaking", "said"),
    [
        ("UPDATE posting SET cents = cents + 1 WHERE rowid = 1", "every journal"),
        ("UPDATE total SET cents = cents + 1 WHERE account = 'card_network'", "every total"),
        ("UPDATE booking SET net = net + 1", "every balance"),
        (
            "UPDATE object SET body = json_set(body, '$.net', 1) WHERE kind = 'balance_transaction'",
            "every transaction",
        ),
    ],
)
def test_books_that_are_off_are_seen(make_world, breaking, said):
    world = make_world()
    world.captured()
    with pytest.raises(BooksBroken, match=said), world.app.sandbox.turn() as ctx:  # which is rolled back
        ctx.store.run(breaking)
        books.check(ctx)


def test_no_request_goes_on_over_books_that_are_off(make_world):
    world = make_world()
    with world.app.sandbox.turn() as ctx:
        ctx.store.run("INSERT INTO total VALUES ('card_network', 'usd', 1)")
    with pytest.raises(BooksBroken, match="come to nothing in"):
        world.session()
    with world.app.sandbox.turn() as ctx:
        ctx.store.run("DELETE FROM total")
    assert world.session().status == "open"
