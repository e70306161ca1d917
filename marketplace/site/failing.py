"""Answers where no view gives one: the API's as problem+json, all others as the pages of Django's own views."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from marketplace.kernel.api.problems import plain_problem


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_problem(request, 400, "malformed") or defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_problem(request, 403, "permission_denied") or defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_problem(request, 404, "not_found") or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *_: Any) -> HttpResponse:
    return plain_problem(request, 500, "our_fault") or defaults.server_error(request)
