"""The page on which a person or a company is warned, limited or suspended: seen first, then done."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import PersonRequest
from accounts.models import Company, Sanction, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.forms import NamesWhatIsMissing
from payments import sanctioning

KINDS: dict[str, Any] = {"company": Company, "person": User}


class SanctionForm(NamesWhatIsMissing, forms.Form):
    """What, why, and for how long."""

    level = forms.ChoiceField(label="What", choices=Sanction.Level.choices, widget=forms.RadioSelect)
    codes = forms.MultipleChoiceField(
        label="Why", choices=Sanction.Reason.choices, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label="What happened",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="They read this.",
    )
    days = forms.IntegerField(
        label="For how many days",
        required=False,
        min_value=1,
        max_value=365,
        help_text="Empty: until lifted.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def sanction(request: PersonRequest, kind: str, public_id: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    subject = get_object_or_404(KINDS[kind], public_id=public_id)
    form = SanctionForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"subject": subject, "form": form, "touched": None}
    if not form.is_valid():
        return shown(request, context, status=422 if form.errors else 200)
    given, now = dict(form.cleaned_data), timezone.now()
    days = given.pop("days")
    try:
        if "do" not in request.POST:
            context["touched"] = sanctioning.preview(subject, by=request.user, at=now, **given)
            return shown(request, context)
        ends_at = now + timedelta(days=days) if days else None
        done = sanctioning.impose(subject, by=request.user, at=now, ends_at=ends_at, **given)
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return shown(request, context, status=409)
    waits = done.status == Sanction.Status.PROPOSED
    messages.success(request, f"{done}: " + ("waits for a second signature." if waits else "done."))
    return redirect("admin:desk")


def shown(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    subject = context["subject"]
    against = {"company": subject} if isinstance(subject, Company) else {"person": subject}
    context |= {
        **admin.site.each_context(request),
        "title": f"Warn, limit or suspend {subject}",
        "limit": settings.TWO_ADMINS_CENTS,
        "earlier": Sanction.objects.filter(**against).order_by("-pk")[:20],
    }
    return TemplateResponse(request, "admin/desk/sanction.html", context, status=status)
