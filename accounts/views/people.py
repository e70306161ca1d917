"""A student's page: as others see it, and where its owner changes it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import onboarding
from accounts.forms.page import PageForm
from accounts.http import PersonRequest
from accounts.models import StudentProfile
from marketplace.kernel import paging

CHOSEN = ("skills", "learning_goals", "industries", "job_roles")
FINISHED_SHOWN = 10


@require_safe
def person(request: HttpRequest, public_id: str) -> HttpResponse:
    pages = StudentProfile.objects.visible_to(request.user).select_related("user").prefetch_related(*CHOSEN)
    profile = get_object_or_404(pages, user__public_id=public_id)
    own = profile.user_id == request.user.pk
    return render(request, "accounts/person.html", {"own": own, **shown(request, profile)})


def shown(request: HttpRequest, profile: StudentProfile) -> dict[str, Any]:
    """What stands on the page."""
    finished = profile.user.engagements.both_may_show().for_portfolio()
    work = finished if profile.shows_work else finished.none()
    return {
        "profile": profile,
        "work": paging.newest(work, request.GET, name="before", by="finished_at", size=FINISHED_SHOWN),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: PersonRequest) -> HttpResponse:
    """The form, and below it the page as others see it now."""
    mine = StudentProfile.objects.filter(user=request.user).select_related("user")
    profile = mine.prefetch_related(*CHOSEN).first()
    if profile is None:
        return redirect("accounts:welcome_student")
    sent = request.POST if request.method == "POST" else None
    form = PageForm(sent, initial=model_to_dict(profile, [*PageForm.Meta.fields, "links"]))
    if form.is_valid():
        onboarding.edit_page(profile, **form.page())
        messages.success(request, "Your page is saved.")
        return redirect("accounts:page")
    context = {"form": form, **shown(request, profile)}
    return render(request, "accounts/page.html", context, status=422 if form.errors else 200)
