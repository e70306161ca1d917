"""Letters to whoever is asked to pay an offer without an account here."""

from datetime import datetime
from typing import Any

from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from payments.models import PaymentRequest
from projects.models import Engagement


def asked_to_pay(request: PaymentRequest, *, at: datetime) -> None:
    to_payer("asked_to_pay", request, action="See it and pay", at=at, not_after=request.ends_at)


def payer_reminder(request: PaymentRequest, *, at: datetime) -> None:
    to_payer("payer_reminder", request, action="See it and pay", at=at, not_after=request.ends_at)


def request_taken_back(engagement: Engagement, *, at: datetime) -> None:
    """Somebody ended the offer before it was paid: to whom the first letter may have reached, if anybody was asked."""
    request = PaymentRequest.objects.filter(engagement=engagement).select_related("asked_by").first()
    if request is not None and mail.may_have_arrived(f"asked_to_pay:{engagement.pk}:"):
        request.engagement = engagement
        to_payer("request_taken_back", request, action="See the request", at=at, not_after=request.ends_at)


def nothing_to_pay(engagement: Engagement, *, at: datetime) -> None:
    """A letter that still waits goes out no more, however it came; the payer's page says the rest."""
    mail.tell_no_more(f"asked_to_pay:{engagement.pk}:", f"payer_reminder:{engagement.pk}:", at=at)


def colleague_paid(request: PaymentRequest, *, at: datetime) -> None:
    nothing_to_pay(request.engagement, at=at)
    to_payer("colleague_paid", request, action="See where it stands", at=at)


def to_payer(template: str, request: PaymentRequest, *, action: str, at: datetime, **more: Any) -> None:
    engagement = request.engagement
    why = f"{request.asked_by} of {engagement.company} asked this address to pay"
    mail.send_to(
        request.email,
        f"payments/{template}",
        key=f"{template}:{engagement.pk}",
        at=at,
        about=About(request.get_absolute_url(), action, why, Topic.MONEY),
        title=str(engagement),
        company=str(engagement.company),
        asker=str(request.asked_by),
        amount=engagement.total_price,
        po_number=request.po_number,
        note=request.note,
        ends=request.ends_at,
        **more,
    )
