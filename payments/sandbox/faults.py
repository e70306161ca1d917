"""Breaking on request: which answers fail, and how."""

import json
import random
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from payments.sandbox.errors import ApiError
from payments.sandbox.idempotency import in_use
from payments.sandbox.sandbox import Context

EXPLAINED = {
    "429": "Turned away before it is begun; with lock_timeout, for another reason",
    "409": "The key is in use by another request",
    "400": "Refused with this code, and the key remembers it",
    "403": "The key may not do that",
    "402": "The card is declined, and the key remembers it",
    "drop_before": "The connection ends, and nothing was done",
    "drop_after_commit": "It is done, and the connection ends",
    "hang": "So many seconds pass before the answer",
    "500_no_effect": "Fails, and nothing was done",
    "500_effect": "Fails, and was done",
    "500_late": "Fails, and is done so many hours later",
    "truncate": "The answer breaks off",
    "garbage": "The answer is no JSON",
    "list_lag": "A list shows what is older than so many seconds",
    "prune_keys": "Every key is forgotten first",
}
KINDS = tuple(EXPLAINED)
NEEDS_NUMBER = ("hang", "500_late", "list_lag")


class Dropped(Exception):
    """The connection ends without an answer."""


@dataclass(frozen=True)
class Fault:
    """A kind such as `hang:30`, and the requests that it strikes.

    `nth` strikes the nth match and the `times - 1` after it; `probability` strikes each match by chance,
    repeatably for one seed; neither strikes the next `times` matches. `times` of None never wears out.
    """

    kind: str
    method: str = "*"
    path: str = "*"
    nth: int | None = None
    times: int | None = 1
    probability: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.name not in KINDS:
            raise ValueError(f"{self.kind} is none of {', '.join(KINDS)}.")
        if self.name in NEEDS_NUMBER and not self.argument.replace(".", "", 1).isdecimal():
            raise ValueError(f"{self.name} wants a number, as in {self.name}:30.")

    @property
    def name(self) -> str:
        return self.kind.partition(":")[0]

    @property
    def argument(self) -> str:
        return self.kind.partition(":")[2]

    @property
    def number(self) -> float:
        return float(self.argument)

    def matches(self, method: str, path: str) -> bool:
        return fnmatchcase(method, self.method.upper()) and fnmatchcase(path, self.path)

    def strikes(self, seen: int, fired: int) -> bool:
        if self.times is not None and fired >= self.times:
            return False
        if self.probability is not None:
            return random.Random(f"{self.seed}:{seen}").random() < self.probability  # noqa: S311 - repeatable
        return seen >= (self.nth or 1)


def add(ctx: Context, fault: Fault) -> int:
    return ctx.store.run("INSERT INTO fault (spec) VALUES (?)", json.dumps(asdict(fault)))


def listed(ctx: Context) -> list[dict[str, Any]]:
    rows = ctx.store.rows("SELECT * FROM fault ORDER BY id")
    return [{"id": r["id"], "seen": r["seen"], "fired": r["fired"]} | json.loads(r["spec"]) for r in rows]


def strike(ctx: Context, method: str, path: str) -> Fault | None:
    """The first fault that strikes this request; every fault that matches has seen it."""
    struck = None
    for row in ctx.store.rows("SELECT * FROM fault ORDER BY id"):
        fault = Fault(**json.loads(row["spec"]))
        if not fault.matches(method, path):
            continue
        seen = row["seen"] + 1
        hit = struck is None and fault.strikes(seen, row["fired"])
        ctx.store.run("UPDATE fault SET seen = ?, fired = fired + ? WHERE id = ?", seen, hit, row["id"])
        if hit:
            struck = fault
    return struck


def before(fault: Fault | None) -> None:
    """Refuse a request that is never begun, under its key or without."""
    if fault is None:
        return
    if fault.name == "drop_before":
        raise Dropped
    if fault.name == "409":
        raise in_use()
    if fault.name == "403":
        raise ApiError(
            403,
            "The provided key does not have the required permissions for this endpoint.",
            code="more_permissions_required",
            cached=False,
        )
    if fault.name == "429":
        reason = "resource-specific" if fault.argument else "endpoint-rate"
        raise ApiError(
            429,
            "Too many requests: slow down.",
            code=fault.argument or "rate_limit",
            cached=False,
            headers={"Stripe-Rate-Limited-Reason": reason},
        )


def instead(fault: Fault | None) -> None:
    """Fail a request that was begun and did nothing: its key remembers that."""
    if fault is None:
        return
    if fault.name == "400":
        raise ApiError(400, "Refused on request.", code=fault.argument or "parameter_invalid_empty")
    if fault.name == "402":
        raise ApiError(402, "Your card was declined.", kind="card_error", code="card_declined")
    if fault.name in ("500_no_effect", "500_late"):
        raise broken()


def broken() -> ApiError:
    return ApiError(
        500,
        "Something went wrong on our side.",
        kind="api_error",
        headers={"Stripe-Should-Retry": "false"},
    )
