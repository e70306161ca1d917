"""What an answer other than yes says about whether the request was carried out (PAYMENTS.md 4.2)."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import stripe

ABOUT_THE_PAYEE = {
    "account_invalid",
    "capability_not_active",
    "insufficient_capabilities_for_transfer",
    "transfers_not_allowed",
}
TOO_LATE = {"payment_intent_unexpected_state", "charge_expired_for_capture"}


class Answer(Enum):
    """May the request have been carried out, and what follows for the next one."""

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
    def in_short(self) -> str:
        """The same for everything that fails for the same reason."""
        return f"{self.status or ''} {self.code}".strip()[:100]

    @property
    def is_about_the_payee(self) -> bool:
        return self.code in ABOUT_THE_PAYEE

    @property
    def is_refusal(self) -> bool:
        """Stripe will say the same again until something is changed there, or at our key."""
        return self.answer in (Answer.REJECTED, Answer.BUG)

    @property
    def is_shut_out(self) -> bool:
        """We have no access to that account: its person took it away, or our key is another platform's."""
        return self.status == 403 and self.code == "account_invalid"

    @property
    def lacks_money(self) -> bool:
        """The account that should give it has not that much available."""
        return self.code == "balance_insufficient"

    @property
    def ends_the_payment(self) -> bool:
        """The bank refused the card, or the payment is captured, cancelled or expired: no key helps."""
        return self.status == 402 or self.code in TOO_LATE


def understood(error: stripe.StripeError) -> StripeFailed:
    """Classified by status and body, never by the SDK's class: a 409 comes as a plain APIError."""
    answer: Any = error.json_body
    body: Any = answer.get("error") if isinstance(answer, dict) else None
    body = body if isinstance(body, dict) else {}
    return StripeFailed(
        classify(error.http_status, body),
        status=error.http_status,
        code=str(body.get("code") or body.get("type") or ""),
        message=str(body.get("message") or error),
        request_id=error.request_id or "",
    )


def classify(status: int | None, error: Mapping[str, Any]) -> Answer:
    """`error` is the body's error object, empty where there was none: a page of a proxy proves nothing."""
    if status == 429:
        return Answer.UNKNOWN if error.get("code") == "lock_timeout" else Answer.UNSENT
    if status is not None and status >= 500:
        return Answer.INDETERMINATE
    if status is None or status == 409 or not error:
        return Answer.UNKNOWN
    if status in {401, 403} or error.get("type") == "idempotency_error":
        return Answer.BUG
    return Answer.REJECTED
