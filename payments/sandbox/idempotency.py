"""Keys: the first answer to one is given again, to the same request, for as long as Stripe remembers."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from payments.sandbox.clock import DAY
from payments.sandbox.errors import ApiError
from payments.sandbox.sandbox import Context

V1_LIFE, V2_LIFE = DAY, 30 * DAY


@dataclass(frozen=True)
class Kept:
    status: int
    body: dict[str, Any]


def kept(ctx: Context, key: str | None, *, v2: bool, path: str, given: dict[str, Any]) -> Kept | None:
    """What this key was answered before. Raises ApiError where it belongs to another request."""
    if key is None:
        return None
    version, life = ("v2", V2_LIFE) if v2 else ("v1", V1_LIFE)
    ctx.store.run("DELETE FROM idempotency WHERE version = ? AND at <= ?", version, ctx.now - life)
    row = ctx.store.row(
        "SELECT request, status, answer FROM idempotency WHERE account = ? AND version = ? AND key = ?",
        *(ctx.account, version, key),
    )
    if row is None:
        return None
    if row["request"] != fingerprint(path, given):
        message = "Keys for idempotent requests can only be used with the same parameters."
        raise ApiError(400, message, kind="idempotency_error", cached=False)
    return Kept(row["status"], json.loads(row["answer"]))


def keep(
    ctx: Context,
    key: str | None,
    *,
    v2: bool,
    path: str,
    given: dict[str, Any],
    status: int,
    body: dict[str, Any],
) -> None:
    if key is not None:
        ctx.store.run(
            "INSERT INTO idempotency (account, version, key, request, at, status, answer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(ctx.account, "v2" if v2 else "v1", key, fingerprint(path, given), ctx.now),
            *(status, json.dumps(body)),
        )


def fingerprint(path: str, given: dict[str, Any]) -> str:
    text = json.dumps([path, given], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
