"""Acts that matter are for somebody who has shown lately who they are; others are asked once more."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
When = Callable[[HttpRequest], bool]


def asks_again(*, when: When = bool, back: str = "") -> Callable[[View], View]:
    """The view is for who logged in or proved themselves within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds.

    `when` says of which requests that is true; with `back`, the name of a page, the person comes back to that
    page and presses anew, where the act itself would lead to another site; else the act goes on by itself.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            if not when(request) or has_proved_it(request):
                return view(request, *args, **named)
            if not back:
                raise ReauthenticationRequired  # allauth keeps what was sent and goes on with it
            return redirect(f"{ways_of(request)[0]['url']}?{urlencode({'next': reverse(back)})}")

        return cast("View", answer)

    return decorate


def has_proved_it(request: HttpRequest) -> bool:
    """Lately, or there is nothing of this person's by which they could."""
    shown = [record["at"] for record in get_authentication_records(request, request.user)]
    timely = bool(shown) and time.time() - max(shown) < app_settings.REAUTHENTICATION_TIMEOUT
    return timely or not ways_of(request)


def ways_of(request: HttpRequest) -> list[dict[str, Any]]:
    """By which this person can prove it, each with its `url`."""
    ways: list[dict[str, Any]] = get_adapter().get_reauthentication_methods(request.user)
    return ways
