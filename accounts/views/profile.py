"""A person's own pages: settings, profile, where they are logged in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.forms import model_to_dict
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import onboarding
from accounts.forms import EndSessionForm, KeysForm, ProfileForm, StudentForm
from accounts.http import PersonRequest, end_other_sessions, live_sessions
from accounts.http.second_step import has_second_step
from accounts.models import StudentProfile, Viewing

VIEWINGS = 10  # of the last looks of moderators
CHOSEN = ("skills", "learning_goals", "industries", "job_roles")


@login_required
@require_safe
def settings(request: PersonRequest) -> HttpResponse:
    user = request.user
    memberships = user.memberships.active().select_related("company__industry").order_by("joined_at")
    student = user.student_profile if user.is_student else None
    if student is not None:
        prefetch_related_objects([student], *CHOSEN)
    context = {
        "memberships": memberships,
        "student": student,
        "second_step": has_second_step(user),
        "viewings": Viewing.objects.of(user).newest_first()[:VIEWINGS],
    }
    return render(request, "accounts/settings.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_profile(request: PersonRequest) -> HttpResponse:
    user = request.user
    sent = request.POST if request.method == "POST" else None
    form = ProfileForm(sent, initial=model_to_dict(user, ProfileForm.Meta.fields))
    if form.is_valid():
        onboarding.edit_profile(user, **form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return redirect("accounts:settings")
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_student(request: PersonRequest) -> HttpResponse:
    profile = StudentProfile.objects.filter(user=request.user).first()
    if profile is None:
        return redirect("accounts:welcome_student")
    sent = request.POST if request.method == "POST" else None
    form = StudentForm(sent, initial=model_to_dict(profile, StudentForm.Meta.fields))
    if form.is_valid():
        onboarding.edit_student(profile, **form.cleaned_data)
        messages.success(request, "Your student profile is saved.")
        return redirect("accounts:settings")
    return render(request, "accounts/student.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def choose_keys(request: PersonRequest) -> HttpResponse:
    """Single keys in tables, on or off; back to where the choice was made."""
    form = KeysForm(request.POST)
    on = form.is_valid() and form.cleaned_data["on"]
    onboarding.choose_keys(request.user, on=on)
    messages.success(request, f"Single keys in tables are {'on' if on else 'off'}.")
    return redirect(form.cleaned_data.get("next") or "accounts:settings")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: PersonRequest) -> HttpResponse:
    if request.method == "POST":
        return end_sessions(request)
    context = {
        "sessions": live_sessions(request.user, at=timezone.now()),
        "here": request.session.session_key,
    }
    return render(request, "usersessions/usersession_list.html", context)


def end_sessions(request: PersonRequest) -> HttpResponse:
    """End the named session of this person, or all but the one at hand."""
    form = EndSessionForm(request.POST)
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data["session"]
    end_other_sessions(request, only=chosen)
    messages.success(request, "Logged out there." if chosen else "Logged out everywhere else.")
    return redirect("accounts:sessions")
