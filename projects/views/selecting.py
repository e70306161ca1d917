"""Pages of an employer who compares applicants and answers them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from accounts.models import Skill
from marketplace.kernel.http import followed
from marketplace.templatetags.display import day
from projects import opening, places, reopening, selecting
from projects.forms.applying import VersionForm
from projects.forms.selecting import ApplicantsForm, DeclineForm, DeclineManyForm, MarkedForm, ReturnForm
from projects.models import Application, Project
from projects.views import following

PAGE = 50


@login_required
@require_safe
@followed(following.applicants)
def applicants(request: PersonRequest, public_id: str) -> HttpResponse:
    """All applicants of a project side by side; a moderator may look."""
    seen = Project.objects.visible_to(request.user).select_related("company").with_waiting()
    known = seen.prefetch_related(Prefetch("skills", Skill.objects.order_by("name")))
    project = get_object_or_404(known, public_id=public_id)
    if not (project.company.has_member(request.user) or request.user.is_staff):
        raise PermissionDenied
    form = ApplicantsForm(request.GET, project=project)
    rows = form.chosen(project.applications.all()).select_related("student__student_profile")
    listed = form.page(rows.prefetch_related("student__student_profile__skills"), size=PAGE)
    seats = places.seats_of(project)
    context = {
        "project": project,
        "form": form,
        "list": form.query(),
        "addresses": form.addresses(),
        "keys": request.user.shortcut_keys,
        "may_answer": project.company.has_member(request.user),
        "filled": Application.DeclineReason.FILLED.label,
        "offers": seats.offers,
        "may_open_again": opening.has_room(project, seats),
        "free_since": places.free_again_since(project, seats, at=timezone.now()),
    }
    context |= project.applications.standing()
    return render(request, "projects/applicants.html", context | listed)


def chosen_for(request: PersonRequest, public_id: str) -> Project:
    """A project whose applicants this person answers; 404 where not seen, 403 where only seen."""
    seen = Project.objects.visible_to(request.user).select_related("company")
    project = get_object_or_404(seen, public_id=public_id)
    if not project.company.has_member(request.user):
        raise PermissionDenied
    return project


def received(request: PersonRequest, public_id: str) -> Application:
    """One that this person may answer for their company; 404 where not seen, 403 where only seen."""
    seen = Application.objects.visible_to(request.user).select_related("project__company", "student")
    application = get_object_or_404(seen, public_id=public_id)
    if not application.project.company.has_member(request.user):
        raise PermissionDenied
    return application


@login_required
@require_POST
def shortlist(request: PersonRequest, public_id: str) -> HttpResponse:
    application = received(request, public_id)
    version = VersionForm(request.POST).seen
    application = selecting.shortlist(application, by=request.user, at=timezone.now(), version=version)
    messages.success(request, f"{application.applicant} is on the short-list and was told.")
    return redirect(ReturnForm(request.POST).address(application))


@login_required
@require_POST
def keep_second(request: PersonRequest, public_id: str) -> HttpResponse:
    application = received(request, public_id)
    version = VersionForm(request.POST).seen
    application = selecting.keep_second(application, by=request.user, at=timezone.now(), version=version)
    messages.success(request, f"{application.applicant} is second in line and was told until when.")
    return redirect(ReturnForm(request.POST).address(application))


@login_required
@require_POST
def ask_again(request: PersonRequest, public_id: str) -> HttpResponse:
    application = received(request, public_id)
    version = VersionForm(request.POST).seen
    application = reopening.ask_again(application, by=request.user, at=timezone.now(), version=version)
    until = day(application.asked_until)
    messages.success(request, f"{application.applicant} is asked, and answers by {until} with one click.")
    return redirect(ReturnForm(request.POST).address(application))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: PersonRequest, public_id: str) -> HttpResponse:
    """Say no, with the reason that the student reads."""
    application = received(request, public_id)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    left = ReturnForm(request.POST if form.is_bound else request.GET)
    if form.is_valid():
        version = VersionForm(request.POST).seen
        at = timezone.now()
        selecting.decline(application, by=request.user, at=at, version=version, **form.decision())
        messages.success(request, f"Declined. {application.applicant} reads your reason.")
        return redirect(left.address(application))
    context = {
        "application": application,
        "form": form,
        "back": left.address(application),
        "list": left.list_of(application.project),
    }
    return render(request, "projects/decline.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decline_many(request: PersonRequest, public_id: str) -> HttpResponse:
    """Say no to those that were marked, or to all the rest: a reason for all, another for whom one likes."""
    project = chosen_for(request, public_id)
    sent = request.POST if request.method == "POST" else None
    marked = MarkedForm(sent or request.GET)
    rows = marked.rows_of(project)
    form = DeclineManyForm(sent, applications=rows)
    if rows and form.is_valid():
        noes = form.noes()
        told, left = selecting.decline_many(project, by=request.user, at=timezone.now(), noes=noes)
        say_who_was_told(request, told, left)
        return redirect("projects:applicants", project.public_id)
    context = {"project": project, "form": form, "rest": marked.cleaned_data["rest"]}
    return render(request, "projects/decline_many.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def close_the_rest(request: PersonRequest, public_id: str) -> HttpResponse:
    """Every seat is taken: one click tells all who still wait."""
    project = chosen_for(request, public_id)
    version = VersionForm(request.POST).seen
    told = selecting.close_the_rest(project, by=request.user, at=timezone.now(), version=version)
    if told:
        messages.success(request, f"Closed {len(told)}. Each of them reads that all seats were filled.")
    else:
        messages.info(request, "Nobody waits for an answer any more.")
    return redirect("projects:applicants", project.public_id)


def say_who_was_told(request: PersonRequest, told: list[Application], left: list[Application]) -> None:
    if told:
        messages.success(request, f"Declined {len(told)}. Each of them reads their reason.")
    for row in left:
        now = row.get_status_display().lower()
        messages.warning(request, f"{row.applicant} changed meanwhile (now: {now}) and was told nothing.")
