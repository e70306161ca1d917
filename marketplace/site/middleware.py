"""What goes around every request: three small guards, and text made small on its way."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from marketplace.kernel.api.problems import plain_problem

Handler = Callable[[HttpRequest], HttpResponse]
TEXT = re.compile(r"text/|application/(json|javascript|manifest\+json)|image/svg")


class RefuseNulBytes:
    """Answers 400 to an address that holds a NUL byte: PostgreSQL cannot store one, so it would be a 500."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path or "%00" in query or "\x00" in query:
            page = HttpResponseBadRequest("This address holds a NUL byte.\n", content_type="text/plain")
            return plain_problem(request, 400, "malformed") or page
        return self.get_response(request)


class PrivateAnswers:
    """Keeps what somebody sees who is logged in, and every new cookie, out of caches that others share.

    When a session ends, by logging out or by its time, the browser is told to forget the pages it kept.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "user", None)  # none where something answered before it was known
        if response.cookies or (user is not None and user.is_authenticated):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        session = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if session is not None and not session.value:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class ResourcePolicy:
    """Keeps other sites from embedding what we serve (Cross-Origin-Resource-Policy)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class Compressed(GZipMiddleware):
    """Compresses text that is not compressed yet; what people download keeps its length."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        has_all = response.status_code not in {204, 206, 304} and request.method != "HEAD"
        is_text = TEXT.match(response.headers.get("Content-Type", ""))
        if has_all and is_text and "Content-Disposition" not in response.headers:
            return super().process_response(request, response)
        return response
