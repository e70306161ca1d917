"""The API's door as a WSGI app: who asks, is the request one that Stripe knows, was this key used before."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from payments.sandbox import conformity, idempotency, params, presenting, routes, timers
from payments.sandbox.clock import Clock
from payments.sandbox.config import Config
from payments.sandbox.control import Control
from payments.sandbox.errors import ApiError, invalid
from payments.sandbox.sandbox import Context, Sandbox

Send = Callable[[str, bytes, dict[str, str]], int]


class SandboxApp(Flask):
    """The app with its sandbox and the control over it."""

    sandbox: Sandbox
    control: Control


def create_app(
    path: str, *, config: Config | None = None, clock: Clock | None = None, send: Send | None = None
) -> SandboxApp:
    """A stand-in whose state is the SQLite file at `path`, or gone with the process at `:memory:`.

    `send(url, body, headers)` posts a webhook and returns the status it was answered with.
    """
    app = SandboxApp("payments.sandbox", static_folder=None)
    app.sandbox = Sandbox(path, config=config or Config(), clock=clock or Clock())
    app.control = Control(app.sandbox, send)
    app.add_url_rule("/<path:_>", view_func=answer, methods=["GET", "POST"])
    return app


def answer(_: str) -> Response:
    app: Any = current_app
    sandbox: Sandbox = app.sandbox
    with sandbox.turn() as ctx:
        timers.fire_due(ctx)
        request_id = ctx.new_id("req_", 14)
    try:
        body, status, replayed = carry_out(sandbox, request_id)
    except ApiError as error:
        body, status, replayed = error.body(request_id), error.status, False
    response = Response(json.dumps(body), status, content_type="application/json")
    response.headers["Request-Id"] = request_id
    response.headers["Stripe-Version"] = routes.API_VERSION
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def carry_out(sandbox: Sandbox, request_id: str) -> tuple[dict[str, Any], int, bool]:
    """Check the request and do it, or repeat what its key was answered. Raises ApiError."""
    authorise(sandbox.config.key)
    found = routes.find(request.method, request.path)
    if found is None:
        raise ApiError(404, f"Unrecognized request URL ({request.method}: {request.path}).", cached=False)
    route, ids = found
    given = read(route)
    wanted = params.validate(given, route.takes, form=not (route.is_v2 and request.method == "POST"))
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    context = {"base_url": base_url(), "request_id": request_id, "idempotency_key": key}
    with sandbox.turn(**context) as ctx:
        kept = idempotency.kept(ctx, key, v2=route.is_v2, path=request.path, given=given)
        if kept is not None:
            return kept.body, kept.status, True
        try:
            body, status = perform(ctx, route, wanted, ids), 200
        except ApiError as error:
            if not error.cached:
                raise
            body, status = error.body(request_id), error.status
        idempotency.keep(ctx, key, v2=route.is_v2, path=request.path, given=given, status=status, body=body)
    return body, status, False


def perform(
    ctx: Context, route: routes.Route, wanted: dict[str, Any], ids: tuple[str, ...]
) -> dict[str, Any]:
    expand = wanted.pop("expand", [])
    body = presenting.expand(ctx, route.handler(ctx, wanted, *ids), list(expand))
    hint = conformity.CLASSES.get(body.get("object", ""))
    if hint is not None:
        conformity.require(body, hint, where=body["object"])
    return body


def authorise(key: str | None) -> None:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not (given == key if key else given.startswith("sk_test_")):
        raise ApiError(401, "Invalid API Key provided.", cached=False)
    version = request.headers.get("Stripe-Version", routes.API_VERSION)
    if version != routes.API_VERSION:
        raise invalid(f"Invalid Stripe API version: {version}")


def read(route: routes.Route) -> dict[str, Any]:
    if request.method == "GET":
        return params.read_form(request.query_string.decode())
    if route.is_v2:
        return params.read_json(request.get_data())
    return params.read_form(request.get_data(as_text=True))


def base_url() -> str:
    parts = urlsplit(request.base_url)
    return f"{parts.scheme}://{parts.netloc}"
