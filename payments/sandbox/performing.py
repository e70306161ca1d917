"""Carrying a request out: the handler, the expansions, and the check of the answer against Stripe's types."""

import json
from typing import Any

from payments.sandbox import conformity, presenting, routes
from payments.sandbox.routing import Route
from payments.sandbox.sandbox import Context


def perform(ctx: Context, route: Route, wanted: dict[str, Any], ids: tuple[str, ...]) -> dict[str, Any]:
    """Raises ApiError for a refusal, NotAsStripe for a bug of the stand-in's."""
    rest = {name: value for name, value in wanted.items() if name != "expand"}
    body = presenting.expand(ctx, route.handler(ctx, rest, *ids), wanted.get("expand", []))
    conformity.require(body, route.gives, where=f"{route.method} {route.path}")
    return body


def perform_later(ctx: Context, path: str, wanted: dict[str, Any], *, at: int) -> None:
    """Keep a request that was answered with a 500, to be rolled forward at that time."""
    late_id = ctx.new_id("late_")
    request = {
        "id": late_id,
        "object": "sandbox.late_request",
        "path": path,
        "wanted": wanted,
        "about": [ctx.base_url, ctx.request_id, ctx.idempotency_key],
    }
    ctx.store.add(request, account=ctx.account, created=ctx.now)
    ctx.at(at, "late_request", late_id)


def roll_forward(ctx: Context, late_id: str) -> None:
    """Timer: what failed hours ago succeeds after all, and nobody is told but by webhook."""
    row = ctx.store.row("SELECT account, body FROM object WHERE id = ?", late_id)
    assert row is not None  # nothing deletes one object
    body = json.loads(row["body"])
    found = routes.find("POST", body["path"])
    assert found is not None  # it was found when it failed
    ctx.account = row["account"]
    ctx.base_url, ctx.request_id, ctx.idempotency_key = body["about"]
    perform(ctx, found[0], body["wanted"], found[1])
