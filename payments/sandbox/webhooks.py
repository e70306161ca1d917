"""Webhooks: signed, posted, tried again, every try written down."""

import hashlib
import hmac
import http.client
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from payments.sandbox import events, mailing, timers
from payments.sandbox.clock import HOUR, MINUTE
from payments.sandbox.sandbox import Context, Sandbox

logger = logging.getLogger(__name__)

Send = Callable[[str, bytes, dict[str, str]], int]
TIMEOUT = 10  # seconds that a receiver has to answer
# Waits after each failed try, on the sandbox's clock: about three days in all, as Stripe has it in live mode.
WAITS = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, *([12 * HOUR] * 4))
IDLE = 0.5  # seconds between two looks when nothing rings


@dataclass(frozen=True)
class Letter:
    """One event on its way to one address."""

    delivery: int
    event: str
    kind: str
    url: str
    number: int
    body: bytes
    signature: str


def sign(body: bytes, secrets: list[str], at: int) -> str:
    """One signature for each secret, and one of the scheme that only test mode has and nobody should believe."""
    payload = f"{at}.".encode() + body
    signed = [hmac.new(s.encode(), payload, hashlib.sha256).hexdigest() for s in secrets]
    return ",".join([f"t={at}", *(f"v1={s}" for s in signed), f"v0={hashlib.sha256(body).hexdigest()}"])


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Post over HTTP, following no redirect. Raises OSError or HTTPException."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def deliver(sandbox: Sandbox, send: Send, *, early: bool = False) -> list[dict[str, Any]]:
    """Post what is due, oldest first; `early` does not wait for the time of the next try."""
    with sandbox.turn() as ctx:
        way = mailing.way(ctx)
        if way.paused:
            return []
        waiting = []
        for row in mailing.shuffled(way, _waiting(ctx, early=early)):
            if mailing.is_lost(way, row["seq"]):
                _lose(ctx, row)
            else:
                waiting.append(_letter(ctx, row, way))
    return [_post(sandbox, send, letter) for letter in waiting for _ in range(way.duplicate)]


def _waiting(ctx: Context, *, early: bool) -> list[Any]:
    return ctx.store.rows(
        "SELECT * FROM delivery WHERE done IS NULL AND (due <= ? OR (? AND attempts > 0 AND due IS NOT NULL))"
        " ORDER BY seq LIMIT 200",
        *(ctx.now, early),
    )


def _lose(ctx: Context, row: Any) -> None:
    ctx.store.run(
        "UPDATE delivery SET attempts = ?, done = ? WHERE seq = ?", row["attempts"] + 1, ctx.now, row["seq"]
    )
    ctx.store.run(
        "INSERT INTO attempt VALUES (?, ?, ?, NULL, 'lost on purpose')",
        *(row["seq"], row["attempts"] + 1, ctx.now),
    )


def _letter(ctx: Context, row: Any, way: mailing.Way) -> Letter:
    """Set the next try before this one: whoever dies on the way tries again."""
    number = row["attempts"] + 1
    due = ctx.now + int(WAITS[number - 1] * way.scale) if number <= len(WAITS) else None
    ctx.store.run("UPDATE delivery SET attempts = ?, due = ? WHERE seq = ?", number, due, row["seq"])
    event = ctx.store.get(row["event"]) or {}
    body = json.dumps(events.posted(ctx, event)).encode()
    # An address that is configured no more keeps its letters unsigned, so that nobody trusts them.
    secrets = mailing.secrets(ctx, row["channel"], row["url"])
    signature = sign(body, secrets, ctx.sandbox.clock.wall() + way.skew) if secrets else ""
    return Letter(row["seq"], event["id"], event["type"], row["url"], number, body, signature)


def _post(sandbox: Sandbox, send: Send, letter: Letter) -> dict[str, Any]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": letter.signature,
        "User-Agent": "Stripe/1.0 (stand-in)",
    }
    status, error = None, None
    try:
        status = send(letter.url, letter.body, headers)
    except (OSError, http.client.HTTPException) as wrong:
        error = f"{type(wrong).__name__}: {wrong}"
    with sandbox.turn() as ctx:
        good = status is not None and 200 <= status < 300
        ctx.store.run(
            "INSERT INTO attempt VALUES (?, ?, ?, ?, ?)",
            *(letter.delivery, letter.number, ctx.now, status, error),
        )
        ctx.store.run(
            "UPDATE delivery SET done = ?, status = ? WHERE seq = ?",
            *(ctx.now if good else None, status, letter.delivery),
        )
    return {"event": letter.event, "type": letter.kind, "url": letter.url, "status": status, "error": error}


class Courier(threading.Thread):
    """Delivers in the background, and lets the clock do its work when nobody asks."""

    def __init__(self, sandbox: Sandbox, send: Send = post) -> None:
        super().__init__(name="courier", daemon=True)
        self.sandbox = sandbox
        self.send = send
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            self.sandbox.rung.wait(IDLE)
            self.sandbox.rung.clear()
            with self.sandbox.turn() as ctx:
                timers.fire_due(ctx)
            for tried in deliver(self.sandbox, self.send):
                if tried["error"] or not 200 <= tried["status"] < 300:
                    logger.warning("%(type)s to %(url)s: %(status)s %(error)s", tried)

    def stop(self) -> None:
        self.stopped.set()
        self.sandbox.rung.set()
        self.join(TIMEOUT)
