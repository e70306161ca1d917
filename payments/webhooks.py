"""The door Stripe knocks on: check the signature, keep the event as it came, answer at once."""

import json

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
    StripeEvent.objects.keep(stripe_gateway.described(event, endpoint), body, at=now)
    return HttpResponse(status=200)
