"""A stand-in, a client of the real SDK on top of it, and the few steps that most tests begin with."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import stripe

from payments.sandbox.app import create_app
from payments.sandbox.clock import Clock
from payments.sandbox.config import Config, Webhook
from payments.sandbox.transport import SandboxTransport
from tests.payments.sandbox.tour import tour

START = 1_793_620_800  # Mon 2 Nov 2026, 12:00 UTC
ADDRESSES = dict.fromkeys(("api", "connect", "files", "meter_events"), "http://sandbox.test")
HOOKS = tuple(
    Webhook(channel, f"http://site.test/{channel}/", f"whsec_{channel}")
    for channel in ("platform", "connect", "v2")
)


@dataclass
class Mailbox:
    """A receiver of webhooks that keeps them and answers as it is told."""

    status: int = 200
    letters: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)

    def __call__(self, url, body, headers):
        self.letters.append((url, body, headers))
        return self.status


@dataclass
class World:
    app: Any
    client: stripe.StripeClient
    mailbox: Mailbox

    @property
    def control(self):
        return self.app.control

    def session(self, cents=33000, *, manual=True, key=None, **params):
        data = {"transfer_group": "group_1", "metadata": {"hold": "h1"}}
        if manual:
            data["capture_method"] = "manual"
        price = {"currency": "usd", "unit_amount": cents, "product_data": {"name": "Work"}}
        given = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "payment_intent_data": data,
            "success_url": "http://site.test/done?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://site.test/left",
            "customer_email": "employer@site.test",
            "metadata": {"hold": "h1"},
        }
        options = {"idempotency_key": key} if key else {}
        return self.client.v1.checkout.sessions.create(given | params, options)

    def authorised(self, cents=33000):
        """A payment intent whose card is reserved."""
        session = self.session(cents)
        return self.intent(self.control.pay(session.id)["payment_intent"])

    def captured(self, cents=33000):
        intent = self.authorised(cents)
        self.client.v1.payment_intents.capture(intent.id)
        return self.intent(intent.id)

    def intent(self, id_):
        expand = ["latest_charge.balance_transaction"]
        return self.client.v1.payment_intents.retrieve(id_, {"expand": expand})

    def account(self, *, ready=True, **params):
        wanted = {
            "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
        }
        given = {
            "contact_email": "student@site.test",
            "display_name": "Maya",
            "dashboard": "express",
            "identity": {"country": "us", "entity_type": "individual"},
            "configuration": wanted,
            "defaults": {
                "currency": "usd",
                "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
            },
            "include": ["configuration.recipient", "requirements"],
        }
        account = self.client.v2.core.accounts.create(given | params)
        if ready:
            self.control.onboard(account.id)
        return account

    def status_of(self, account_id):
        account = self.client.v2.core.accounts.retrieve(account_id, {"include": ["configuration.recipient"]})
        return account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status

    def transfer(self, cents, *, to, charge=None, key=None, **params):
        given = {"amount": cents, "currency": "usd", "destination": to} | params
        if charge:
            given["source_transaction"] = charge
        return self.client.v1.transfers.create(given, {"idempotency_key": key} if key else {})

    def happened(self):
        """The types of v1 events, oldest first."""
        return [e.type for e in self.client.v1.events.list({"limit": 100}).data][::-1]


def client_of(app, *, timeout=0.5, wait=False, key="sk_test_anything"):
    return stripe.StripeClient(
        key,
        base_addresses=ADDRESSES,
        http_client=SandboxTransport(app, timeout=timeout, wait=wait),
        max_network_retries=0,
    )


@contextmanager
def worlds():
    """Makes stand-ins; the time of each stands still until it is advanced."""
    made = []

    def make(path=":memory:", **config):
        mailbox = Mailbox()
        app = create_app(
            path, config=Config(**{"webhooks": HOOKS} | config), clock=Clock(lambda: START), send=mailbox
        )
        made.append(app)
        return World(app, client_of(app), mailbox)

    yield make
    for app in made:
        app.control.report()  # whatever a test did, the books still add up
        app.sandbox.store.close()


@pytest.fixture(scope="session")
def toured():
    """A stand-in that was asked everything, and an answer of each kind."""
    with worlds() as make:
        world = make(float_cents=100_000)
        yield world, tour(world)


@pytest.fixture
def make_world():
    """A stand-in of its own for these settings."""
    with worlds() as make:
        yield make


@pytest.fixture
def world(make_world):
    return make_world()
