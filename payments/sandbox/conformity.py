"""Holds JSON against the SDK's types: unknown fields, missing ones, wrong types, values outside an enumeration."""

from decimal import Decimal
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
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
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


class NotAsStripe(AssertionError):
    """The stand-in said something that Stripe's types do not know: a bug of the stand-in."""


def require(body: Any, hint: Any, *, where: str) -> None:
    """Raises NotAsStripe naming each difference."""
    if found := check(body, hint, where):
        raise NotAsStripe("; ".join(found))


def check(value: Any, hint: Any, path: str) -> list[str]:
    """The differences between a value and its type, each with its path."""
    if hint is Any:
        return []
    if annotations.is_object(hint) or annotations.is_object(get_origin(hint)):
        return _object(value, hint, path)
    origin = get_origin(hint)
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{path}: {value!r} is none of {get_args(hint)[:6]}"]
    if origin in (list, dict):
        return _container(value, hint, path)
    if len(annotations.members(hint)) > 1:
        return _union(value, hint, path)
    return _plain(value, hint, path)


def _plain(value: Any, hint: Any, path: str) -> list[str]:
    if hint is type(None):
        return [] if value is None else [f"{path}: {value!r} should be null"]
    allowed = PLAIN.get(hint)
    if allowed and (not isinstance(value, allowed) or (isinstance(value, bool) and hint is not bool)):
        return [f"{path}: {type(value).__name__} should be {hint.__name__}"]
    return []


def _union(value: Any, hint: Any, path: str) -> list[str]:
    if isinstance(value, str) and (named := annotations.choices(hint)) is not None:
        return [] if value in named else [f"{path}: {value!r} is none of {named[:6]}"]
    if value is None:
        return [] if annotations.nullable(hint) else [f"{path}: null is not allowed"]
    tried = [check(value, member, path) for member in annotations.members(hint) if member is not type(None)]
    return min(tried, key=len)


def _container(value: Any, hint: Any, path: str) -> list[str]:
    kind = get_origin(hint)
    if not isinstance(value, kind):
        return [f"{path}: {type(value).__name__} should be {kind.__name__}"]
    inner = get_args(hint)[-1]
    if kind is list:
        return [e for i, item in enumerate(value) for e in check(item, inner, f"{path}[{i}]")]
    return [e for name, item in value.items() for e in check(item, inner, f"{path}.{name}")]


def _object(value: Any, hint: Any, path: str) -> list[str]:
    cls = get_origin(hint) or hint
    if not isinstance(value, dict):
        return [f"{path}: {type(value).__name__} should be {cls.__name__}"]
    if issubclass(cls, UntypedStripeObject):
        inner = (get_args(hint) or (Any,))[0]
        return [e for name, item in value.items() for e in check(item, inner, f"{path}.{name}")]
    if cls in (stripe.ListObject, v2.ListObject):
        return _list(value, hint, path)
    return _fields(value, cls, path)


def _list(value: dict[str, Any], hint: Any, path: str) -> list[str]:
    first = get_origin(hint) is stripe.ListObject or hint is stripe.ListObject
    shape = {"object": str, "data": list, "has_more": bool, "url": str} if first else {"data": list}
    wrong = [f"{path}.{n}: no {t.__name__}" for n, t in shape.items() if not isinstance(value.get(n), t)]
    known = set(shape) | (set() if first else {"next_page_url", "previous_page_url"})
    wrong += [f"{path}.{n}: a list has no such field" for n in value if n not in known]
    inner = (get_args(hint) or (Any,))[0]
    data = value.get("data")
    items = data if isinstance(data, list) else []
    return wrong + [e for i, item in enumerate(items) for e in check(item, inner, f"{path}.data[{i}]")]


def _fields(value: dict[str, Any], cls: type, path: str) -> list[str]:
    known = annotations.fields(cls)
    if cls is core.Event:  # each type of v2 event adds what it has beyond the base class
        known = known | annotations.fields(get_v2_event_class(str(value.get("type"))))
    wrong = [f"{path}.{name}: {cls.__name__} has no such field" for name in value if name not in known]
    for name, hint in known.items():
        if name in value:
            wrong += check(value[name], hint, f"{path}.{name}")
        elif not annotations.nullable(hint):
            wrong.append(f"{path}.{name}: missing")
    if cls is stripe.Event:
        wrong += _snapshot(value, path)
    return wrong


def _snapshot(event: dict[str, Any], path: str) -> list[str]:
    inside = event.get("data", {}).get("object", {})
    cls = CLASSES.get(inside.get("object", ""))
    if cls is None:
        return [f"{path}.data.object: nothing is known of {inside.get('object')!r}"]
    return check(inside, cls, f"{path}.data.object")
