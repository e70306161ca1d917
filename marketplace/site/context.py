"""What every template may know of the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """`site.name`, `site.url`, `site.currency`; `site.letters` where letters can be read on the spot,
    `site.google` where one can log in with Google."""
    return {
        "site": {
            "name": settings.SITE_NAME,
            "url": settings.SITE_URL,
            "currency": settings.CURRENCY,
            "google": bool(settings.GOOGLE_CLIENT_ID),
            "letters": settings.MAIL_VIEWER,
            "stripe_mode": settings.STRIPE_MODE,
        }
    }
