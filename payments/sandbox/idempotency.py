"""Keys: the first answer to one is given again, to the same request, for as long as Stripe remembers."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from payments.sandbox.clock import DAY
from payments.sandbox.errors import ApiError
from payments.sandbox.sandbox import Context

LIFE = {"v1": DAY, "v2": 30 * DAY}
LONGEST_KEY = 255


@dataclass(frozen=True)
class Kept:
    status: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Key:
    """A key as it was sent: by whom, to which API, for which request."""

    account: str
    version: str
    text: str
    request: str


def key_of(account: str, version: str, text: str, *, path: str, given: dict[str, Any]) -> Key:
    if len(text) > LONGEST_KEY:
        raise ApiError(
            400,
            f"Idempotency keys may have at most {LONGEST_KEY} characters.",
            kind="idempotency_error",
            cached=False,
        )
    request = hashlib.sha256(json.dumps([path, given], sort_keys=True).encode()).hexdigest()
    return Key(account, version, text, request)


def claim(ctx: Context, key: Key | None) -> Kept | None:
    """Take the key for this request, or say what it was answered before.

    Raises ApiError where it belongs to another request, or to one that is being carried out.
    """
    if key is None:
        return None
    for version, life in LIFE.items():
        ctx.store.run("DELETE FROM idempotency WHERE version = ? AND at <= ?", version, ctx.now - life)
    row = ctx.store.row(
        "SELECT request, status, answer FROM idempotency WHERE account = ? AND version = ? AND key = ?",
        *(key.account, key.version, key.text),
    )
    if row is None:
        ctx.store.run(
            "INSERT INTO idempotency (account, version, key, request, at) VALUES (?, ?, ?, ?, ?)",
            *(key.account, key.version, key.text, key.request, ctx.now),
        )
        return None
    if row["request"] != key.request:
        message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        raise ApiError(400, message, kind="idempotency_error", cached=False)
    if row["status"] is None:
        raise in_use()
    return Kept(row["status"], json.loads(row["answer"]))


def in_use() -> ApiError:
    return ApiError(
        409,
        "There is currently another in-progress request using this Idempotent Key.",
        kind="idempotency_error",
        code="idempotency_key_in_use",
        cached=False,
        headers={"Stripe-Should-Retry": "true"},
    )


def keep(ctx: Context, key: Key | None, status: int, body: dict[str, Any]) -> None:
    if key is not None:
        ctx.store.run(
            "UPDATE idempotency SET status = ?, answer = ? WHERE account = ? AND version = ? AND key = ?",
            *(status, json.dumps(body), key.account, key.version, key.text),
        )


def release(ctx: Context, key: Key | None) -> None:
    """Nothing was begun: the next request with this key is a new one."""
    if key is not None:
        ctx.store.run(
            "DELETE FROM idempotency WHERE account = ? AND version = ? AND key = ? AND status IS NULL",
            *(key.account, key.version, key.text),
        )


def prune(ctx: Context) -> None:
    """Forget every answered key, as Stripe may at any time after 24 hours."""
    ctx.store.run("DELETE FROM idempotency WHERE status IS NOT NULL")
