"""Pages on which a project begins: the gallery of templates, each template, and the choice of one."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import PersonRequest
from accounts.models import Company
from projects import drafts, posting, silence
from projects.forms.starting import GalleryForm, StartForm
from projects.project_templates import TEMPLATES
from projects.views.posting import steps


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every template, for whoever looks; whoever acts for a company may start from here too."""
    return gallery_page(request, start_form(request))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    """Choose a template or a blank page."""
    if not request.user.is_employer:
        return redirect("accounts:welcome_company")
    form = StartForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        project = posting.start_draft(by=request.user, at=timezone.now(), **form.start())
        page = "preview" if "as_it_stands" in request.POST else "edit"
        return redirect(f"projects:{page}", project.public_id)
    at = timezone.now()
    pauses = [(company, silence.pause_of(company, at=at)) for company in Company.objects.of(request.user)]
    return gallery_page(request, form, status=422 if form.is_bound else 200, steps=steps(0), pauses=pauses)


def gallery_page(
    request: HttpRequest, start: StartForm | None, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The templates that fit the address; asked by htmx, they alone."""
    form = GalleryForm(request.GET)
    part = "#results" if request.htmx and not request.htmx.history_restore_request else ""  # type: ignore[attr-defined]
    shelves = form.shelves()
    context |= {"form": form, "shelves": shelves, "shown": sum(len(shelf.templates) for shelf in shelves)}
    context["start"] = start
    response = render(request, f"projects/new.html{part}", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    if part:
        response["HX-Push-Url"] = request.path + form.query()
    return response


@require_safe
def template(request: HttpRequest, key: str) -> HttpResponse:
    """One template as applicants would read it, with what it costs at this site."""
    if key not in TEMPLATES:
        raise Http404
    draft = drafts.filled_from(TEMPLATES[key])
    context = {
        "template": TEMPLATES[key],
        "draft": draft | {"skill_names": ", ".join(sorted(skill.name for skill in draft["skills"]))},
        "parts": drafts.shared_out(draft),
        "price": drafts.price(draft["fee_cents"], draft["hours"], 1),
        "numbers": drafts.shown_numbers(),
        "start": start_form(request),
    }
    return render(request, "projects/template.html", context)


def start_form(request: HttpRequest) -> StartForm | None:
    """For whoever acts for a company."""
    person = request.user
    return StartForm(user=person) if person.is_authenticated and person.is_employer else None
