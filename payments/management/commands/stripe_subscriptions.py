"""`manage.py stripe_subscriptions`: what each webhook endpoint at Stripe is to be subscribed to."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from payments.stripe_gateway import SUBSCRIBED


class Command(BaseCommand):
    help = "Prints the address of each webhook endpoint and its types of events."

    def handle(self, *args: Any, **options: Any) -> None:
        for endpoint, types in SUBSCRIBED.items():
            self.stdout.write(settings.SITE_URL + reverse("payments:stripe_webhook", args=[endpoint]))
            for name in types:
                self.stdout.write(f"    {name}")
