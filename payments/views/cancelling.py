"""Doors through which a whole project is taken off: its company's, and the moderators'."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import PersonRequest
from payments import cancelling
from payments.http import only_company, project_or_404
from projects.forms.applying import VersionForm
from projects.forms.ending import CancelForm
from projects.forms.moderating import RemovalForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_project(request: PersonRequest, public_id: str) -> HttpResponse:
    """Take a live project back, with a reason for it and an answer for whoever waits."""
    project = project_or_404(request, public_id)
    only_company(project.company, request)
    waiting = list(project.applications.undecided().select_related("student").order_by("pk"))
    form = CancelForm(request.POST if request.method == "POST" else None, waiting=waiting)
    if form.is_valid():
        version, decision = VersionForm(request.POST).seen, form.decision()
        cancelling.cancel_project(project, by=request.user, at=timezone.now(), version=version, **decision)
        messages.success(request, "Cancelled. Everyone who waited was told.")
        return redirect("projects:mine")
    if form.is_bound or project.is_live:
        context = {"project": project, "form": form, "offers": cancelling.open_to(project)}
        return render(request, "projects/cancel.html", context, status=422 if form.is_bound else 200)
    return redirect(project)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_project(request: PersonRequest, public_id: str) -> HttpResponse:
    """A moderator takes a live project off the site."""
    project = project_or_404(request, public_id)
    if not request.user.is_staff:
        raise PermissionDenied
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        version = VersionForm(request.POST).seen
        cancelling.remove_project(
            project, by=request.user, at=timezone.now(), version=version, **form.cleaned_data
        )
        what = f"Removed: {', '.join(form.cleaned_data['codes'])}."
        messages.success(request, f"“{project.title}”: {what}")
        return redirect("admin:projects_project_change", project.pk)
    context = {"project": project, "form": form, "offers": cancelling.open_to(project)}
    return render(request, "projects/remove.html", context, status=422 if form.is_bound else 200)
