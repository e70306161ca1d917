"""Holds JSON against the SDK's types: unknown fields, missing ones, wrong types, values outside an enumeration."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, Literal, get_args, get_origin

import stripe
from stripe import v2
from stripe._stripe_object import UntypedStripeObject
from stripe.events._event_classes import get_v2_event_class
from stripe.v2 import core

from payments.sandbox import annotations

PLAIN: dict[Any, tuple[type, ...]] = {
    int: (int,),
    str: (str,),
    bool: (bool,),
    float: (int, float),
    Decimal: (str,),
}
# Whatever travels inside an event says what it is.
CLASSES: dict[str, type[stripe.StripeObject]] = {
    "account": stripe.Account,
    "balance": stripe.Balance,
    "balance_settings": stripe.BalanceSettings,
    "balance_transaction": stripe.BalanceTransaction,
    "bank_account": stripe.BankAccount,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "file": stripe.File,
    "payment_intent": stripe.PaymentIntent,
    "payout": stripe.Payout,
    "radar.early_fraud_warning": stripe.radar.EarlyFraudWarning,
    "refund": stripe.Refund,
    "topup": stripe.Topup,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "v2.core.account": core.Account,
    "v2.core.event": core.Event,
}
# What only ever travels inside one.
TOLD_OF: dict[str, type[stripe.StripeObject]] = {"application": stripe.Application}


class NotAsStripe(AssertionError):
    """The stand-in said something that Stripe's types do not know: a bug of the stand-in."""


def require(body: Any, hint: Any, *, where: str) -> None:
    """Raises NotAsStripe naming each difference."""
    if found := check(body, hint, where):
        raise NotAsStripe("; ".join(found))


def check(value: Any, hint: Any, path: str) -> list[str]:
    """The differences between a value and its type, each with its path."""
    return [path + wrong for wrong in _checker(hint)(value)]


# Each checker answers the differences it finds, each with the rest of its path; it is made once for each type.
Checker = Callable[[Any], list[str]]


@cache
def _checker(hint: Any) -> Checker:
    origin = get_origin(hint)
    if hint is Any:
        return _anything
    if annotations.is_object(hint) or annotations.is_object(origin):
        return _object(hint)
    if origin is Literal:
        return _literal(get_args(hint))
    if origin in (list, dict):
        return _container(hint)
    if len(annotations.members(hint)) > 1:
        return _union(hint)
    return _plain(hint)


def _anything(_: Any) -> list[str]:
    return []


def _literal(named: tuple[Any, ...]) -> Checker:
    return lambda value: [] if value in named else [f": {value!r} is none of {named[:6]}"]


def _plain(hint: Any) -> Checker:
    if hint is type(None):
        return lambda value: [] if value is None else [f": {value!r} should be null"]
    allowed = PLAIN.get(hint)
    if allowed is None:
        return _anything

    def wrong(value: Any) -> list[str]:
        if isinstance(value, allowed) and (hint is bool or not isinstance(value, bool)):
            return []
        return [f": {type(value).__name__} should be {hint.__name__}"]

    return wrong


def _union(hint: Any) -> Checker:
    named, nullable = annotations.choices(hint), annotations.nullable(hint)
    members = [_checker(member) for member in annotations.members(hint) if member is not type(None)]

    def wrong(value: Any) -> list[str]:
        if isinstance(value, str) and named is not None:
            return [] if value in named else [f": {value!r} is none of {named[:6]}"]
        if value is None:
            return [] if nullable else [": null is not allowed"]
        least: list[str] | None = None
        for member in members:
            found = member(value)
            if not found:
                return []
            least = found if least is None or len(found) < len(least) else least
        return least or []

    return wrong


def _container(hint: Any) -> Checker:
    kind, inner = get_origin(hint) or hint, _checker(get_args(hint)[-1])

    def wrong(value: Any) -> list[str]:
        if not isinstance(value, kind):
            return [f": {type(value).__name__} should be {kind.__name__}"]
        items = enumerate(value) if kind is list else value.items()
        form = "[{}]{}" if kind is list else ".{}{}"
        return [form.format(name, e) for name, item in items for e in inner(item)]

    return wrong


def _object(hint: Any) -> Checker:
    cls = get_origin(hint) or hint

    def wrong(value: Any) -> list[str]:
        if not isinstance(value, dict):
            return [f": {type(value).__name__} should be {cls.__name__}"]
        if issubclass(cls, UntypedStripeObject):
            inner = _checker((get_args(hint) or (Any,))[0])
            return [f".{name}{e}" for name, item in value.items() for e in inner(item)]
        if cls in (stripe.ListObject, v2.ListObject):
            return _list(value, hint)
        return _fields(value, cls)

    return wrong


def _list(value: dict[str, Any], hint: Any) -> list[str]:
    first = get_origin(hint) is stripe.ListObject or hint is stripe.ListObject
    shape = {"object": str, "data": list, "has_more": bool, "url": str} if first else {"data": list}
    wrong = [f".{n}: no {t.__name__}" for n, t in shape.items() if not isinstance(value.get(n), t)]
    known = set(shape) | (set() if first else {"next_page_url", "previous_page_url"})
    wrong += [f".{n}: a list has no such field" for n in value if n not in known]
    inner = _checker((get_args(hint) or (Any,))[0])
    data = value.get("data")
    items = data if isinstance(data, list) else []
    return wrong + [f".data[{i}]{e}" for i, item in enumerate(items) for e in inner(item)]


@cache
def _known(cls: type) -> dict[str, tuple[Checker, bool]]:
    """Of each field: how it is checked, and whether it may be absent."""
    return {n: (_checker(h), annotations.nullable(h)) for n, h in annotations.fields(cls).items()}


def _fields(value: dict[str, Any], cls: type) -> list[str]:
    known = _known(cls)
    if cls is core.Event:  # each type of v2 event adds what it has beyond the base class
        known = known | _known(get_v2_event_class(str(value.get("type"))))
    wrong = [f".{name}: {cls.__name__} has no such field" for name in value if name not in known]
    for name, (check_field, optional) in known.items():
        if name in value:
            found = check_field(value[name])
            if found:
                wrong += [f".{name}{e}" for e in found]
        elif not optional:
            wrong.append(f".{name}: missing")
    if cls is stripe.Event:
        wrong += _snapshot(value)
    return wrong


def _snapshot(event: dict[str, Any]) -> list[str]:
    inside = event.get("data", {}).get("object", {})
    cls: Any = (CLASSES | TOLD_OF).get(inside.get("object", ""))
    if cls is None:
        return [f".data.object: nothing is known of {inside.get('object')!r}"]
    return [f".data.object{e}" for e in _checker(cls)(inside)]
