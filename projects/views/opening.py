"""The page on which an employer opens a project again."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation
from marketplace.templatetags.display import day
from projects import drafts, opening, places
from projects.forms.applying import VersionForm
from projects.forms.opening import OpenAgainForm
from projects.models import Project
from projects.views.posting import own


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_again(request: PersonRequest, public_id: str) -> HttpResponse:
    """The new dates to choose from, or what stands in the way."""
    project, at = own(request, public_id), timezone.now()
    form = OpenAgainForm(request.POST if request.method == "POST" else None, project=project, at=at)
    if form.is_valid():
        version = VersionForm(request.POST).seen
        opened = opening.open_again(project, by=request.user, at=at, version=version, **form.cleaned_data)
        closes, answer = day(opened.applications_close_at), day(opened.answer_by_at)
        messages.success(request, f"Open again: students apply by {closes}, and you answer by {answer}.")
        return redirect(opened)
    free = places.seats_of(project).free
    context = {
        "project": project,
        "form": form,
        "obstacle": obstacle(project, at=at),
        "may_copy": project.status in {*Project.NO_LONGER_OPEN, Project.Status.CANCELLED},
        "free": free,
        "price": drafts.price(project.fee_cents, project.hours, free),
        "standing": project.applications.standing(),
    }
    return render(request, "projects/open_again.html", context, status=422 if form.is_bound else 200)


def obstacle(project: Project, *, at: datetime) -> RuleViolation | None:
    try:
        opening.check_may_open(project, at=at)
    except RuleViolation as error:
        return error
    return None
