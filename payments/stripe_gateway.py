"""The only module that talks to Stripe: our words in, plain facts out, and what each answer means.

The real SDK everywhere; without keys it talks to the sandbox, chosen by configuration alone. No call is made
inside an open transaction, and no amount is ever taken from a client.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any

import stripe
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

Params = dict[str, Any]

CAPABILITY_CODES = {
    "account_invalid",
    "capability_not_active",
    "insufficient_capabilities_for_transfer",
    "transfers_not_allowed",
}
GONE_CODES = {"payment_intent_unexpected_state", "charge_expired_for_capture", "resource_missing"}


class Answer(Enum):
    """What an error says about whether the request was carried out (PAYMENTS.md 4.2)."""

    UNSENT = "unsent"  # not executed: the same key again, later
    UNKNOWN = "unknown"  # perhaps executed: the same key again
    INDETERMINATE = "indeterminate"  # a 500: never send again before looking
    REJECTED = "rejected"  # definitely not executed
    BUG = "bug"  # ours: stop and ring


class StripeFailed(Exception):
    """Stripe did not do it, or nobody knows. `answer` says which."""

    def __init__(
        self, answer: Answer, *, status: int | None, code: str, message: str, request_id: str
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.answer, self.status, self.code = answer, status, code
        self.message, self.request_id = message, request_id

    @property
    def is_about_the_payee(self) -> bool:
        return self.code in CAPABILITY_CODES

    @property
    def is_too_late(self) -> bool:
        """The payment is in a state from which this can never succeed: captured, cancelled or expired."""
        return self.code in GONE_CODES


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
    amount_cents: int
    capturable_cents: int
    received_cents: int
    currency: str
    hold_id: str
    charge: str | None
    captured: bool
    capture_before: datetime | None
    booking: Booking | None


@dataclass(frozen=True)
class Session:
    """A hosted payment page."""

    id: str
    url: str | None
    status: str
    intent: str | None
    hold_id: str


@dataclass(frozen=True)
class Done:
    """An object at Stripe that an operation made or changed."""

    id: str
    operation_id: str
    booking: Booking | None = None
    at: datetime | None = None
    status: str = ""


@dataclass(frozen=True)
class PayeeFacts:
    transfers_status: str
    requirements: list[Any]


@cache
def client() -> stripe.StripeClient:
    """The SDK, pointed at Stripe or at the sandbox; tests put its in-process transport under it."""
    make = settings.STRIPE_TRANSPORT
    transport = import_string(make)() if make else stripe.RequestsClient(timeout=settings.STRIPE_TIMEOUT)
    base = settings.STRIPE_API_BASE
    addresses = dict.fromkeys(("api", "connect", "files", "meter_events"), base) if base else {}
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses=addresses,  # type: ignore[arg-type]
        http_client=transport,
        max_network_retries=0,
    )


@contextmanager
def asking() -> Iterator[stripe.StripeClient]:
    """The client, for one call outside every transaction; its errors become StripeFailed."""
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("Stripe is never called inside a transaction.")
    try:
        yield client()
    except stripe.StripeError as error:
        raise understood(error) from error


def understood(error: stripe.StripeError) -> StripeFailed:
    """Classified by status and body, never by the SDK's class: a 409 comes as a plain APIError."""
    body: Mapping[str, Any] = error.json_body.get("error", {}) if isinstance(error.json_body, dict) else {}
    status, code = error.http_status, str(body.get("code") or body.get("type") or "")
    return StripeFailed(
        classify(status, body),
        status=status,
        code=code,
        message=str(body.get("message") or error),
        request_id=error.request_id or "",
    )


def classify(status: int | None, body: Mapping[str, Any]) -> Answer:
    if status == 429:
        return Answer.UNKNOWN if body.get("code") == "lock_timeout" else Answer.UNSENT
    if status is None or status == 409 or not body:
        return Answer.INDETERMINATE if status is not None and status >= 500 else Answer.UNKNOWN
    if status >= 500:
        return Answer.INDETERMINATE
    if status in {401, 403} or body.get("type") == "idempotency_error":
        return Answer.BUG
    return Answer.REJECTED


# Changes, each under the key of its operation


def send(kind: str, params: Params, *, key: str) -> Done:
    """Carry out one operation. Raises StripeFailed."""
    with asking() as stripe_client:
        made = CALLS[kind](stripe_client, params, {"idempotency_key": key}).to_dict()
    return done(made)


def _open_account(c: stripe.StripeClient, params: Params, options: Any) -> Any:
    return c.v2.core.accounts.create(params, options)  # type: ignore[arg-type]


def _open_checkout(c: stripe.StripeClient, params: Params, options: Any) -> Any:
    return c.v1.checkout.sessions.create(params, options)  # type: ignore[arg-type]


def _capture(c: stripe.StripeClient, params: Params, options: Any) -> Any:
    rest = {name: value for name, value in params.items() if name != "intent"}
    return c.v1.payment_intents.capture(params["intent"], rest, options)  # type: ignore[arg-type]


def _void(c: stripe.StripeClient, params: Params, options: Any) -> Any:
    if "intent" in params:
        return c.v1.payment_intents.cancel(params["intent"], {}, options)
    return c.v1.checkout.sessions.expire(params["session"], {}, options)


