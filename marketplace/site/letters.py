"""Letters of a local run, read in the browser instead of sent."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from django.core.mail import get_connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

AS_SENT = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox allow-top-navigation"
)


LONGEST_ID = 200  # ours have 40 characters; a key of the cache may have 250


@dataclass(frozen=True)
class Letter:
    """What the mail viewer's cache keeps, decoded."""

    id: str
    subject: str
    to: str
    at: datetime
    text: str
    html: str


@never_cache
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    kept: list[Any] = get_connection().get_outbox()  # type: ignore[attr-defined]
    return render(request, "site/letters.html", {"letters": [opened(letter) for letter in reversed(kept)]})


@never_cache
@require_safe
def letter(request: HttpRequest, letter_id: str) -> HttpResponse:
    return render(request, "site/letter.html", {"letter": letter_or_404(letter_id)})


@never_cache
@require_safe
def letter_as_sent(_: HttpRequest, letter_id: str) -> HttpResponse:
    """The HTML as a mail reader shows it: inline styles, and nothing else may load or run."""
    response = HttpResponse(letter_or_404(letter_id).html)
    response["Content-Security-Policy"] = AS_SENT
    return response


def letter_or_404(letter_id: str) -> Letter:
    fits = len(letter_id) <= LONGEST_ID
    kept = get_connection().get_message(f"<{letter_id}>") if fits else None  # type: ignore[attr-defined]
    if kept is None:
        raise Http404
    return opened(kept)


def opened(kept: Any) -> Letter:
    message = message_from_bytes(kept.as_bytes(), EmailMessage, policy=policy.default)
    body, html = message.get_body(("plain",)), message.get_body(("html",))
    return Letter(
        id=message["message-id"].strip().strip("<>"),
        subject=message["subject"],
        to=message["to"],
        at=moment_of(message),
        text=body.get_content() if body else "",
        html=html.get_content() if html else "",
    )


def moment_of(message: EmailMessage) -> datetime:
    """Django dates its letters -0000, "UTC, and I say nothing of where I am", which is read as no zone."""
    at: datetime = message["date"].datetime
    return at if at.tzinfo else at.replace(tzinfo=UTC)
