"""Logging in with Google, where the operator has set its keys. Nothing of Google's is loaded before one asks for it.

A form may only lead to our own site, so the answer is a page that leads on, not a redirect.
"""

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.google.views import oauth2_callback
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest


@never_cache
@require_POST
def log_in(request: HttpRequest) -> HttpResponse:
    """On to Google, and back to where one was going."""
    return to_google(request, AuthProcess.LOGIN, get_next_redirect_url(request) or "")


@never_cache
@login_required
@require_POST
def connect(request: PersonRequest) -> HttpResponse:
    """On to Google, whose account then opens this one too; allauth asks once more who it is before that."""
    return to_google(request, AuthProcess.CONNECT, "")


@login_required
@require_safe
def again(request: PersonRequest) -> HttpResponse:
    """For who has neither password nor passkey: logging in with Google once more proves who it is."""
    address = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return render(request, "accounts/google_again.html", {"next": address if ours else ""})


def callback(request: HttpRequest) -> HttpResponse:
    """Where Google sends people back to."""
    known_or_404()
    answer: HttpResponse = oauth2_callback(request)
    return answer


def nowhere(_: HttpRequest) -> HttpResponse:
    """allauth's door for Google's own button, whose script would come from another host."""
    raise Http404


def to_google(request: HttpRequest, process: str, next_url: str) -> HttpResponse:
    known_or_404()
    provider = get_adapter().get_provider(request, "google")
    address = provider.redirect(request, process, next_url=next_url or None).url
    return render(request, "accounts/to_google.html", {"address": address})


def known_or_404() -> None:
    if not settings.GOOGLE_CLIENT_ID:
        raise Http404
