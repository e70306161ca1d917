"""What is on our balance at Stripe and every booking that made it so; and payouts to our own bank."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from payments.stripe_gateway import facts
from payments.stripe_gateway.connecting import calling
from payments.stripe_gateway.facts import moment

REPEAT: Any = {"max_network_retries": 2}


@dataclass(frozen=True)
class Funds:
    """In cents by currency: to be used now, on its way, and set aside for connected accounts below zero."""

    available: dict[str, int]
    pending: dict[str, int]
    reserved: dict[str, int]

    def total(self, currency: str) -> int:
        return sum(part.get(currency, 0) for part in (self.available, self.pending, self.reserved))

    @property
    def currencies(self) -> set[str]:
        return {
            c for part in (self.available, self.pending, self.reserved) for c, cents in part.items() if cents
        }


@dataclass(frozen=True)
class Moved:
    """A balance transaction: one booking on our balance."""

    id: str
    type: str
    reporting_category: str
    amount_cents: int
    fee_cents: int
    net_cents: int
    currency: str
    source: str
    created_at: datetime
    available_on: datetime


def balance() -> Funds:
    with calling() as c:
        found: Any = c.v1.balance.retrieve({}, REPEAT).to_dict()
    return Funds(*(by_currency(found.get(part)) for part in ("available", "pending", "connect_reserved")))


def by_currency(parts: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts or []:
        found[part["currency"]] = found.get(part["currency"], 0) + part["amount"]
    return found


def balance_transactions(since: datetime | None) -> Iterator[Moved]:
    """All since then, the newest first; from the beginning without it."""
    params: Any = {"limit": 100} | ({"created": {"gte": int(since.timestamp())}} if since else {})
    with calling() as c:
        for transaction in c.v1.balance_transactions.list(params, REPEAT).auto_paging_iter():
            yield moved(transaction.to_dict())


def moved(o: dict[str, Any]) -> Moved:
    return Moved(
        id=o["id"],
        type=o["type"],
        reporting_category=o["reporting_category"],
        amount_cents=o["amount"],
        fee_cents=o["fee"],
        net_cents=o["net"],
        currency=o["currency"],
        source=str(o.get("source") or ""),
        created_at=moment(o["created"]),
        available_on=moment(o["available_on"]),
    )


def pay_out(amount_cents: int, currency: str, *, payout: str, key: str) -> facts.Done:
    """Send our own money to our bank. `payout` is the mark by which a look-up finds it. Raises StripeFailed."""
    params: Any = {"amount": amount_cents, "currency": currency, "metadata": {"fh_payout": payout}}
    with calling() as c:
        return facts.done(c.v1.payouts.create(params, {"idempotency_key": key}).to_dict())


def payouts_since(created: datetime) -> dict[str, str]:
    """Ids of our payouts by their mark; those without one were made by somebody else."""
    params: Any = {"created": {"gte": int(created.timestamp()) - 60}, "limit": 100}
    with calling() as c:
        rows = [o.to_dict() for o in c.v1.payouts.list(params, REPEAT).auto_paging_iter()]
    return {facts.label(o, "fh_payout"): o["id"] for o in rows if facts.label(o, "fh_payout")}
