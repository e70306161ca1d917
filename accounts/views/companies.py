"""What everybody may see of a company, and where its owner changes it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import onboarding
from accounts.forms import EditCompanyForm
from accounts.http import PersonRequest
from accounts.models import Company
from marketplace.kernel import paging

SHOWN = 10


@require_safe
def company(request: HttpRequest, slug: str) -> HttpResponse:
    companies = Company.objects.visible_to(request.user).select_related("industry")
    found = get_object_or_404(companies, slug=slug)
    opened, done = found.projects.open().for_cards(), found.engagements.both_may_show().for_portfolio()
    context: dict[str, Any] = {
        "company": found,
        "is_member": request.user.is_authenticated and found.has_member(request.user),
        "is_owner": request.user.is_authenticated and found.is_owned_by(request.user),
        "open": paging.newest(opened, request.GET, name="after", by="published_at", size=SHOWN),
        "done": paging.newest(done, request.GET, name="before", by="finished_at", size=SHOWN),
    }
    context |= found.projects.answers(at=timezone.now())
    return render(request, "accounts/company.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_company(request: PersonRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Company.objects.visible_to(request.user), slug=slug)
    if not found.is_owned_by(request.user):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else None
    known = model_to_dict(found, EditCompanyForm.Meta.fields)
    form = EditCompanyForm(sent, initial=known, is_proven=found.is_proven)
    if form.is_valid():
        changed = onboarding.edit_company(found, by=request.user, **form.cleaned_data)
        messages.success(request, f"The page of {changed.name} is saved.")
        return redirect(changed)
    context = {"form": form, "company": found}
    return render(request, "accounts/edit_company.html", context, status=422 if form.errors else 200)
