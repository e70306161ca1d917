"""The pages where projects are found: the list with its search, and one project."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from marketplace.kernel.http import followed
from projects import cases, checking, drafts, opening
from projects.forms.asking import QuestionForm
from projects.forms.searching import SearchForm
from projects.models import Project
from projects.views import following, talking
from projects.views.talking import Answered


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
@followed(following.project)
def project(request: HttpRequest, public_id: str) -> HttpResponse:
    return show(request, shown(request, public_id))


def shown(request: HttpRequest, public_id: str) -> Project:
    seen = Project.objects.visible_to(request.user).with_all().with_openings()
    return get_object_or_404(
        seen.with_answers().with_places().with_silence(at=timezone.now()), public_id=public_id
    )


def show(
    request: HttpRequest,
    found: Project,
    *,
    asked: QuestionForm | None = None,
    answered: Answered | None = None,
    status: int = 200,
) -> HttpResponse:
    """One project's page; `asked` or `answered` is what came back to be corrected."""
    own = request.user.is_authenticated and found.company.has_member(request.user)
    beside = for_owner(found) if own else for_reader(request, found)
    talk = talking.of_page(request, found, own=own, asked=asked, answered=answered)
    context = {
        "project": found,
        "own": own,
        "changed": found.edits.in_force().first(),
        "protection": protection(found),
        "form": asked or (answered[1] if answered else None),
        **talk,
        **beside,
    }
    return render(request, "projects/project.html", context, status=status)


def protection(project: Project) -> list[dict[str, Any]]:
    """The money bar before anything happened: what will be reserved, held and sent."""
    price = drafts.price_of(project)
    steps = (
        ("Reserved", "waiting", price.total, "on the company’s card, with the offer"),
        ("Held", "held", price.total, "when the student accepts; only now does work start"),
        ("Sent to the student", "released", price.fee, "when the work is approved, or nobody answers"),
        ("In their bank", "released", price.fee, "all of the fee; students pay nothing"),
    )
    return [
        {"label": label, "mark": mark, "amount": amount, "note": note, "state": "next"}
        for label, mark, amount, note in steps
    ]


def for_reader(request: HttpRequest, project: Project) -> dict[str, Any]:
    user = request.user
    mine = project.applications.filter(student=user).first() if user.is_authenticated else None
    return {"application": mine, "takes_applications": project.takes_applications(at=timezone.now())}


def for_owner(project: Project) -> dict[str, Any]:
    """What the project's own company sees beside it: how far it is, and what waits."""
    edit = project.edits.latest_asked() if project.is_changeable else None
    standing = project.applications.standing()
    return {
        "edit": edit,
        "edit_checked_by_at": cases.answer_due_at(edit.proposed_at if edit else None),
        "price": drafts.price_of(project),
        "applicants": standing["total"],
        "undecided": standing["undecided"],
        "hear_by": standing["hear_by"],
        "may_open_again": opening.has_room(project),
        "checked_by_at": cases.answer_due_at(project.sent_to_moderation_at),
        "findings": checking.findings(project) if project.is_editable else [],
    }
