"""Letters to whoever is asked to pay an offer, or more work, without an account here."""

from datetime import datetime
from typing import Any

from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from payments.models import PaymentRequest


def asked_to_pay(request: PaymentRequest, *, at: datetime) -> None:
    to_payer("asked_to_pay", request, action="See it and pay", at=at, not_after=request.ends_at)


def payer_reminder(request: PaymentRequest, *, at: datetime) -> None:
    to_payer("payer_reminder", request, action="See it and pay", at=at, not_after=request.ends_at)


def request_taken_back(request: PaymentRequest, *, at: datetime) -> None:
    """It is not to be paid any more: told to whom the first letter may have reached."""
    if mail.may_have_arrived(f"{key_of('asked_to_pay', request)}:"):
        to_payer("request_taken_back", request, action="See the request", at=at, not_after=request.ends_at)


def nothing_to_pay(request: PaymentRequest | None, *, at: datetime) -> None:
    """A letter that still waits goes out no more, however it came; the payer's page says the rest."""
    if request is not None:
        waiting = (key_of(name, request) for name in ("asked_to_pay", "payer_reminder"))
        mail.tell_no_more(*(f"{key}:" for key in waiting), at=at)


def colleague_paid(request: PaymentRequest, *, at: datetime) -> None:
    nothing_to_pay(request, at=at)
    to_payer("colleague_paid", request, action="See where it stands", at=at)


def key_of(template: str, request: PaymentRequest) -> str:
    """One letter of each kind for each request; an offer has one at most."""
    return f"{template}:{request.engagement_id or f'more-{request.pk}'}"


def to_payer(template: str, request: PaymentRequest, *, action: str, at: datetime, **more: Any) -> None:
    engagement = request.work
    why = f"{request.asked_by} of {engagement.company} asked this address to pay"
    mail.send_to(
        request.email,
        f"payments/{template}",
        key=key_of(template, request),
        at=at,
        about=About(request.get_absolute_url(), action, why, Topic.MONEY),
        title=request.title,
        is_more=request.more_work is not None,
        company=str(engagement.company),
        asker=str(request.asked_by),
        amount=request.amount,
        po_number=request.po_number,
        note=request.note,
        ends=request.ends_at,
        **more,
    )
