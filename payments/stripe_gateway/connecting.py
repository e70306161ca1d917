"""The SDK's client: where it leads, how long it waits, and when it may not be used."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import stripe
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from payments.stripe_gateway.answers import understood


@cache
def client() -> stripe.StripeClient:
    """Leads to Stripe or to the sandbox; never repeats a change by itself: that is the operation's part."""
    make = settings.STRIPE_TRANSPORT
    transport = import_string(make)() if make else stripe.RequestsClient(timeout=settings.STRIPE_TIMEOUT)
    base = settings.STRIPE_API_BASE
    addresses = dict.fromkeys(("api", "connect", "files", "meter_events"), base) if base else {}
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses=addresses,  # type: ignore[arg-type]
        http_client=transport,
        max_network_retries=0,
    )


@contextmanager
def calling() -> Iterator[stripe.StripeClient]:
    """The client, for one call outside every transaction; its errors become StripeFailed."""
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("Stripe is never called inside a transaction.")
    try:
        yield client()
    except stripe.StripeError as error:
        raise understood(error) from error
