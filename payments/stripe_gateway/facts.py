"""What we learn from Stripe, as plain facts in our words; none of its objects goes further."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MOVES = {"transfer", "refund", "transfer_reversal"}


@dataclass(frozen=True)
class Booking:
    """A balance transaction: what Stripe booked, in cents."""

    id: str
    amount_cents: int
    fee_cents: int
    at: datetime


@dataclass(frozen=True)
class Intent:
    """A card payment: reserved, charged or gone."""

    id: str
    status: str
    capturable_cents: int
    received_cents: int
    currency: str
    hold_id: str
    charge: str | None
    capture_before: datetime | None
    booking: Booking | None
    fingerprint: str = ""  # of the card: the same card has the same, whoever uses it


@dataclass(frozen=True)
class Try:
    """One charge: of which payment, with which card, and whether the bank refused it."""

    id: str
    hold_id: str
    fingerprint: str
    failed: bool


@dataclass(frozen=True)
class Session:
    """A hosted payment page."""

    id: str
    url: str | None
    status: str
    intent: str | None
    hold_id: str


@dataclass(frozen=True)
class DisputeFacts:
    """A chargeback as it stands, with every movement of money that it brought, oldest first."""

    id: str
    charge: str
    status: str
    reason: str
    amount_cents: int
    due_by: datetime | None
    at: datetime | None
    bookings: list[Booking]


@dataclass(frozen=True)
class Payout:
    """From an account at Stripe to a bank account, with the transfers of ours that it is made of."""

    id: str
    amount_cents: int
    currency: str
    status: str
    arrives_at: datetime
    why: str
    transfers: list[str]

    @property
    def failed(self) -> bool:
        return self.status == "failed"


@dataclass(frozen=True)
class Warned:
    """A card network suspects a charge before anybody disputes it; `actionable` while a refund would help."""

    id: str
    charge: str
    fraud_type: str
    actionable: bool


GONE = {"failed", "canceled"}


@dataclass(frozen=True)
class Done:
    """An object at Stripe that an operation made or changed."""

    id: str
    operation_id: str
    status: str = ""
    at: datetime | None = None
    booking: Booking | None = None
    failure: Booking | None = None  # of a refund that the bank sent back after it was booked
    amount_cents: int | None = None  # of the money that it moves by itself

    @property
    def is_gone(self) -> bool:
        """Whether it is a refund that did not reach the card, or does not any more."""
        return self.status in GONE


@dataclass(frozen=True)
class PayeeFacts:
    """Whether an account can be paid, in Stripe's words, and what Stripe still wants to know."""

    transfers_status: str
    requirements: list[str]
    closed: bool = False


def done(o: Mapping[str, Any]) -> Done:
    created = o.get("created")
    return Done(
        id=o["id"],
        operation_id=label(o, "fh_op"),
        status=str(o.get("status") or ""),
        at=moment(created) if isinstance(created, int) else None,
        booking=booked(o.get("balance_transaction")),
        failure=booked(o.get("failure_balance_transaction")),
        amount_cents=o["amount"] if o.get("object") in MOVES else None,
    )


def intent(o: Mapping[str, Any]) -> Intent:
    charge = o.get("latest_charge") or {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    before = card.get("capture_before")
    return Intent(
        id=o["id"],
        status=o["status"],
        capturable_cents=o["amount_capturable"],
        received_cents=o["amount_received"],
        currency=o["currency"],
        hold_id=label(o, "fh_hold"),
        charge=charge.get("id"),
        capture_before=moment(before) if before else None,
        booking=booked(charge.get("balance_transaction")),
        fingerprint=str(card.get("fingerprint") or ""),
    )


def one_try(o: Mapping[str, Any]) -> Try:
    card = (o.get("payment_method_details") or {}).get("card") or {}
    return Try(o["id"], label(o, "fh_hold"), str(card.get("fingerprint") or ""), o["status"] == "failed")


def session(o: Mapping[str, Any]) -> Session:
    return Session(
        id=o["id"],
        url=o.get("url"),
        status=str(o.get("status") or ""),
        intent=o.get("payment_intent"),
        hold_id=label(o, "fh_hold"),
    )


def payout(o: Mapping[str, Any], bookings: list[dict[str, Any]]) -> Payout:
    sources = [booking.get("source") or {} for booking in bookings]
    return Payout(
        id=o["id"],
        amount_cents=o["amount"],
        currency=o["currency"],
        status=o["status"],
        arrives_at=moment(o["arrival_date"]),
        why=str(o.get("failure_message") or ""),
        transfers=[str(source["source_transfer"]) for source in sources if source.get("source_transfer")],
    )


def payee(o: Mapping[str, Any]) -> PayeeFacts:
    recipient = (o.get("configuration") or {}).get("recipient") or {}
    capability = ((recipient.get("capabilities") or {}).get("stripe_balance") or {}).get("stripe_transfers")
    entries = (o.get("requirements") or {}).get("entries") or []
    asked = [entry for entry in entries if entry.get("awaiting_action_from") == "user"]
    return PayeeFacts(
        transfers_status=str((capability or {}).get("status") or "pending"),
        requirements=[str(entry.get("description", "")) for entry in asked],
        closed=bool(o.get("closed")),
    )


def dispute(o: Mapping[str, Any], bookings: list[Booking]) -> DisputeFacts:
    due_by = (o.get("evidence_details") or {}).get("due_by")
    return DisputeFacts(
        id=o["id"],
        charge=o["charge"],
        status=o["status"],
        reason=o["reason"],
        amount_cents=o["amount"],
        due_by=moment(due_by) if due_by else None,
        at=moment(o["created"]),
        bookings=bookings,
    )


def label(o: Mapping[str, Any], name: str) -> str:
    return str((o.get("metadata") or {}).get(name, ""))


def booked(o: Any) -> Booking | None:
    """A balance transaction that was expanded; only its id, or nothing, is not enough to post a journal."""
    if not isinstance(o, dict):
        return None
    return Booking(o["id"], o["amount"], o["fee"], moment(o["created"]))


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
