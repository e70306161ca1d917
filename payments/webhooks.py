"""The door Stripe knocks on: check the signature, keep the event as it came, answer at once."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import stripe_gateway
from payments.models import StripeEvent

LARGEST_BYTES = 256 * 1024


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest, endpoint: str) -> HttpResponse:
    now = timezone.now()
    body = request.read(LARGEST_BYTES + 1)
    if len(body) > LARGEST_BYTES:
        return HttpResponse(status=413)
    signature, secrets = (
        request.headers.get("Stripe-Signature", ""),
        settings.STRIPE_WEBHOOK_SECRETS[endpoint],
    )
    try:
        stripe_gateway.verify(body, signature, secrets, now=now)
    except stripe_gateway.ForgedEvent:
        return HttpResponse(status=400)
    event = json.loads(body)
    if event.get("livemode") is not settings.STRIPE_LIVE:
        return HttpResponse(status=400)
    StripeEvent.objects.keep(described(event, endpoint), body, at=now)
    return HttpResponse(status=200)


def described(event: dict[str, Any], endpoint: str) -> dict[str, Any]:
    """What is worth finding again; thin v2 events point at their object, others carry a snapshot."""
    about = event.get("related_object") or (event.get("data") or {}).get("object") or {}
    return {
        "id": event["id"],
        "type": event["type"],
        "endpoint": endpoint,
        "account": event.get("account") or event.get("context") or "",
        "object_id": about.get("id", ""),
        "object_type": about.get("object") or about.get("type", ""),
    }
