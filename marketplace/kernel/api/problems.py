"""Errors of the API as problem+json (RFC 9457), whether a view raised them or no view was found."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from rest_framework.response import Response
from rest_framework.views import exception_handler

from marketplace.kernel.errors import RuleViolation

KIND = "application/problem+json"
BELOW = "/api/"


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """The API's exception handler."""
    if isinstance(error, RuleViolation):
        response = Response({"title": "The rules forbid this", "code": error.code, "detail": str(error)}, 409)
    elif isinstance(error, RequestDataTooBig):
        response = Response({"title": "Too much was sent", "code": "too_large"}, 413)
    else:
        answer = exception_handler(error, context)
        if answer is None:
            return None
        response = answer
        response.data = as_problem(answer)
    response.data["status"] = response.status_code
    response.content_type = KIND
    return response


def as_problem(answer: Response) -> dict[str, Any]:
    if isinstance(answer.data, dict) and set(answer.data) == {"detail"}:
        detail = answer.data["detail"]
        return {"title": answer.status_text, "code": getattr(detail, "code", "error"), "detail": str(detail)}
    errors = answer.data if isinstance(answer.data, dict) else {"document": answer.data}
    return {"title": "Some fields need a correction", "code": "invalid", "errors": errors}


def plain_problem(request: HttpRequest, status: int, code: str) -> JsonResponse | None:
    """For what fails before or behind the views of the API; None where a page was asked for."""
    if not request.path.startswith(BELOW):
        return None
    about = {"title": HTTPStatus(status).phrase, "code": code, "status": status}
    return JsonResponse(about, status=status, content_type=KIND)
