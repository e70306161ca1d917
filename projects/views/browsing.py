"""The pages where projects are found: the list with its search, and one project."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from projects import checking, drafts, moderating
from projects.forms.searching import SearchForm
from projects.models import Project


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Open projects that fit the address; asked by htmx, the results alone."""
    form = SearchForm(request.GET)
    page = form.page()
    older = form.query(end=page.end) if page.end else ""
    part = "#results" if request.htmx and not request.htmx.history_restore_request else ""  # type: ignore[attr-defined]
    context = {"form": form, "page": page, "older": older}
    response = render(request, f"projects/list.html{part}", context)
    patch_vary_headers(response, ["HX-Request"])
    if part:
        response["HX-Push-Url"] = request.path + form.query()
    return response


@require_safe
def project(request: HttpRequest, public_id: str) -> HttpResponse:
    found = get_object_or_404(Project.objects.visible_to(request.user).with_all(), public_id=public_id)
    own = request.user.is_authenticated and found.company.has_member(request.user)
    context = {"project": found, "own": own, **(for_owner(found) if own else for_reader(request, found))}
    return render(request, "projects/project.html", context)


def for_reader(request: HttpRequest, project: Project) -> dict[str, Any]:
    user = request.user
    mine = project.applications.filter(student=user).first() if user.is_authenticated else None
    return {"application": mine, "takes_applications": project.takes_applications(at=timezone.now())}


def for_owner(project: Project) -> dict[str, Any]:
    """What the project's own company sees beside it: how far it is, and what waits."""
    price = drafts.price(project.fee_cents, project.hours, project.seats)
    return {
        "price": price,
        "applicants": project.applications.count(),
        "undecided": project.applications.undecided().count(),
        "checked_by_at": moderating.answer_due_at(project),
        "findings": checking.findings(project) if project.is_editable else [],
    }
