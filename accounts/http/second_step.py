"""The second step of logging in: allauth's adapter in our words, and staff who must have one."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import Login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import resetting
from accounts.http import AccountAdapter, sealing
from accounts.models import User

Handler = Callable[[HttpRequest], HttpResponse]

SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are none
# What staff without a second step still reach: setting one up, proving who they are, logging out.
WITHOUT_SECOND_STEP = (
    *("/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/", "/accounts/email/"),
    *("/accounts/confirm-email/", "/static/", "/healthz", "/readyz", "/favicon.ico"),
)


class EnteringAdapter(AccountAdapter):
    """Logging in, where a second step was taken off because it was lost."""

    def is_login_by_code_required(self, login: Login) -> bool:
        """Besides the password, until there is a second step again.

        Whoever signs up with an address that is taken is nobody, and must be answered like anybody.
        """
        return login.user is not None and resetting.asks_for_a_mailed_code(login.user)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """A code comes last where the only codes are those on paper."""
        ways = super().get_reauthentication_methods(user)
        app = Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.TOTP)
        if len(ways) < 2 or app.exists():
            return ways
        return sorted(ways, key=lambda way: way["id"] == "mfa_reauthenticate")


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's second steps under this site's name, with their secrets unreadable in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "Staff keep a second step: add a passkey before you switch the app off.",
        "cannot_generate_recovery_codes": "Recovery codes stand in for a second step. Set one up first.",
        "incorrect_code": "This is not a code that works now. Wait for the next one and try again.",
        "unverified_email": "Confirm your e-mail address first. Otherwise a mistake would lock you out.",
    }

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff keep one where they must have one."""
        others = Authenticator.objects.filter(user=authenticator.user_id, type__in=SECOND_STEPS)
        return not must_have_one(authenticator.user) or others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        known = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {known + 1}" if known else "My passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site's own host, whatever name the request came by: a passkey belongs to it for good."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.SITE_NAME}


def must_have_one(user: User) -> bool:
    return bool(settings.STAFF_SECOND_STEP and user.is_staff)


def has_second_step(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=SECOND_STEPS).exists())


class StaffSecondStepMiddleware:
    """Staff without a second step reach only the pages that set one up."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        free = request.path.startswith(WITHOUT_SECOND_STEP)
        if free or not user.is_authenticated or not must_have_one(user) or has_second_step(user):
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"} or request.path.startswith("/api/"):
            raise PermissionDenied("Staff need a second step of logging in.")
        return redirect("mfa_index")
