"""What a test or a developer may do to the stand-in: pay, finish a set-up, move the clock, deliver, read the books."""

import json
from dataclasses import asdict
from typing import Any

from payments.sandbox import books, faults, mailing, timers, webhooks
from payments.sandbox.clock import DAY, HOUR, MINUTE
from payments.sandbox.faults import Fault
from payments.sandbox.objects import (
    accounts,
    cards,
    chargebacks,
    external_accounts,
    fraud_warnings,
    payouts,
    refunds,
    sessions,
    topups,
)
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import PLATFORM, Context, Sandbox
from payments.sandbox.store import Body

STATUSES = ("active", "pending", "restricted", "rejected", "unsupported")


class Control:
    def __init__(self, sandbox: Sandbox, send: webhooks.Send | None) -> None:
        self.sandbox = sandbox
        self.send = send or webhooks.post

    def start(self) -> None:
        """Give a new stand-in the float that its configuration promises."""
        with self.sandbox.turn() as ctx:
            if self.sandbox.config.float_cents and not ctx.store.meta("started"):
                _top_up(ctx, self.sandbox.config.float_cents)
            ctx.store.set_meta("started", "yes")

    def seed(self, *, float_cents: int = 0) -> None:
        """Give the platform money of its own, available at once."""
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            _top_up(ctx, float_cents)

    def reset(self, *, days_ago: int = 0) -> None:
        """Forget everything, and begin as a new stand-in does: now, or so long ago.

        From there time only goes forward: `advance` lives through the days up to the present.
        """
        if days_ago < 0:
            raise ValueError("Nothing begins in the future.")
        with self.sandbox.turn() as ctx:
            ctx.store.empty()
            ctx.store.set_meta("offset", str(-DAY * days_ago))
        self.sandbox.clock.offset = -DAY * days_ago
        self.start()

    def advance(self, *, seconds: int = 0, minutes: int = 0, hours: int = 0, days: int = 0) -> int:
        """Move time forward; what falls due on the way happens in order. Answers the new time."""
        step = seconds + MINUTE * minutes + HOUR * hours + DAY * days
        if step < 0:
            raise ValueError("Time only goes forward.")
        with self.sandbox.turn() as ctx:
            ctx.store.set_meta("offset", str(self.sandbox.clock.offset + step))
        self.sandbox.clock.offset += step
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            return ctx.now

    def deliver(self) -> list[dict[str, Any]]:
        """Post every webhook that waits, in this thread, and those that they cause; what was answered to each."""
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
        tried = webhooks.deliver(self.sandbox, self.send, early=True)
        while more := webhooks.deliver(self.sandbox, self.send):
            tried += more
        return tried

    def pay(self, session: str, card: str = "4242424242424242", *, authenticate: bool = True) -> Body:
        """Fill the card page of this session; the session as it then is.

        Raises ValueError with the page's sentence when the bank declines, `sessions.NotOpen` when it is too late.
        """
        details = cards.Details(number=card, expiry="12 / 40", code="123", name="Ada Example")
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            found = ctx.need("checkout.session", session)
            chosen, wrong = cards.read(details, now=ctx.now)
            if chosen is None:
                raise ValueError(" ".join(wrong.values()))
            sentence = sessions.pay(ctx, found, chosen, details)
            if chosen.asks:
                sentence = sessions.confirm(ctx, found, agreed=authenticate)
        if sentence is not None:
            raise ValueError(sentence)
        return found

    def onboard(self, account: str, outcome: str = "active", *, bank: str = "") -> None:
        """Fill the set-up page; the outcome `later` verifies a day after, `fails` asks for the document again.

        `bank` is the number of a bank account; without it the account has one of its own.
        """
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            accounts.finish_setup(ctx, accounts.need(ctx, account), outcome, bank)

    def capability(self, account: str, status: str, code: str = "requirements_past_due") -> None:
        if status not in STATUSES:
            raise ValueError(f"{status} is none of {', '.join(STATUSES)}.")
        with self.sandbox.turn() as ctx:
            accounts.set_status(ctx, accounts.need(ctx, account), status, code)

    def deauthorise(self, account: str) -> None:
        """The person of this account takes the platform's access to it away."""
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            accounts.cut_off(ctx, account)

    def fail_refund(self, refund: str, reason: str = "expired_or_canceled_card") -> None:
        """The bank sends this refund back. Raises ValueError where it failed before."""
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            refunds.fail(ctx, ctx.need("refund", refund), reason)

    def dispute(self, charge: str, **about: Any) -> Body:
        """The cardholder disputes this charge; see `chargebacks.dispute` for `cents`, `reason`, `inquiry` and fees.

        Raises ValueError where that cannot be.
        """
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            return present(ctx, chargebacks.dispute(ctx, ctx.need("charge", charge), **about))

    def decide(self, dispute: str, status: str) -> Body:
        """The bank, or we, move a dispute on: `under_review`, `won`, `lost`, `appeal_needs_response`, …

        Raises ValueError naming what it can become.
        """
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            return present(ctx, chargebacks.decide(ctx, ctx.need("dispute", dispute), status))

    def efw(self, charge: str, fraud_type: str = "misc") -> Body:
        """The card network warns of fraud. Raises ValueError for a charge that was never taken."""
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            return present(ctx, fraud_warnings.warn(ctx, ctx.need("charge", charge), fraud_type))

    def reserves(self, allowed: bool) -> None:  # noqa: FBT001 - over HTTP, and said by name in tests
        """Let connected accounts go below nought, the platform's own money standing for them, or not."""
        with self.sandbox.turn() as ctx:
            ctx.store.set_meta("connected_reserves", "yes" if allowed else "")

    def fees(self, asked: bool) -> None:  # noqa: FBT001
        """Let Stripe ask the platform for each payout and each active account, or not."""
        with self.sandbox.turn() as ctx:
            ctx.store.set_meta("connect_fees", "yes" if asked else "")

    def bank(self, account: str = PLATFORM, refuses: str = "", *, number: str = "") -> None:
        """Give an account a bank that takes payouts, or one that sends each back with a code (`account_closed`).

        A bank that sent one back gets no more at night until it is changed by this. With a `number` it is another
        bank account, and the platform is told.
        """
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            if number:
                external_accounts.give(ctx, accounts.need(ctx, account), number)
            payouts.set_bank(ctx, account, refuses)

    def banks(self) -> dict[str, dict[str, int]]:
        """What each bank has got, less what it gave."""
        outside = self.report()["outside"]
        return {name.partition(":")[2]: cents for name, cents in outside.items() if name.startswith("bank:")}

    def fail_payout(self, payout: str, code: str = "account_closed") -> Body:
        """The bank sends this payout back, arrived or not. Raises ValueError where it failed before."""
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            found = ctx.store.get(payout, kind="payout")
            if found is None:
                raise ValueError(f"There is no payout {payout}.")
            return present(ctx, payouts.fail(ctx, found, code))

    def mail(self, **knobs: Any) -> dict[str, Any]:
        """Change the way of webhooks, see `mailing.Way`; what is not named stays. Answers all of it.

        Raises ValueError for a knob that does not exist.
        """
        with self.sandbox.turn() as ctx:
            return asdict(mailing.change(ctx, knobs))

    def roll(self, channel: str, secret: str, overlap_seconds: int = mailing.OVERLAP) -> None:
        """Sign webhooks of a channel with a new secret; the old one signs too, for so long."""
        with self.sandbox.turn() as ctx:
            mailing.roll(ctx, channel, secret, overlap_seconds)

    def break_(self, kind: str, **where: Any) -> int:
        """Add a fault: `break_("drop_after_commit", method="POST", path="/v1/transfers", nth=2)`. Answers its id.

        Raises ValueError for a kind that does not exist.
        """
        with self.sandbox.turn() as ctx:
            return faults.add(ctx, Fault(kind, **where))

    def faults(self) -> list[dict[str, Any]]:
        with self.sandbox.turn() as ctx:
            return faults.listed(ctx)

    def mend(self) -> None:
        with self.sandbox.turn() as ctx:
            ctx.store.run("DELETE FROM fault")

    def books(self) -> dict[str, dict[str, int]]:
        """What everyone has, `{"platform": {"usd": 4520}, "acct_…": {…}}`. Raises BooksBroken."""
        balances = self.report()["balances"]
        return {
            owner: {currency: part["total"] for currency, part in parts.items()}
            for owner, parts in balances.items()
        }

    def report(self) -> dict[str, Any]:
        """Every cent, object by object: see `books.report`. Raises BooksBroken when they do not add up."""
        with self.sandbox.turn() as ctx:
            timers.fire_due(ctx)
            return books.report(ctx)

    def log(self, *, limit: int = 100) -> list[dict[str, Any]]:
        """The last requests, newest first."""
        with self.sandbox.turn() as ctx:
            rows = ctx.store.rows("SELECT * FROM request ORDER BY seq DESC LIMIT ?", limit)
        return [dict(row) | {"params": json.loads(row["params"])} for row in rows]

    def deliveries(self, *, limit: int = 100) -> list[dict[str, Any]]:
        """The last webhooks, newest first, each with its tries."""
        with self.sandbox.turn() as ctx:
            rows = ctx.store.rows("SELECT * FROM delivery ORDER BY seq DESC LIMIT ?", limit)
            return [
                dict(row) | {"type": _type(ctx, row["event"]), "tries": _tries(ctx, row["seq"])}
                for row in rows
            ]


def _type(ctx: Context, event: str) -> str | None:
    return (ctx.store.get(event) or {}).get("type")


def _tries(ctx: Context, delivery: int) -> list[dict[str, Any]]:
    rows = ctx.store.rows("SELECT number, at, status, error FROM attempt WHERE delivery = ?", delivery)
    return [dict(row) for row in rows]


def _top_up(ctx: Context, cents: int) -> None:
    if cents:
        topups.at_once(ctx, cents)
