"""Pages of a student who applies: the form, where all applications stand, one application."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import onboarding
from accounts.http import PersonRequest
from accounts.models import StudentProfile, User
from marketplace.kernel.errors import RuleViolation, StalePage
from marketplace.kernel.http import followed
from projects import applying, bidding, matching, narrating, reopening
from projects.budgeting import budget_of
from projects.forms.applying import ApplicationForm, VersionForm
from projects.forms.listing import FromForm
from projects.models import Application, Project, Waiting
from projects.models.applications import WHY
from projects.views import following

MOST_WAITING = 50  # of one student, shown at once


@login_required(login_url="account_signup")
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: PersonRequest, public_id: str) -> HttpResponse:
    """The form, or what stands in the way. Whoever applied before is led to that application."""
    seen = Project.objects.visible_to(request.user).select_related("company")
    project = get_object_or_404(seen, public_id=public_id)
    sent = request.POST if request.method == "POST" else None
    form = ApplicationForm(sent, project=project, asks_eligibility=asks_eligibility(request))
    try:
        if form.is_valid():
            return send(request, project, form)
        applying.check_may_apply(project, by=request.user, at=timezone.now())
    except bidding.AlreadyApplied as error:
        messages.info(request, str(error))
        return redirect(error.application)
    except applying.AlreadyWaiting as error:
        messages.info(request, str(error))
        return redirect("projects:applications")
    except RuleViolation as error:
        return stopped(request, project, form, error)
    return page(request, project, form, status=422 if form.is_bound else 200)


def asks_eligibility(request: PersonRequest) -> bool:
    """Whether the form asks how the student may work: once, until they have said it."""
    if not request.user.is_student:
        return False
    return not request.user.student_profile.may_work_as or "may_work_as" in request.POST


def stopped(
    request: PersonRequest, project: Project, form: ApplicationForm, error: RuleViolation
) -> HttpResponse:
    """What stands in the way: beside the question how one may work where the form asks it, else above the form."""
    if isinstance(error, applying.PlacesTaken) and form.errors:
        return page(request, project, form, status=422, obstacle=error)
    if not (form.asks_eligibility and isinstance(error, matching.NotEligible)):
        return page(request, project, form, status=409 if form.is_bound else 200, obstacle=error)
    if not form.is_bound or form.errors:
        return page(request, project, form, status=422 if form.is_bound else 200)
    form.add_error("may_work_as", str(error))
    return page(request, project, form, status=409)


def send(request: PersonRequest, project: Project, form: ApplicationForm) -> HttpResponse:
    if form.asks_eligibility:
        told = form.cleaned_data["may_work_as"]
        onboarding.tell_eligibility(request.user.student_profile, may_work_as=told)
    at, bid = timezone.now(), {"version": VersionForm(request.POST).seen, **form.application()}
    if "wait" in request.POST:
        with suppress(applying.PlaceIsFree):  # then the application goes out at once
            applying.wait(project, by=request.user, at=at, **bid)
            messages.success(
                request, "You are on the waiting list. You hear when a place is yours, or none is."
            )
            return redirect("projects:applications")
    application = applying.apply(project, by=request.user, at=at, **bid)
    messages.success(request, f"Sent. {project.company} has your application.")
    return redirect(application)


def page(
    request: PersonRequest,
    project: Project,
    form: ApplicationForm,
    *,
    status: int,
    obstacle: RuleViolation | None = None,
) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "obstacle": obstacle,
        "changed": isinstance(obstacle, StalePage),
        "full": isinstance(obstacle, applying.PlacesTaken),
        "unmatched": isinstance(obstacle, matching.NotEligible),
        "budget": budget_of(request.user, at=timezone.now()),
    }
    return render(request, "projects/apply.html", context, status=status)


@login_required
@require_safe
@followed(following.applications)
def applications(request: PersonRequest) -> HttpResponse:
    """Where I stand, by time left."""
    mine = Application.objects.of(request.user).by_turn().select_related("project__company")
    waiting = Waiting.objects.of(request.user).newest_first().select_related("project__company")
    context: dict[str, Any] = {
        "budget": budget_of(request.user, at=timezone.now()),
        "waiting": waiting[:MOST_WAITING],
    }
    return render(request, "projects/applications.html", context | FromForm(request.GET).page(mine))


@login_required
@require_POST
def leave_list(request: PersonRequest, public_id: str) -> HttpResponse:
    """Wait for a place no longer."""
    waiting = get_object_or_404(Waiting.objects.of(request.user), public_id=public_id)
    applying.leave_list(waiting, by=request.user)
    messages.success(request, "You wait for it no longer.")
    return redirect("projects:applications")


@login_required
@require_safe
@followed(following.application)
def application(request: PersonRequest, public_id: str) -> HttpResponse:
    """One application: its student sees where it stands, the employer can answer it."""
    seen = Application.objects.visible_to(request.user).by_turn()
    seen = seen.select_related("project__company", "student__student_profile")
    application = get_object_or_404(seen, public_id=public_id)
    own = application.student_id == request.user.pk
    context = {
        "application": application,
        "own": own,
        "words": [(WHY, application.motivation), *application.answered]
        if own
        else application.words_for_employer,
        "may_answer": application.project.company.has_member(request.user),
        "cause": narrating.why_it_ended(application),
        "events": narrating.story_of_application(application),
        "engagement": application.engagements.visible_to(request.user).newest_first().first(),
        "page": page_of(application, request.user),
    }
    return render(request, "projects/application.html", context)


def page_of(application: Application, viewer: User) -> StudentProfile | None:
    """The student's page, once the name may be known and where its owner lets this person see it."""
    if application.named_at is None:
        return None
    pages = StudentProfile.objects.visible_to(viewer).select_related("user")
    return pages.filter(user=application.student_id).first()


@login_required
@require_POST
def agree(request: PersonRequest, public_id: str) -> HttpResponse:
    """Asked again after a no: yes."""
    application = get_object_or_404(Application.objects.visible_to(request.user), public_id=public_id)
    version = VersionForm(request.POST).seen
    application = reopening.agree(application, by=request.user, at=timezone.now(), version=version)
    company = application.project.company
    messages.success(request, f"You are on the short-list again. {company} answers by the date below.")
    return redirect(application)


@login_required
@require_POST
def refuse(request: PersonRequest, public_id: str) -> HttpResponse:
    """Asked again after a no: no, thank you."""
    application = get_object_or_404(Application.objects.visible_to(request.user), public_id=public_id)
    version = VersionForm(request.POST).seen
    reopening.refuse(application, by=request.user, at=timezone.now(), version=version)
    messages.success(request, "Thank you. Everything stays as it was.")
    return redirect(application)


@login_required
@require_POST
def withdraw(request: PersonRequest, public_id: str) -> HttpResponse:
    application = get_object_or_404(Application.objects.visible_to(request.user), public_id=public_id)
    version = VersionForm(request.POST).seen
    applying.withdraw(application, by=request.user, at=timezone.now(), version=version)
    messages.success(request, f"Withdrawn. {application.project.company} is told.")
    return redirect("projects:applications")
