"""allauth's adapter for log-in with Google: who is new, and who is known here by the same address."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from accounts.models import User

MAX_NAME = User._meta.get_field("name").max_length
UNSURE = "Google has not confirmed this address. Sign up with a password or a passkey instead."
KNOWN = (
    "You have an account with this address. Log in as you do otherwise, then connect Google under Settings. "
    "We cannot see from here that both are yours."
)


class GoogleAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """An account of ours opens to Google's word alone where Google itself gives out the address."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        user.name = " ".join(part for part in parts if part)[:MAX_NAME]
        return user

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Google's own rule (Sign in with Google, "verify the ID token"): it speaks for gmail.com, and for the
        domains of its organisations, which `hd` names. Whoever had another address once may have lost it since.
        """
        told = login.account.extra_data
        domain = email.rpartition("@")[2].lower()
        return bool(told.get("email_verified")) and domain in {"gmail.com", str(told.get("hd", "")).lower()}

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Nobody is led into a form that could only fail."""
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        addresses = [one.email.lower() for one in sociallogin.email_addresses if one.verified]
        if not addresses:
            self.refuse(request, UNSURE)
        if User.objects.filter(email__in=addresses).exists():
            self.refuse(request, KNOWN)

    def refuse(self, request: HttpRequest, why: str) -> None:
        messages.error(request, why)
        raise ImmediateHttpResponse(redirect("account_login"))
