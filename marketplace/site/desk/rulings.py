"""The pages on which an admin divides what is held for a part, or proposes a finding of fraud."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.forms import NamesWhatIsMissing
from payments import awarding, finding_fraud
from payments.models import FraudFinding, Release, Share


def words(label: str) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=1000, widget=area, help_text="They read this.")


class AwardForm(NamesWhatIsMissing, forms.Form):
    """How much of one part the student gets; everything else follows from that."""

    student = forms.DecimalField(
        label="What the student gets", min_value=0, max_digits=10, decimal_places=2, help_text="As 120.50."
    )
    note = words("Why")


class FindingForm(NamesWhatIsMissing, forms.Form):
    """What was found, for the student who may appeal."""

    codes = forms.MultipleChoiceField(
        label="What it is", choices=FraudFinding.Reason.choices, widget=forms.CheckboxSelectMultiple
    )
    note = words("What shows it")


@require_http_methods(["GET", "HEAD", "POST"])
def award(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    """Divide what is held for one part."""
    shares = Share.objects.select_related(
        "deliverable", "hold__engagement__company", "hold__engagement__student"
    )
    share = get_object_or_404(shares, hold__engagement__public_id=public_id, deliverable__number=number)
    form = AwardForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"share": share, "form": form, "title": f"Divide {share.deliverable}"}
    if not form.is_valid():
        return shown(request, "award", context, status=422 if form.errors else 200)
    cents = int(form.cleaned_data["student"] * 100)
    try:
        context["division"] = awarding.preview(share, student_cents=cents)
        if "do" not in request.POST:
            return shown(request, "award", context)
        given = {"student_cents": cents, "note": form.cleaned_data["note"]}
        done = awarding.divide(share, by=request.user, at=timezone.now(), **given)
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return shown(request, "award", context, status=409)
    return said(request, done)


@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: PersonRequest, public_id: str) -> HttpResponse:
    """Propose that money that was sent was got by fraud."""
    release = get_object_or_404(
        Release.objects.select_related("share__deliverable", "share__hold__engagement__company"),
        public_id=public_id,
    )
    form = FindingForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"release": release, "form": form, "title": f"Fraud: {release.amount}"}
    if not form.is_valid():
        return shown(request, "finding", context, status=422 if form.errors else 200)
    try:
        done = finding_fraud.find(release, by=request.user, at=timezone.now(), **form.cleaned_data)
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return shown(request, "finding", context, status=409)
    return said(request, done)


def said(request: HttpRequest, done: Any) -> HttpResponse:
    waits = done.status == "proposed"
    messages.success(request, f"{done}: " + ("waits for a second signature." if waits else "done."))
    return redirect("admin:desk")


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    everywhere = admin.site.each_context(request)
    return TemplateResponse(request, f"admin/desk/{template}.html", everywhere | context, status=status)
