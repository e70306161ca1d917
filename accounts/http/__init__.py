"""Between requests and people: allauth's adapter, four middlewares, sessions, the draft of the steps."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.middleware import UserSessionsMiddleware
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.contrib.sites.requests import RequestSite
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from rest_framework.request import Request

from accounts.http.powers import permissions_of
from accounts.models import User
from marketplace.kernel import letters

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]
F = TypeVar("F", bound=BaseForm)

MAX_EMAIL = User._meta.get_field("email").max_length
SEEN_SECONDS = 300  # how fresh "last seen" of a session is
LINKS = {"password_reset_url": "Choose a new password", "signup_url": "Sign up"}  # a letter's one button
OURS = {*LINKS, "code", "email_confirmation_url"}  # what the letter itself makes; the rest was typed
OPEN_TO_ALL = ("/accounts/", "/admin/")


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, which loads a person together with the student side that every page asks for.

    Sessions hold this path, so that moving the class would log everybody out.
    """

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("student_profile").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: User, obj: Any = None) -> set[str]:
        """Django's, and those of rights that hold now; of an administrator whose powers sleep, these alone."""
        if user_obj.is_anonymous or not user_obj.is_active or obj is not None:
            return set()
        kinds = user_obj.rights(at=timezone.now())
        own: set[str] = set() if user_obj.rests else super().get_all_permissions(user_obj)
        return own | permissions_of(kinds) if kinds else own


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth in our words and our letters."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed.",
        "duplicate_email": "This is your address already.",
        "email_password_mismatch": "This address and this password do not belong together. Check both.",
        "email_taken": "Somebody else uses this address.",
        "enter_current_password": "This is not your current password.",
        "incorrect_code": "This is not the code from the letter. Look for the newest one.",
        "incorrect_password": "This is not your password.",
        "rate_limited": "A code was sent a moment ago. Wait a little before you ask for another.",
        "same_as_current": "This is the address you have now.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes, then start again.",
    }

    def clean_email(self, email: str) -> str:
        if len(email) > (MAX_EMAIL or 0):
            raise ValidationError("This address is longer than an e-mail address can be.")
        return email

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Too many wrong passwords get the page that all other limits get."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(respond_429(request)) from None

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """allauth's, and Google for who has nothing else."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not ways and user.is_authenticated and SocialAccount.objects.filter(user=user).exists():
            ways.append({"id": "google", "description": "Google", "url": reverse("accounts:google_again")})
        return ways

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down costs the letter, not the page: a code can be asked for again."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            logger.warning("The letter %s did not leave: %s", template_prefix, error)
            tell_letter_failed()

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The letter in the frame of all our letters, from one Markdown text."""
        about = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
        subject = render_to_string(f"{template_prefix}_subject.txt", about).strip()
        body = render_to_string(f"{template_prefix}_message.txt", about).strip()
        marked = render_to_string(f"{template_prefix}_message.txt", about | typed(context)).strip()
        to = [email] if isinstance(email, str) else email
        link = next((name for name in LINKS if name in context), "")
        frame = letters.frame_of(subject, body=body, html_body=letters.MARKDOWN.render(marked)) | {
            "action": LINKS.get(link, ""),
            "url": context.get(link, ""),
            "email": ", ".join(to),
        }
        mail = EmailMultiAlternatives(
            subject, render_to_string("emails/base.txt", frame), self.get_from_email(), to, headers=headers
        )
        mail.attach_alternative(render_to_string("emails/base.html", frame), "text/html")
        return mail


def typed(context: dict[str, Any]) -> dict[str, Any]:
    """What of a letter's context somebody typed, so that Markdown takes it literally."""
    return {
        name: letters.Words(value, markdown=True)
        for name, value in context.items()
        if isinstance(value, str) and name not in OURS
    }


def tell_letter_failed() -> None:
    messages.error(
        context.request, "Our letter to you could not be sent just now. Wait a minute, then ask for it again."
    )


