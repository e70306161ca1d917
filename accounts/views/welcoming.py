"""The first steps after sign-up: at most three, each kept while one goes back and forth."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import onboarding
from accounts.forms import STUDENT, CompanyForm, InterestsForm, IntroductionForm, SchoolForm
from accounts.http import Draft, PersonRequest
from accounts.models import User

View = Callable[[PersonRequest], HttpResponse]

FIRST = "About you"
STUDENT_STEPS = ["Age and school", "Skills and interests"]
EMPLOYER_STEPS = ["Your company"]


def introduced(view: View) -> View:
    """Lets through to the second step who has done the first; where they were going is remembered."""

    @wraps(view)
    def wrapped(request: PersonRequest) -> HttpResponse:
        Draft(request).note_next()
        return view(request) if request.user.name else redirect("accounts:welcome")

    return wrapped


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def introduce(request: PersonRequest) -> HttpResponse:
    user, draft = request.user, Draft(request)
    if not user.needs_onboarding and not user.is_staff:
        return redirect("accounts:settings")
    draft.note_next()
    zone = "" if user.time_zone == "UTC" else user.time_zone
    form = draft.form("introduction", IntroductionForm, initial={"name": user.name, "time_zone": zone})
    if form.is_valid():
        onboarding.edit_profile(user, **form.profile())
        is_student = form.cleaned_data["side"] == STUDENT
        return redirect("accounts:welcome_student" if is_student else "accounts:welcome_company")
    return page(request, "introduction", form, [])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@introduced
def tell_school(request: PersonRequest) -> HttpResponse:
    if request.user.is_student:
        return redirect("accounts:settings")
    draft, today = Draft(request), timezone.localdate()
    form = draft.form("school", SchoolForm, today=today)
    if draft.goes_back:
        return redirect("accounts:welcome")
    if form.is_valid():
        return redirect("accounts:welcome_interests")
    return page(request, "school", form, steps(request.user, STUDENT_STEPS, now=0))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@introduced
def tell_interests(request: PersonRequest) -> HttpResponse:
    draft, at = Draft(request), timezone.now()
    school = draft.filled("school", SchoolForm, today=timezone.localdate(at))
    form = draft.form("interests", InterestsForm)
    if request.user.is_student or draft.goes_back or not school.is_valid():
        return redirect("accounts:settings" if request.user.is_student else "accounts:welcome_student")
    if form.is_valid():
        onboarding.become_student(request.user, at=at, **school.cleaned_data, **form.cleaned_data)
        messages.success(request, "Your student profile is ready.")
        return redirect(draft.finish())
    return page(request, "interests", form, steps(request.user, STUDENT_STEPS, now=1))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@introduced
def tell_company(request: PersonRequest) -> HttpResponse:
    draft = Draft(request)
    form = draft.form("company", CompanyForm)
    if request.user.is_employer or draft.goes_back:
        return redirect("accounts:settings" if request.user.is_employer else "accounts:welcome")
    if form.is_valid():
        company = onboarding.found_company(request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"{company.name} is on the site.")
        return redirect(draft.finish())
    return page(request, "company", form, steps(request.user, EMPLOYER_STEPS, now=0))


def page(request: PersonRequest, name: str, form: BaseForm, shown: list[dict[str, Any]]) -> HttpResponse:
    number = next((i for i, step in enumerate(shown, start=1) if step["state"] == "now"), 1)
    context = {"form": form, "steps": shown, "number": number}
    return render(request, f"accounts/welcome_{name}.html", context, status=422 if form.errors else 200)


def steps(user: User, own: list[str], *, now: int) -> list[dict[str, Any]]:
    """The steps of this side, after the first one for those who are new; `now` counts from its own."""
    before = [FIRST] if user.needs_onboarding else []
    now += len(before)
    return [
        {"label": label, "state": "done" if i < now else "now" if i == now else "next"}
        for i, label in enumerate(before + own)
    ]
