"""Where an owner shows that a company is who it says."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import proving
from accounts.forms.proving import NumberForm
from accounts.http import PersonRequest
from accounts.models import Company, CompanyProof
from marketplace.kernel.errors import RuleViolation

Way = CompanyProof.Way


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: PersonRequest, slug: str) -> HttpResponse:
    """The three ways, how far each is, and what to do next."""
    company = get_object_or_404(Company.objects.visible_to(request.user), slug=slug)
    if not company.is_owned_by(request.user):
        raise PermissionDenied
    way = request.POST.get("way", "")
    form = NumberForm(request.POST if way == Way.REGISTRY else None)
    if request.method == "POST" and (way != Way.REGISTRY or form.is_valid()):
        try:
            messages.success(request, done(request, company, way, form))
        except RuleViolation as refusal:
            return shown(request, company, form, refused={way: str(refusal)}, status=409)
        return redirect("accounts:proof", company.slug)
    return shown(request, company, form, status=422 if form.errors else 200)


def done(request: PersonRequest, company: Company, way: str, form: NumberForm) -> str:
    """One step on one way, and what to say of it."""
    by, at = request.user, timezone.now()
    if way == Way.MAIL:
        proving.prove_by_mail(company, by=by, at=at)
        return "Your e-mail domain is shown."
    if way == Way.SITE:
        proving.begin_site(company, by=by, at=at)
        return "Put the text below on your site, then ask us to look."
    if way == "look":
        proving.ask_to_look(get_object_or_404(company.proofs.waiting(), way=Way.SITE), by=by, at=at)
        return "We are looking. Open this page again in a moment."
    if way == Way.REGISTRY:
        proving.tell_number(company, by=by, at=at, **form.cleaned_data)
        return "Sent. A moderator looks the number up within a business day."
    raise PermissionDenied


def shown(
    request: PersonRequest,
    company: Company,
    form: NumberForm,
    *,
    refused: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = {
        proof.way: proof for proof in company.proofs.order_by("pk") if proof.domain in {"", company.domain}
    }
    context: dict[str, Any] = {"company": company, "form": form, "refused": refused or {}, "proofs": found}
    context["limit"] = settings.UNPROVEN_LIMIT_CENTS
    return render(request, "accounts/proof.html", context, status=status)
