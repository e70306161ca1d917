"""One request from its bytes to its answer: who asks, is it a request Stripe knows, was its key used before."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import stripe

from payments.sandbox import auth, books, faults, idempotency, params, performing, routes, timers
from payments.sandbox.clock import HOUR
from payments.sandbox.errors import ApiError, invalid
from payments.sandbox.faults import Dropped, Fault
from payments.sandbox.routing import Route
from payments.sandbox.sandbox import PLATFORM, Context, Sandbox

LOGGED = 20_000  # requests that are remembered


@dataclass
class Asked:
    """A request as it came in. `pause` is how the stand-in waits when it is told to hang."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    pause: Callable[[float], None]
    id: str = ""
    form: dict[str, str] | None = None  # the fields of a request with a file, which is named by its name
    upload: int | None = None
    account: str = PLATFORM
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str | None:
        return self.headers.get("Idempotency-Key") if self.method == "POST" else None


@dataclass
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    replayed: bool = False
    dropped: bool = False


def respond(sandbox: Sandbox, asked: Asked) -> tuple[Answer, Fault | None]:
    """Answer a request, with the fault that struck it, which may still spoil the bytes."""
    with sandbox.turn() as ctx:
        timers.fire_due(ctx)
        asked.id = ctx.new_id("req_", 14)
        fault = faults.strike(ctx, asked.method, asked.path)
        if fault and fault.name == "prune_keys":
            idempotency.prune(ctx)
    try:
        answer = _answer(sandbox, asked, fault)
    except ApiError as error:
        answer = Answer(error.status, error.body(asked.id), dict(error.headers))
    except Dropped:
        answer = Answer(0, {}, dropped=True)
    answer.dropped = answer.dropped or bool(fault and fault.name == "drop_after_commit")
    answer.headers |= {"Request-Id": asked.id, "Stripe-Version": stripe.api_version}
    if asked.key:
        answer.headers["Idempotency-Key"] = asked.key
    if answer.replayed:
        answer.headers["Idempotent-Replayed"] = "true"
    _log(sandbox, asked, answer, fault)
    return answer, fault


def _answer(sandbox: Sandbox, asked: Asked, fault: Fault | None) -> Answer:
    permissions = auth.authorise(sandbox.config, asked.headers)
    found = routes.find(asked.method, asked.path)
    if found is None:
        raise ApiError(404, f"Unrecognized request URL ({asked.method}: {asked.path}).", cached=False)
    route, ids = found
    auth.permit(permissions, route)
    faults.before(fault)
    wanted = _wanted(asked, route)
    with sandbox.turn() as ctx:
        asked.account = auth.account(ctx, asked.headers, route)
        version = "v2" if route.is_v2 else "v1"
        key = (
            idempotency.key_of(asked.account, version, asked.key, path=asked.path, given=asked.given)
            if asked.key
            else None
        )
        kept = idempotency.claim(ctx, key)
    if kept is not None:
        return Answer(kept.status, kept.body, replayed=True)
    return _carry_out(sandbox, asked, _Work(route, ids, wanted, key, fault))


def _wanted(asked: Asked, route: Route) -> dict[str, Any]:
    is_json = route.is_v2 and asked.method == "POST"
    if is_json:
        asked.given = params.read_json(asked.body)
    elif asked.form is not None:
        asked.given = dict(asked.form)
    else:
        asked.given = params.read_form(
            asked.query if asked.method == "GET" else asked.body.decode("utf-8", "replace")
        )
    raw = dict(asked.given)
    page = raw.pop("page", None) if "page" in route.knows else None
    wanted = params.validate(raw, route.takes, form=not is_json)
    for name in wanted:
        if name not in route.knows:
            raise invalid(f"Stripe knows {name}, but this stand-in does not.", param=name)
    return wanted | ({"page": page} if page else {})


@dataclass(frozen=True)
class _Work:
    route: Route
    ids: tuple[str, ...]
    wanted: dict[str, Any]
    key: idempotency.Key | None
    fault: Fault | None

    def is_struck_by(self, name: str) -> bool:
        return self.fault is not None and self.fault.name == name


def _carry_out(sandbox: Sandbox, asked: Asked, work: _Work) -> Answer:
    """Perform under the claimed key: what is done and what is remembered are one transaction."""
    about = {
        "account": asked.account,
        "base_url": asked.base_url,
        "request_id": asked.id,
        "idempotency_key": asked.key,
        "upload": asked.upload,
    }
    try:
        if work.fault and work.is_struck_by("hang"):
            asked.pause(work.fault.number)
        faults.instead(work.fault)
        with sandbox.turn(**about) as ctx:
            if work.fault and work.is_struck_by("list_lag"):
                ctx.listed_before = ctx.now - int(work.fault.number)
            body = performing.perform(ctx, work.route, work.wanted, work.ids)
            books.look(ctx)
            answer = _spoiled(asked.id) if work.is_struck_by("500_effect") else Answer(200, body)
            idempotency.keep(ctx, work.key, answer.status, answer.body)
    except ApiError as error:
        with sandbox.turn(**about) as ctx:
            _remember(ctx, asked, work, error)
        raise
    except BaseException:
        with sandbox.turn() as ctx:
            idempotency.release(ctx, work.key)
        raise
    return answer


def _spoiled(request_id: str) -> Answer:
    error = faults.broken()
    return Answer(error.status, error.body(request_id), dict(error.headers))


def _remember(ctx: Context, asked: Asked, work: _Work, error: ApiError) -> None:
    if not error.cached:
        idempotency.release(ctx, work.key)
        return
    if work.fault and work.is_struck_by("500_late") and asked.method == "POST":
        later = ctx.now + int(work.fault.number * HOUR)
        performing.perform_later(ctx, asked.path, work.wanted, at=later)
    idempotency.keep(ctx, work.key, error.status, error.body(asked.id))


def _log(sandbox: Sandbox, asked: Asked, answer: Answer, fault: Fault | None) -> None:
    with sandbox.turn() as ctx:
        seq = ctx.store.run(
            "INSERT INTO request (at, id, method, path, account, key, params, status, replayed, fault)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(ctx.now, asked.id, asked.method, asked.path, asked.account, asked.key),
            *(json.dumps(asked.given), answer.status, answer.replayed, fault.kind if fault else None),
        )
        ctx.store.run("DELETE FROM request WHERE seq <= ?", seq - LOGGED)