class OnboardingMiddleware:
    """Asks a person who is neither student nor employer, before a page that needs one, what brings them here.

    Such a page is one that asks for log-in; Django marks it when it is decorated with `login_required`.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any
    ) -> HttpResponse | None:
        asks_for_log_in = hasattr(view, "login_url") and not request.path.startswith(OPEN_TO_ALL)
        if not (asks_for_log_in and request.user.is_authenticated and request.user.needs_onboarding):
            return None
        back = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
        return redirect(f"/accounts/welcome/{back}")


class SiteNameMiddleware:
    """Takes allauth's `site`, which knows only the host, off its pages, so that ours with the name shows."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, _: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        context_data = response.context_data or {}
        if isinstance(context_data.get("site"), RequestSite):
            del context_data["site"]
        return response


class TimeZoneMiddleware:
    """Shows every moment in the zone of whoever looks; a visitor's is unknown, so UTC, which pages name."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(request.user.zone if request.user.is_authenticated else None):
            return self.get_response(request)


class SessionSeenMiddleware(UserSessionsMiddleware):  # type: ignore[misc]
    """Notes at most every five minutes where a session was last used, not on each request."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and not cache.add(f"session-seen:{key}", value=True, timeout=SEEN_SECONDS):
            response: HttpResponse = self.get_response(request)
        else:
            response = super().__call__(request)
        return response


class PersonRequest(HttpRequest):
    """A request of somebody who is logged in, as `login_required` lets through."""

    user: User


class ApiRequest(Request):
    """The same at a door of the API that lets no visitor in."""

    user: User


def live_sessions(user: User, *, at: datetime) -> list[UserSession]:
    """Where the person is logged in, last used first; two queries however many there are.

    A session whose password hash is an older one is logged out, though its row is still there.
    """
    own = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    hashes = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    stored = Session.objects.filter(
        session_key__in=[session.session_key for session in own], expire_date__gt=at
    )
    live = {row.session_key for row in stored if row.get_decoded().get(HASH_SESSION_KEY) in hashes}
    return [session for session in own if session.session_key in live]


def end_other_sessions(request: HttpRequest, *, only: int | None = None) -> None:
    """Log the person out everywhere but here, or in one place alone."""
    others = UserSession.objects.filter(user=request.user.pk).exclude(session_key=request.session.session_key)
    for session in others.filter(pk=only) if only else others:
        session.end()


class Draft:
    """What was typed in the steps so far, kept in the session until the last one."""

    KEY = "welcome"
    MOST = 100, 2000  # values of a field, characters of a value: a session is no store

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.kept: dict[str, Any] = request.session.get(self.KEY, {})

    def form(self, step: str, form_class: type[F], **options: Any) -> F:
        """The step's form: with what was just sent, or showing what was typed before."""
        if self.request.method != "POST":
            typed = {name: values if len(values) > 1 else values[0] for name, values in self.typed(step)}
            initial = options.pop("initial", {}) | typed
            return form_class(initial=initial, **options)
        form = form_class(self.request.POST, **options)
        if self.goes_back or form.is_valid():
            self.keep(step, form)
        return form

    def filled(self, step: str, form_class: type[F], **options: Any) -> F:
        """An earlier step's form with what was kept of it, to be checked once more."""
        return form_class(MultiValueDict(dict(self.typed(step))), **options)

    @property
    def goes_back(self) -> bool:
        return "back" in self.request.POST

    def typed(self, step: str) -> list[tuple[str, list[str]]]:
        return [(name, values) for name, values in self.kept.get(step, {}).items() if values]

    def keep(self, step: str, form: BaseForm) -> None:
        most, longest = self.MOST
        sent = {name: self.request.POST.getlist(name)[:most] for name in form.fields}
        self.note(step, {name: [value[:longest] for value in values] for name, values in sent.items()})

    def note(self, name: str, value: Any) -> None:
        self.kept[name] = value
        self.request.session[self.KEY] = self.kept

    def note_next(self) -> None:
        """Remember where the person was going, when it is a page of ours."""
        address = self.request.GET.get("next", "")
        if url_has_allowed_host_and_scheme(address, allowed_hosts={self.request.get_host()}):
            self.note("next", address)

    def finish(self) -> str:
        """Forget everything; answers where to go on."""
        address: str = self.kept.get("next", settings.LOGIN_REDIRECT_URL)
        self.request.session.pop(self.KEY, None)
        return address
