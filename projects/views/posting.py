"""Pages of an employer who posts: write the draft, look at it once more, send it."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation, StalePage
from projects import checking, drafts, faults, posting, silence
from projects.forms.applying import VersionForm
from projects.forms.initials import initial_of
from projects.forms.listing import FromForm
from projects.forms.posting import DraftForm
from projects.models import Project
from projects.views.editing import change

STEPS = ("Start", "Write", "Check and send")


@login_required
@require_safe
def mine(request: PersonRequest) -> HttpResponse:
    """The projects of one's companies, one's own turn first; a draft that was given up is gone."""
    kept = Project.objects.managed_by(request.user).exclude(status="cancelled", published_at=None)
    listed = FromForm(request.GET).page(kept.by_turn().with_waiting().for_cards())
    return render(request, "projects/mine.html", listed)


def own(request: PersonRequest, public_id: str) -> Project:
    """A project of one's company; 404 where one may not see it, 403 where one only sees it."""
    project = get_object_or_404(Project.objects.visible_to(request.user).with_all(), public_id=public_id)
    posting.check_member(project.company, request.user)
    return project


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PersonRequest, public_id: str) -> HttpResponse:
    """The draft: show its price, save it unfinished, or go on to the summary. An open project: its changes."""
    project = own(request, public_id)
    if project.is_changeable:
        return change(request, project)
    if request.method == "POST":
        return write(request, project, DraftForm(request.POST, initial=initial_of(project)))
    if not project.is_editable:
        messages.info(request, str(faults.NotEditable(project)))
        return redirect(project)
    return page(request, project, DraftForm(initial=initial_of(project)))


def write(request: PersonRequest, project: Project, form: DraftForm) -> HttpResponse:
    if "by_itself" in request.POST:
        return autosave(request, project, form)
    if "price" in request.POST:
        return page(request, project, form, status=200 if form.is_valid() else 422)
    goes_on = "summary" in request.POST
    if not (form.check() if goes_on else form.is_valid()):
        return page(request, project, form, status=422)
    at = timezone.now()
    try:
        posting.save_draft(project, by=request.user, at=at, version=form.seen_version, **form.draft())
    except StalePage:
        return show_conflict(request, project, form)
    return saved(request, project, goes_on=goes_on, at=at)


def autosave(request: PersonRequest, project: Project, form: DraftForm) -> JsonResponse:
    """What the page saves while one types: the new version and the time, or why it was not kept."""
    if not form.is_valid():
        boxes = ", ".join(str(form[name].label) for name in form.errors)
        return JsonResponse({"problem": f"Not saved. Look at: {boxes}."}, status=422)
    at = timezone.now()
    try:
        kept = posting.save_draft(project, by=request.user, at=at, version=form.seen_version, **form.draft())
    except StalePage:
        return JsonResponse({"newer": project.version}, status=409)
    except RuleViolation as error:
        return JsonResponse({"problem": f"Not saved. {error}"}, status=409)
    return JsonResponse({"version": kept.version, "saved": f"Saved {timezone.localtime(at):%H:%M}"})


def saved(request: PersonRequest, project: Project, *, goes_on: bool, at: datetime) -> HttpResponse:
    if goes_on:
        return redirect("projects:preview", project.public_id)
    messages.success(request, f"Saved {timezone.localtime(at):%H:%M}.")
    return redirect("projects:edit", project.public_id)


def show_conflict(request: PersonRequest, project: Project, form: DraftForm) -> HttpResponse:
    """Somebody saved in between: what was typed stays on the page, and the next click is a decision."""
    form.see_version(project.version)
    return page(request, project, form, status=409, conflict=True)


def page(
    request: PersonRequest, project: Project, form: DraftForm, *, status: int = 200, conflict: bool = False
) -> HttpResponse:
    context = {"project": project, "form": form, "conflict": conflict, "steps": steps(1, project)}
    context["numbers"] = drafts.shown_numbers()
    return render(request, "projects/edit.html", context, status=status)


@login_required
@require_safe
def preview(request: PersonRequest, public_id: str) -> HttpResponse:
    """The summary before sending: as applicants will see it, what it costs, what stands out, what lacks."""
    project = own(request, public_id)
    if not project.is_editable:
        return redirect(project)
    draft = drafts.draft_of(project)
    context = {
        "project": project,
        "parts": drafts.shared_out(draft),
        "faults": faults.faults(draft),
        "findings": checking.findings(project),
        "pause": silence.pause_of(project.company, at=timezone.now()),
        "price": drafts.price_of(project),
        "numbers": drafts.shown_numbers(),
        "steps": steps(2, project),
    }
    return render(request, "projects/preview.html", context)


@login_required
@require_POST
def send(request: PersonRequest, public_id: str) -> HttpResponse:
    project, version = own(request, public_id), VersionForm(request.POST).seen
    try:
        posting.send_to_moderation(project, by=request.user, at=timezone.now(), version=version)
    except faults.Incomplete:
        return redirect("projects:preview", public_id)
    messages.success(request, "Sent. A moderator looks at it, and you get a letter.")
    return redirect(project)


@login_required
@require_POST
def pause(request: PersonRequest, public_id: str) -> HttpResponse:
    project, version = own(request, public_id), VersionForm(request.POST).seen
    posting.pause(project, by=request.user, at=timezone.now(), version=version)
    messages.success(request, "Paused. Nobody can apply until you go on; the dates stay.")
    return redirect(project)


@login_required
@require_POST
def resume(request: PersonRequest, public_id: str) -> HttpResponse:
    project, version = own(request, public_id), VersionForm(request.POST).seen
    posting.resume(project, by=request.user, at=timezone.now(), version=version)
    messages.success(request, "Open again for applications.")
    return redirect(project)


@login_required
@require_POST
def close_early(request: PersonRequest, public_id: str) -> HttpResponse:
    project, version = own(request, public_id), VersionForm(request.POST).seen
    posting.close_early(project, by=request.user, at=timezone.now(), version=version)
    messages.success(request, "Closed to applications. Everyone who applied still hears by the date.")
    return redirect(project)


@login_required
@require_POST
def discard(request: PersonRequest, public_id: str) -> HttpResponse:
    project, version = own(request, public_id), VersionForm(request.POST).seen
    posting.discard(project, by=request.user, at=timezone.now(), version=version)
    messages.success(request, "The draft is gone.")
    return redirect("projects:mine")


@login_required
@require_POST
def duplicate(request: PersonRequest, public_id: str) -> HttpResponse:
    copy = posting.duplicate(own(request, public_id), by=request.user, at=timezone.now())
    messages.success(request, "This is a copy, and a draft. The other project stays as it is.")
    return redirect("projects:edit", copy.public_id)


def steps(now: int, project: Project | None = None) -> list[dict[str, str]]:
    addresses = ["", project.get_absolute_url() + "edit/" if project else "", ""]
    return [
        {
            "label": label,
            "state": "done" if i < now else "now" if i == now else "next",
            "href": addresses[i] if i < now else "",
        }
        for i, label in enumerate(STEPS)
    ]
