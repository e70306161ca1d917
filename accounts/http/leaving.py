"""Somebody who asked to be deleted: their log-in leads to the page where they can take it back, and nowhere else."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

Handler = Callable[[HttpRequest], HttpResponse]
STILL_OPEN = (
    *("/accounts/data/", "/accounts/logout/", "/accounts/reauthenticate/", "/accounts/2fa/"),
    *("/api/v1/me/deletion/", "/api/v1/me/copies/"),
    *("/letters/stop/", "/static/", "/healthz", "/readyz", "/favicon.ico"),
)


class LeavingMiddleware:
    """Nothing begins that would have to be cut off some days later."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        leaves = user.is_authenticated and user.is_leaving
        if not leaves or request.path.startswith(STILL_OPEN):
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"} or request.path.startswith("/api/"):
            raise PermissionDenied("This account is about to be deleted.")
        return redirect("privacy")
