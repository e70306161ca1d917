"""What Stripe tells by itself: which events are subscribed to, what is kept of one, and those of the past."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from payments.stripe_gateway.connecting import calling

# PAYMENTS.md 5 and 0.3: what each endpoint at Stripe is to be subscribed to.
SUBSCRIBED: dict[str, tuple[str, ...]] = {
    "platform": (
        *(f"checkout.session.{change}" for change in ("completed", "expired")),
        *(f"checkout.session.async_payment_{outcome}" for outcome in ("succeeded", "failed")),
        "payment_intent.amount_capturable_updated",
        *(f"payment_intent.{change}" for change in ("succeeded", "canceled", "payment_failed")),
        *(f"charge.{change}" for change in ("captured", "expired", "failed", "refunded", "updated")),
        *(f"refund.{change}" for change in ("created", "updated", "failed")),
        *(f"charge.dispute.{change}" for change in ("created", "updated", "closed")),
        *(f"charge.dispute.funds_{change}" for change in ("withdrawn", "reinstated")),
        *(f"radar.early_fraud_warning.{change}" for change in ("created", "updated")),
        *(f"transfer.{change}" for change in ("created", "reversed", "updated")),
        *(f"payout.{change}" for change in ("paid", "failed")),
        "balance.available",
    ),
    "connect": (
        *(f"payout.{change}" for change in ("created", "paid", "failed")),
        *(f"account.external_account.{change}" for change in ("created", "updated")),
        "account.application.deauthorized",
    ),
    "v2": (
        "v2.core.account[configuration.recipient].capability_status_updated",
        "v2.core.account[requirements].updated",
        "v2.core.account.closed",
    ),
}
TYPES_A_LIST = 20  # that Stripe takes in one question
REPEAT: Any = {"max_network_retries": 2}

Told = tuple[dict[str, Any], bytes]  # what is worth finding again, and the whole


def described(event: dict[str, Any], endpoint: str) -> dict[str, Any]:
    """What is worth finding again; thin v2 events point at their object, others carry a snapshot."""
    about = event.get("related_object") or (event.get("data") or {}).get("object") or {}
    return {
        "id": event["id"],
        "type": event["type"],
        "endpoint": endpoint,
        "account": event.get("account") or event.get("context") or "",
        "object_id": about.get("id", ""),
        "object_type": about.get("object") or about.get("type", ""),
        "api_version": event.get("api_version") or "",
    }


def events_since(moment: datetime) -> Iterator[tuple[datetime, Told]]:
    """Every event of our own account from then on (Stripe keeps 30 days), with when it happened."""
    types = SUBSCRIBED["platform"]
    for start in range(0, len(types), TYPES_A_LIST):
        params: Any = {
            "created": {"gte": int(moment.timestamp())},
            "types": list(types[start : start + TYPES_A_LIST]),
            "limit": 100,
        }
        with calling() as c:
            for event in c.v1.events.list(params, REPEAT).auto_paging_iter():
                found = event.to_dict()
                yield datetime.fromtimestamp(found["created"], UTC), whole(found, "platform")


def account_events_since(account: str, moment: datetime) -> Iterator[tuple[datetime, Told]]:
    """The same of a connected account: Stripe keeps its events with it, and lists them in its name alone."""
    params: Any = {
        "created": {"gte": int(moment.timestamp())},
        "types": list(SUBSCRIBED["connect"]),
        "limit": 100,
    }
    options: Any = {**REPEAT, "stripe_account": account}
    with calling() as c:
        for event in c.v1.events.list(params, options).auto_paging_iter():
            found = event.to_dict() | {"account": account}
            yield datetime.fromtimestamp(found["created"], UTC), whole(found, "connect")


def thin_events_since(moment: datetime) -> Iterator[tuple[datetime, Told]]:
    """The same for v2, which are about payees' accounts."""
    created = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    params: Any = {"created": {"gte": created}, "types": list(SUBSCRIBED["v2"]), "limit": 100}
    with calling() as c:
        for event in c.v2.core.events.list(params, REPEAT).auto_paging_iter():
            found = event.to_dict()
            yield datetime.fromisoformat(str(found["created"])), whole(found, "v2")


def whole(event: dict[str, Any], endpoint: str) -> Told:
    return described(event, endpoint), json.dumps(event, default=str).encode()
