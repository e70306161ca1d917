"""What a test or a developer may do to the stand-in: pay, finish a set-up, move the clock, deliver, read the books."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from payments.sandbox import events, money, timers
from payments.sandbox.objects import accounts, cards, sessions
from payments.sandbox.sandbox import PLATFORM, Sandbox
from payments.sandbox.store import Body

Send = Callable[[str, bytes, dict[str, str]], int]


class Control:
    def __init__(self, sandbox: Sandbox, send: Send | None) -> None:
        self.sandbox = sandbox
        self.send = send

    def pay(self, session: str, card: str = "4242424242424242") -> Body:
        """Fill the card page of this session; the session as it then is. Raises ValueError when declined."""
        details = cards.Details(number=card, expiry="12 / 40", code="123", name="Ada Example")
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            chosen, wrong = cards.read(details, now=ctx.now)
            if chosen is None:
                raise ValueError(str(wrong))
            sentence = sessions.pay(ctx, ctx.need("checkout.session", session), chosen, details)
            if sentence is not None:
                raise ValueError(sentence)
            return ctx.need("checkout.session", session)

    def onboard(self, account: str, outcome: str = "active") -> None:
        """Fill the set-up page; `later` verifies a day after."""
        with self.sandbox.turn() as ctx:
            accounts.finish_setup(ctx, accounts.need(ctx, account), later=outcome == "later")

    def capability(self, account: str, status: str, code: str = "requirements_past_due") -> None:
        with self.sandbox.turn() as ctx:
            accounts.set_status(ctx, accounts.need(ctx, account), status, code)

    def advance(self, *, seconds: int = 0, hours: int = 0, days: int = 0) -> int:
        """Move time forward; what falls due on the way happens in order. Returns the new time."""
        with self.sandbox.turn() as ctx:
            self.sandbox.clock.offset += seconds + 3600 * hours + 86400 * days
            ctx.store.set_meta("offset", str(self.sandbox.clock.offset))
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            return ctx.now

    def deliver(self) -> list[dict[str, Any]]:
        """Post every webhook that waits, oldest first, signed; what was answered to each."""
        secrets = {(w.channel, w.url): w.secret for w in self.sandbox.config.webhooks}
        with self.sandbox.turn() as ctx:
            waiting = ctx.store.rows("SELECT * FROM delivery WHERE done IS NULL ORDER BY seq")
            posts = [
                (row, json.dumps(events.posted(ctx, self._event(row["event"]))).encode()) for row in waiting
            ]
        return [self._post(row, body, secrets[row["channel"], row["url"]]) for row, body in posts]

    def _event(self, id_: str) -> Body:
        found = self.sandbox.store.get(id_)
        if found is None:
            raise LookupError(id_)
        return found

    def _post(self, row: Any, body: bytes, secret: str) -> dict[str, Any]:
        if self.send is None:
            raise RuntimeError("This stand-in was made without a way to send webhooks.")
        status = self.send(
            row["url"], body, {"Stripe-Signature": signature(body, secret, self.sandbox.clock.wall())}
        )
        with self.sandbox.turn() as ctx:
            done = ctx.now if 200 <= status < 300 else None
            ctx.store.run(
                "UPDATE delivery SET attempts = attempts + 1, done = ?, status = ? WHERE seq = ?",
                *(done, status, row["seq"]),
            )
        return {"event": row["event"], "url": row["url"], "status": status}

    def books(self) -> dict[str, Any]:
        """The platform's cents by currency, each account's, and the cents of every object that moved some."""
        with self.sandbox.turn() as ctx:
            owners = [PLATFORM, *(a["id"] for a in ctx.store.find("v2.core.account"))]
            return {
                owner: {
                    currency: money.available(ctx, owner, currency) + money.pending(ctx, owner, currency)
                    for currency in money.currencies(ctx, owner)
                }
                for owner in owners
            }


def signature(body: bytes, secret: str, at: int) -> str:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
