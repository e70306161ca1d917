"""Where a broken rule becomes a page, pages that are followed, and acts that the administration remembers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from marketplace.kernel.errors import RuleViolation


class RuleViolationMiddleware:
    """Shows a page that says which rule forbids the act, with status 409."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RuleViolation):
            return render(request, "409.html", {"message": str(error)}, status=409)
        return None


SEEN = "X-Seen"


class Live(NamedTuple):
    """What a page that is followed knows of itself: its stamp, and after how many seconds to ask again."""

    stamp: str
    seconds: int


def followed(stamp_of: Callable[..., str | None]) -> Callable[[Any], Any]:
    """A page whose script asks now and then whether it is still as it was: 204 while it is, else 200.

    `stamp_of` takes the person and what stands in the address, refuses whoever may not see the page, and answers
    with few words that change with it, or None where nobody follows it. It costs one query, and the page itself
    carries the stamp from before it was read, so that no change falls in between.
    """

    def decorate(view: Any) -> Any:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            seen, now = request.headers.get(SEEN), stamp_of(request.user, *args, **named)
            if seen is not None:
                response = HttpResponse(status=403 if now is None else 204 if now == seen else 200)
            else:
                request.live = now and Live(now, settings.LIVE_SECONDS)  # type: ignore[attr-defined]
                response = view(request, *args, **named)
            patch_vary_headers(response, [SEEN])
            return response

        return answer

    return decorate
