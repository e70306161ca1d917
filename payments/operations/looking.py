"""The look-up: what is at Stripe that carries an operation's mark, whoever knows of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Max

from payments import stripe_gateway as gateway
from payments.models import Operation


class TwoObjects(Exception):
    """More than one object carries the mark of one operation: nothing may go on by itself."""


def found(operation: Operation) -> gateway.Done | None:
    """The one object of this operation, None where there is none. Raises TwoObjects, StripeFailed."""
    if operation.stripe_id is not None:
        return again(operation)
    there = [o for o in LOOKS[operation.kind](operation) if o.operation_id == str(operation.pk)]
    if len(there) > 1:
        raise TwoObjects(", ".join(o.id for o in there))
    return there[0] if there else None


def sent_since(operation: Operation) -> datetime:
    """The earliest moment at which today's key can have made something: of each before it is known that it did not.

    Without it, what is looked for long and in vain would read a list that only grows.
    """
    before = operation.tries.filter(epoch__lt=operation.epoch).aggregate(last=Max("sent_at"))
    return before["last"] or operation.created_at


def again(operation: Operation) -> gateway.Done | None:
    """A refund that exists and is not booked yet is the one object that is fetched a second time."""
    return gateway.refund(operation.stripe_id or "")


def captured_or_void(operation: Operation) -> list[gateway.Done]:
    """A capture or a void makes no object: it is seen on the payment, or on its page, itself."""
    params = asked(operation)
    if "session" in params:
        session = gateway.session(params["session"])
        return [change(operation, session.id)] if session.status == "expired" else []
    intent = gateway.intent(params["intent"])
    wanted = "succeeded" if operation.kind == Operation.Kind.CAPTURE else "canceled"
    return [change(operation, intent.id)] if intent.status == wanted else []


def change(operation: Operation, of: str) -> gateway.Done:
    return gateway.Done(id=f"{of}:{operation.kind}", operation_id=str(operation.pk))


def can_still_happen(operation: Operation) -> bool:
    """Whether a capture or a void that was rejected may work under a new key. Raises StripeFailed."""
    params = asked(operation)
    if "session" in params:
        return gateway.session(params["session"]).status == "open"
    return gateway.intent(params["intent"]).status == "requires_capture"


def asked(operation: Operation) -> dict[str, Any]:
    return operation.params or {}


LOOKS: dict[str, Callable[[Operation], list[gateway.Done]]] = {
    Operation.Kind.ACCOUNT: lambda _: [],
    Operation.Kind.CHECKOUT: lambda operation: gateway.sessions_since(sent_since(operation)),
    Operation.Kind.CAPTURE: captured_or_void,
    Operation.Kind.VOID: captured_or_void,
    Operation.Kind.TRANSFER: lambda operation: gateway.transfers_in(asked(operation)["transfer_group"]),
    Operation.Kind.REVERSAL: lambda operation: gateway.reversals_of(asked(operation)["transfer"]),
    Operation.Kind.REFUND: lambda operation: gateway.refunds_of(asked(operation)["payment_intent"]),
}
