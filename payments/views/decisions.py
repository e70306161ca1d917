"""Decisions of moderators about a person and their companies, and the appeal."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation
from payments import appealing, finding_fraud
from payments.forms import AppealForm
from payments.http import against_me, found_of_me


@login_required
@require_safe
def decisions(request: PersonRequest) -> HttpResponse:
    rows = against_me(request).order_by("-pk")[:50]
    findings = found_of_me(request).order_by("-pk")[:50]
    context = {"rows": rows, "findings": findings, "at": timezone.now()}
    return render(request, "payments/decisions.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def object_to_finding(request: PersonRequest, public_id: str) -> HttpResponse:
    """The student's appeal against a finding of fraud."""
    finding = get_object_or_404(found_of_me(request), public_id=public_id)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        finding_fraud.appeal(finding, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "Sent. Nothing is taken back until somebody else has decided.")
        return redirect("payments:decisions")
    context = {"finding": finding, "form": form}
    return render(request, "payments/object.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: PersonRequest, public_id: str) -> HttpResponse:
    sanction = get_object_or_404(against_me(request), public_id=public_id)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            appealing.appeal(sanction, by=request.user, at=timezone.now(), **form.cleaned_data)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Sent. Somebody else looks at it within a business day.")
            return redirect("payments:decisions")
    context = {"sanction": sanction, "form": form}
    return render(request, "payments/appeal.html", context, status=422 if form.is_bound else 200)
