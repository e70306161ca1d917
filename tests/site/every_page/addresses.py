"""The site's addresses, and beside them the pages that only a local run or a mishap shows."""

from allauth.core.ratelimit import respond_429
from django.shortcuts import render
from django.urls import include, path
from django.views import csrf, defaults

from marketplace.kernel.errors import StalePage
from marketplace.kernel.http import RuleViolationMiddleware
from marketplace.site import letters

ANSWERS = {
    "400": lambda request: defaults.bad_request(request, None),
    "403": lambda request: defaults.permission_denied(request, PermissionError()),
    "403_csrf": lambda request: csrf.csrf_failure(request),
    "409": lambda request: RuleViolationMiddleware(None).process_exception(request, StalePage()),
    "429": respond_429,
    "500": defaults.server_error,
    "503": lambda request: render(request, "503.html", status=503),
}

urlpatterns = [
    path("", include("marketplace.urls")),
    path("mail/", letters.letters, name="letters"),
    path("mail/<path:letter_id>/as-sent/", letters.letter_as_sent, name="letter_as_sent"),
    path("mail/<path:letter_id>/", letters.letter, name="letter"),
    path("mishaps/<slug:code>/", lambda request, code: ANSWERS[code](request), name="mishap"),
]
