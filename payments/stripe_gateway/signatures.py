"""Whether a webhook is Stripe's, and of now."""

from datetime import datetime

import stripe
from django.conf import settings


class ForgedEvent(Exception):
    """The signature is not Stripe's, or the message is too old or from the future."""


def verify(body: bytes, signature: str, secrets: list[str], *, now: datetime) -> None:
    """Accept a body signed by one of `secrets` within 300 s either way. Raises ForgedEvent.

    The SDK refuses old messages only and reads the first of several timestamps, so both are judged here.
    """
    stamps = [part.removeprefix("t=") for part in signature.split(",") if part.startswith("t=")]
    if not signature.isascii() or len(stamps) != 1 or not stamps[0].isdecimal():
        raise ForgedEvent
    if abs(int(stamps[0]) - now.timestamp()) > settings.STRIPE_TOLERANCE_SECONDS:
        raise ForgedEvent
    if not any(is_signed(body, signature, secret) for secret in secrets):
        raise ForgedEvent


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=None))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
