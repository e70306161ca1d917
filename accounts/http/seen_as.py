"""Seeing the site as somebody else: the request becomes theirs, to look at some pages and to do nothing."""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import viewing
from accounts.models import User

Handler = Callable[[HttpRequest], HttpResponse]
KEY = "viewing"
# Pages that only show. Whatever is not named here stays closed: money's doors, log-in, keys, copies, deletion.
SHOWN = frozenset(
    {
        *("home", "dashboard", "notices", "manifest", "favicon", "accounts:settings", "accounts:person"),
        *(
            "accounts:company",
            "accounts:company_people",
            "projects:list",
            "projects:project",
            "projects:mine",
        ),
        *("projects:applicants", "projects:applications", "projects:application", "projects:engagements"),
        *("projects:engagement", "payments:money", "payments:engagement_money"),
    }
)
END = "accounts:end_viewing"


class ViewingMiddleware:
    """While it lasts, every request of the moderator's browser is answered as the person's would be."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewing = None  # type: ignore[attr-defined]
        pk = request.session.get(KEY) if request.user.is_authenticated and request.user.is_staff else None
        if pk is not None:
            found = viewing.live(pk, by=cast("User", request.user), at=timezone.now())
            if found is None:
                del request.session[KEY]
            else:
                request.viewing, request.user = found, found.person  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, named: Any
    ) -> HttpResponse | None:
        under_way = request.viewing  # type: ignore[attr-defined]
        if under_way is None:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name == END:
            return None
        if name not in SHOWN or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied("While you see the site as somebody else you only look.")
        viewing.see_page(under_way, request.get_full_path(), at=timezone.now())
        return read_only(view, request, *args, **named)


def read_only(view: Callable[..., HttpResponse], *args: Any, **named: Any) -> HttpResponse:
    """The database itself refuses whatever a page might write."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        return view(*args, **named)
