"""The page on which an admin asks that somebody's lost second step is taken off."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import resetting
from accounts.http import PersonRequest
from accounts.models import SecondStepReset, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.forms import NamesWhatIsMissing


class LostForm(NamesWhatIsMissing, forms.ModelForm):  # type: ignore[type-arg]
    """Why the admin believes it."""

    class Meta:
        model = SecondStepReset
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"reason": "Whoever signs reads it. The address of a letter alone shows nothing."}


@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: PersonRequest, public_id: str) -> HttpResponse:
    if not request.user.has_perm("accounts.change_user"):
        raise PermissionDenied
    person = get_object_or_404(User, public_id=public_id)
    form = LostForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return shown(request, person, form, status=422 if form.is_bound else 200)
    try:
        asked = resetting.ask_for(person, by=request.user, at=timezone.now(), **form.cleaned_data)
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return shown(request, person, form, status=409)
    messages.success(request, f"{asked}: the person is told, and a second person is asked to sign.")
    return redirect("admin:desk")


def shown(request: HttpRequest, person: User, form: LostForm, *, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"Take a lost second step off {person}",
        "subject": person,
        "form": form,
        "earlier": person.second_step_resets.order_by("-pk")[:10],
    }
    return TemplateResponse(request, "admin/desk/second_step.html", context, status=status)
