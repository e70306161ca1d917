"""The stand-in for Stripe inside the test's process: the real SDK, the real app, no socket."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from werkzeug.serving import make_server

from payments import stripe_gateway
from payments.sandbox.app import SandboxApp, create_app
from payments.sandbox.config import Config, Webhook
from payments.sandbox.control import Control
from payments.sandbox.transport import SandboxTransport

FILE = "sandbox.sqlite3"  # as the stand-in's own process names it

running: list[SandboxApp] = []


def transport() -> SandboxTransport:
    """What `STRIPE_TRANSPORT` names in these tests."""
    return SandboxTransport(running[-1])


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Deliver a webhook to the site's own door."""
    signature = headers["Stripe-Signature"]
    answer = Client().post(
        url.removeprefix(site.SITE_URL),
        body,
        content_type="application/json",
        HTTP_STRIPE_SIGNATURE=signature,
    )
    return answer.status_code


@contextmanager
def standing_in(path: str = ":memory:", *, tells: bool = True) -> Iterator[Control]:
    """The control of a stand-in that is this process's Stripe until the end; its state is the file at `path`.

    Unless it `tells`, no webhook is ever sent.
    """
    hooks = tuple(
        Webhook(channel, f"{site.SITE_URL}/webhooks/stripe/{channel}/", secrets[0])
        for channel, secrets in site.STRIPE_WEBHOOK_SECRETS.items()
        if tells
    )
    with pytest.MonkeyPatch.context() as patch:  # which may be undone before or after a test's other settings
        patch.setattr(site, "STRIPE_TRANSPORT", "tests.sandboxed.transport")
        running.append(create_app(path, config=Config(webhooks=hooks), send=post))
        stripe_gateway.client.cache_clear()
        try:
            yield running[-1].control
        finally:
            running.pop().sandbox.store.close()
            stripe_gateway.client.cache_clear()


@pytest.fixture
def sandbox(own_database: str, settings: Any, books: str) -> Iterator[Control]:
    """Its control: pay, onboard, advance, deliver, books. Needs commits, hence a database of its own."""
    with standing_in(books) as control:
        yield control


@contextmanager
def showing_pages() -> Iterator[str]:
    """The pages of the running stand-in for people's browsers, the card page above all; yields their address."""
    app = running[-1]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    address = f"http://localhost:{server.server_port}"
    app.sandbox.config = replace(app.sandbox.config, public_url=address)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "STRIPE_PAGE_ORIGINS", [address])
        yield address
    server.shutdown()
    server.server_close()


@pytest.fixture
def sandbox_pages(sandbox: Any, settings: Any) -> Iterator[str]:
    """The pages of this test's stand-in; yields their address."""
    with showing_pages() as address:
        yield address
