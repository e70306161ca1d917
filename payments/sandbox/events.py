"""What happened, written down for whoever listens: snapshots of v1 objects, thin notices of v2 ones."""

import copy
import json
from typing import Any

import stripe
from stripe.v2 import core

from payments.sandbox import annotations, conformity, mailing, presenting
from payments.sandbox.clock import rfc3339
from payments.sandbox.config import Channel
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

# What a v2 webhook carries; the rest is fetched.
NOTICE = ("id", "object", "type", "created", "livemode", "context", "reason", "related_object")


def emit(
    ctx: Context, kind: str, subject: Body, *, owner: str = PLATFORM, before: Body | None = None
) -> Body:
    """A v1 event of the account that owns the subject; the snapshot stays as it is now."""
    way = mailing.way(ctx)
    data: dict[str, Any] = {"object": copy.deepcopy(presenting.present(ctx, subject))}
    if way.stale and "id" in subject:
        data["object"] = _oldest(ctx, subject["id"]) or data["object"]
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
    conformity.require(event, stripe.Event, where=kind)
    for twin in (event, event | {"id": ctx.new_id("evt_")})[: 1 + way.twin]:
        ctx.store.add(twin, account=owner, created=ctx.now)
        _queue(ctx, twin["id"], "platform" if owner == PLATFORM else "connect", way)
    return event


def _oldest(ctx: Context, subject: str) -> Body | None:
    """What was first told about an object."""
    told = ctx.store.value(
        "SELECT body FROM object WHERE kind = 'event' AND json_extract(body, '$.data.object.id') = ?"
        " ORDER BY seq LIMIT 1",
        subject,
    )
    return json.loads(told)["data"]["object"] if told else None


def emit_thin(ctx: Context, kind: str, about: str | None, **data: Any) -> Body:
    """A v2 event, about an account or about none: it says which, not what."""
    request = {"id": ctx.request_id, "idempotency_key": ctx.idempotency_key or ""}
    event = annotations.blank(
        core.Event,
        id=ctx.new_id("evt_test_"),
        created=rfc3339(ctx.now),
        livemode=False,
        reason={"type": "request", "request": request} if ctx.request_id else None,
        type=kind,
    )
    if about:
        url = f"/v2/core/accounts/{about}"
        event["related_object"] = {"id": about, "type": "v2.core.account", "url": url}
    if data:
        event["data"] = data
    conformity.require(event, core.Event, where=kind)
    way = mailing.way(ctx)
    for twin in (event, event | {"id": ctx.new_id("evt_test_")})[: 1 + way.twin]:
        ctx.store.add(twin, account=PLATFORM, created=ctx.now)
        _queue(ctx, twin["id"], "v2", way)
    return event


def posted(ctx: Context, event: Body) -> Body:
    """The body of a webhook: the whole event in v1, a notice without its data in v2."""
    if event["object"] == "event":
        return presenting.present(ctx, event)
    return {name: value for name, value in event.items() if name in NOTICE}


def _queue(ctx: Context, event_id: str, channel: Channel, way: mailing.Way) -> None:
    ctx.sandbox.rung.set()  # whoever delivers waits for the lock, and so for this turn to end
    for webhook in ctx.config.webhooks:
        if webhook.channel == channel:
            ctx.store.run(
                "INSERT INTO delivery (event, channel, url, due) VALUES (?, ?, ?, ?)",
                *(event_id, channel, webhook.url, ctx.now + way.delay),
            )