def _transfer(c: stripe.StripeClient, params: Params, options: Any) -> Any:
    return c.v1.transfers.create(params, options)  # type: ignore[arg-type]


def _refund(c: stripe.StripeClient, params: Params, options: Any) -> Any:
    return c.v1.refunds.create(params, options)  # type: ignore[arg-type]


CALLS: dict[str, Callable[[stripe.StripeClient, Params, Any], Any]] = {
    "account": _open_account,
    "checkout": _open_checkout,
    "capture": _capture,
    "void": _void,
    "transfer": _transfer,
    "refund": _refund,
}


# Looks: what is there, whoever made it


def transfers_in(group: str) -> list[Done]:
    with asking() as c:
        return [done(o.to_dict()) for o in c.v1.transfers.list({"transfer_group": group, "limit": 100}).data]


def refunds_of(intent: str) -> list[Done]:
    with asking() as c:
        params: Any = {"payment_intent": intent, "limit": 100, "expand": ["data.balance_transaction"]}
        return [done(o.to_dict()) for o in c.v1.refunds.list(params).data]


def refund(id_: str) -> Done:
    with asking() as c:
        return done(c.v1.refunds.retrieve(id_, {"expand": ["balance_transaction"]}).to_dict())


def sessions_since(created: datetime) -> list[Done]:
    with asking() as c:
        params: Any = {"created": {"gte": int(created.timestamp()) - 60}, "limit": 100}
        return [done(o.to_dict()) for o in c.v1.checkout.sessions.list(params).data]


def session(id_: str) -> Session:
    with asking() as c:
        o = c.v1.checkout.sessions.retrieve(id_).to_dict()
    intent = o.get("payment_intent")
    return Session(
        o["id"],
        o.get("url"),
        str(o.get("status")),
        intent["id"] if isinstance(intent, dict) else intent,
        (o.get("metadata") or {}).get("fh_hold", ""),
    )


def intent(id_: str) -> Intent:
    with asking() as c:
        params: Any = {"expand": ["latest_charge.balance_transaction"]}
        o = c.v1.payment_intents.retrieve(id_, params).to_dict()
    charge = o.get("latest_charge") or {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    before = card.get("capture_before")
    return Intent(
        id=o["id"],
        status=o["status"],
        amount_cents=o["amount"],
        capturable_cents=o["amount_capturable"],
        received_cents=o["amount_received"],
        currency=o["currency"],
        hold_id=(o.get("metadata") or {}).get("fh_hold", ""),
        charge=charge.get("id"),
        captured=bool(charge.get("captured")),
        capture_before=datetime.fromtimestamp(before, UTC) if before else None,
        booking=booked(charge.get("balance_transaction")),
    )


def account(id_: str) -> PayeeFacts:
    with asking() as c:
        include: Any = {"include": ["configuration.recipient", "requirements"]}
        o = c.v2.core.accounts.retrieve(id_, include).to_dict()
    recipient = (o.get("configuration") or {}).get("recipient") or {}
    capability = ((recipient.get("capabilities") or {}).get("stripe_balance") or {}).get("stripe_transfers")
    entries = (o.get("requirements") or {}).get("entries") or []
    wanted = [entry.get("description", "") for entry in entries]
    return PayeeFacts((capability or {}).get("status", "pending"), wanted)


def account_link(id_: str, *, return_url: str, refresh_url: str) -> str:
    """A single-use address of the set-up pages. It is a key: redirect to it, never store or log it."""
    use: Params = {
        "account": id_,
        "use_case": {
            "type": "account_onboarding",
            "account_onboarding": {
                "return_url": return_url,
                "refresh_url": refresh_url,
            },
        },
    }
    with asking() as c:
        return str(c.v2.core.account_links.create(use).url)  # type: ignore[arg-type]


def done(o: Mapping[str, Any]) -> Done:
    created = o.get("created")
    return Done(
        id=o["id"],
        operation_id=(o.get("metadata") or {}).get("fh_op", ""),
        booking=booked(o.get("balance_transaction")),
        at=datetime.fromtimestamp(created, UTC) if isinstance(created, int) else None,
        status=str(o.get("status") or ""),
    )


def booked(transaction_: Any) -> Booking | None:
    """A balance transaction that was expanded; only its id, or nothing, is not enough to post a journal."""
    if not isinstance(transaction_, dict):
        return None
    return Booking(
        transaction_["id"],
        transaction_["amount"],
        transaction_["fee"],
        datetime.fromtimestamp(transaction_["created"], UTC),
    )


# Webhooks


class ForgedEvent(Exception):
    """The signature is not Stripe's, or the message is too old or from the future."""


def verify(body: bytes, signature: str, secrets: list[str], *, now: datetime) -> None:
    """Accept a body signed by one of `secrets` within 300 s either way. Raises ForgedEvent.

    The SDK refuses old messages only, so the other direction is checked here.
    """
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=None)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        stamp = dict(part.split("=", 1) for part in signature.split(",") if "=" in part).get("t", "")
        if stamp.isdigit() and abs(int(stamp) - now.timestamp()) <= settings.STRIPE_TOLERANCE_SECONDS:
            return
    raise ForgedEvent
