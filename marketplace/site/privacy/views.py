"""A person's page about their own data: a copy of everything, and the end of the account."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest, end_other_sessions
from accounts.http.proving import asks_again
from accounts.models import DataExport, User
from marketplace.kernel.http import followed
from marketplace.site.privacy import deleting, exporting
from marketplace.site.privacy.obstacles import obstacles_of

LOCKED_DOWN = "default-src 'none'; sandbox; frame-ancestors 'none'"


def progress_of(user: Any) -> str:
    """How far the newest copy is."""
    newest = DataExport.objects.of(user).newest_first()
    found = newest.values_list("pk", "parts_made", "made_at", "failed_at").first()
    return " ".join(map(str, found or ()))


@login_required
@require_safe
@followed(progress_of)
def privacy(request: PersonRequest) -> HttpResponse:
    at, mine = timezone.now(), DataExport.objects.visible_to(request.user)
    context = {
        "open": mine.open().first(),
        "ready": mine.ready(at=at).newest_first(),
        "failed": mine.newest_first().first(),
        "days": settings.DELETION_DAYS,
    }
    return render(request, "site/privacy.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again(when=lambda request: request.method == "POST")
def delete_account(request: PersonRequest) -> HttpResponse:
    """What goes and what stays, or what stands in the way; then the wish itself."""
    if request.method == "POST":
        deleting.ask_for_deletion(request.user, at=timezone.now())
        end_other_sessions(request)
        messages.success(request, "Your account will be deleted. Everybody else is logged out of it.")
        return redirect("privacy")
    context = {"obstacles": obstacles_of(request.user), "days": settings.DELETION_DAYS}
    return render(request, "site/delete_account.html", context)


@login_required
@require_POST
def keep_account(request: PersonRequest) -> HttpResponse:
    deleting.keep_account(request.user, at=timezone.now())
    messages.success(request, "Your account stays.")
    return redirect("privacy")


@login_required
@require_POST
@asks_again()
def ask_for_export(request: PersonRequest) -> HttpResponse:
    exporting.ask_for_export(request.user, at=timezone.now())
    messages.success(request, "The copy is being made. You get a letter when it is there.")
    return redirect("privacy")


@login_required
@require_safe
@asks_again()
def export(request: PersonRequest, public_id: str) -> FileResponse:
    return handed_out(request.user, public_id, at=timezone.now())


def handed_out(user: User, public_id: str, *, at: datetime) -> FileResponse:
    """The ZIP, for as long as it is there, to nobody but the person it is about."""
    ready = DataExport.objects.visible_to(user).ready(at=at)
    found = get_object_or_404(ready, public_id=public_id)
    name = f"everything-about-me-{found.asked_at:%Y-%m-%d}.zip"
    try:
        content = found.file.open()
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
    response["Content-Security-Policy"] = LOCKED_DOWN
    response["Cache-Control"] = "private, no-store"
    return response
