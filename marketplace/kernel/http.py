"""Where a broken rule becomes an HTTP answer: once for pages, once for the API."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.response import Response
from rest_framework.views import exception_handler

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


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """The API's exception handler: every error leaves as problem+json (RFC 9457)."""
    if isinstance(error, RuleViolation):
        response = Response({"title": "The rules forbid this", "code": error.code, "detail": str(error)}, 409)
    else:
        answer = exception_handler(error, context)
        if answer is None:
            return None
        response = answer
        response.data = as_problem(answer)
    response.data["status"] = response.status_code
    response.content_type = "application/problem+json"
    return response


def as_problem(answer: Response) -> dict[str, Any]:
    if isinstance(answer.data, dict) and set(answer.data) == {"detail"}:
        detail = answer.data["detail"]
        return {"title": answer.status_text, "code": getattr(detail, "code", "error"), "detail": str(detail)}
    return {"title": "Some fields need a correction", "code": "invalid", "errors": answer.data}
