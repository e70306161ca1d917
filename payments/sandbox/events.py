"""What happened, written down for whoever listens: snapshots of v1 objects, thin notices of v2 ones."""

import copy
from typing import Any

import stripe
from stripe.v2 import core

from payments.sandbox import annotations, presenting
from payments.sandbox.clock import rfc3339
from payments.sandbox.config import Channel
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body


def emit(
    ctx: Context, kind: str, subject: Body, *, owner: str = PLATFORM, before: Body | None = None
) -> Body:
    """A v1 event of the account that owns the subject; the snapshot stays as it is now."""
    data: dict[str, Any] = {"object": copy.deepcopy(presenting.present(ctx, subject))}
    if before is not None:
        data["previous_attributes"] = before
    values = {
        "id": ctx.new_id("evt_"),
        "api_version": stripe.api_version,
        "created": ctx.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": ctx.request_id, "idempotency_key": ctx.idempotency_key},
        "type": kind,
    }
    if owner != PLATFORM:
        values["account"] = owner
    # `account` and `context` are absent, not null, in events of our own account.
    event = {n: v for n, v in annotations.blank(stripe.Event, **values).items() if v is not None}
    ctx.store.add(event, account=owner, created=ctx.now)
    _queue(ctx, event["id"], "platform" if owner == PLATFORM else "connect")
    return event


def emit_thin(ctx: Context, kind: str, about: str | None, **data: Any) -> Body:
    """A v2 event, about an account or about none: it says which, not what."""
    url = f"/v2/core/accounts/{about}"
    related = {"id": about, "type": "v2.core.account", "url": url} if about else None
    reason = None
    if ctx.request_id:
        request = {"id": ctx.request_id, "idempotency_key": ctx.idempotency_key or ""}
        reason = {"type": "request", "request": request}
    event = ctx.make(
        core.Event,
        account=PLATFORM,
        private={"related_object": related, "data": data},
        id=ctx.new_id("evt_test_"),
        created=rfc3339(ctx.now),
        livemode=False,
        reason=reason,
        type=kind,
    )
    _queue(ctx, event["id"], "v2")
    return event


def posted(ctx: Context, event: Body) -> Body:
    """The body of a webhook: the whole event in v1, a notice in v2."""
    if event["object"] == "event":
        return presenting.present(ctx, event)
    related = ctx.store.private(event["id"])["related_object"]
    names = ("id", "object", "type", "created", "livemode", "context", "reason")
    return {name: event[name] for name in names} | ({"related_object": related} if related else {})


def _queue(ctx: Context, event_id: str, channel: Channel) -> None:
    ctx.sandbox.rung.set()  # whoever delivers waits for the lock, and so for this turn to end
    for webhook in ctx.config.webhooks:
        if webhook.channel == channel:
            ctx.store.run(
                "INSERT INTO delivery (event, channel, url, due) VALUES (?, ?, ?, ?)",
                *(event_id, channel, webhook.url, ctx.now),
            )
