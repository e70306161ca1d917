"""Changes at Stripe: one call for each kind of operation, under the key of that operation."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import stripe

from payments.stripe_gateway import facts
from payments.stripe_gateway.connecting import calling

Params = dict[str, Any]


def send(kind: str, params: Params, *, key: str) -> facts.Done:
    """Carry out one operation with its frozen parameters. Raises StripeFailed."""
    with calling() as c:
        made = facts.done(CALLS[kind](c, params, {"idempotency_key": key}).to_dict())
    return changed(kind, made)


def changed(kind: str, object_: facts.Done) -> facts.Done:
    """A capture or a void makes no object of its own: it is the change of one that another operation made."""
    return replace(object_, id=f"{object_.id}:{kind}") if kind in {"capture", "void"} else object_


def open_account(c: stripe.StripeClient, params: Any, options: Any) -> Any:
    return c.v2.core.accounts.create(params, options)


def open_checkout(c: stripe.StripeClient, params: Any, options: Any) -> Any:
    return c.v1.checkout.sessions.create(params, options)


def capture(c: stripe.StripeClient, params: Any, options: Any) -> Any:
    rest: Any = {name: value for name, value in params.items() if name != "intent"}
    return c.v1.payment_intents.capture(params["intent"], rest, options)


def void(c: stripe.StripeClient, params: Any, options: Any) -> Any:
    if "intent" in params:
        return c.v1.payment_intents.cancel(params["intent"], {}, options)
    return c.v1.checkout.sessions.expire(params["session"], {}, options)


def transfer(c: stripe.StripeClient, params: Any, options: Any) -> Any:
    return c.v1.transfers.create(params, options)


def refund(c: stripe.StripeClient, params: Any, options: Any) -> Any:
    return c.v1.refunds.create(params, options)


def reverse(c: stripe.StripeClient, params: Any, options: Any) -> Any:
    rest: Any = {name: value for name, value in params.items() if name != "transfer"}
    return c.v1.transfers.reversals.create(params["transfer"], rest, options)


CALLS: dict[str, Callable[[stripe.StripeClient, Any, Any], Any]] = {
    "account": open_account,
    "checkout": open_checkout,
    "capture": capture,
    "void": void,
    "transfer": transfer,
    "refund": refund,
    "reversal": reverse,
}
