"""Where the second person reads what would be done, and signs or refuses it. The address is the key."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.forms import NamesWhatIsMissing
from marketplace.kernel.models import SecondSignature
from marketplace.site.second.kinds import KINDS

SIGN, REFUSE = "sign", "refuse"


class AnswerForm(NamesWhatIsMissing, forms.Form):
    """Yes, or no and why."""

    answer = forms.ChoiceField(
        label="Your answer",
        choices=[(SIGN, "I sign: do it"), (REFUSE, "I refuse: do nothing of it")],
        widget=forms.RadioSelect(attrs={"data-look": "choices-framed"}),
    )
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": "true"}),
        help_text="Needed where you refuse. Admins read it.",
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("answer") == REFUSE and not given.get("reason"):
            self.add_error("reason", "Say why, so that they know what to do instead.")
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def second_signature(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing; what is sent counts once."""
    asked = get_object_or_404(SecondSignature.objects.of_token(token).select_related("asked_by"))
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return shown(request, asked, form, status=422 if form.is_bound else 200)
    kind = KINDS[asked.kind]
    act = kind.sign if form.cleaned_data["answer"] == SIGN else kind.refuse
    try:
        act(asked, at=timezone.now(), reason=form.cleaned_data["reason"])
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return shown(request, asked, form, status=409)
    return redirect(asked)


def shown(request: HttpRequest, asked: SecondSignature, form: AnswerForm, *, status: int) -> HttpResponse:
    asked.refresh_from_db()
    is_open = asked.is_open(at=timezone.now())
    context = {"asked": asked, "form": form, "is_open": is_open}
    over = status == 200 and not is_open and not asked.answer
    return render(request, "site/second_signature.html", context, status=410 if over else status)
