"""Pages on which people make keys for their programs, see when each was used, and revoke them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import keying
from accounts.forms.api_keys import KeyForm
from accounts.http import PersonRequest
from accounts.http.proving import asks_again
from accounts.models import ApiKey
from marketplace.kernel.errors import RuleViolation

PAGE = 50


@login_required
@asks_again(when=lambda request: request.method == "POST")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def api_keys(request: PersonRequest) -> HttpResponse:
    """All keys, and a form for one more; its secret stands on the answer and nowhere else."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            key, secret = keying.make_key(request.user, at=timezone.now(), **form.cleaned_data)
        except RuleViolation as error:
            form.add_error("name", str(error))
            return page(request, form, status=409)
        return page(request, KeyForm(), made=key, secret=secret)
    return page(request, form, status=422 if form.is_bound else 200)


def page(request: PersonRequest, form: KeyForm, *, status: int = 200, **context: Any) -> HttpResponse:
    at, keys = timezone.now(), ApiKey.objects.of(request.user).newest_first()[:PAGE]
    context |= {"form": form, "keys": [(key, key.is_live(at=at)) for key in keys]}
    return render(request, "accounts/api_keys.html", context, status=status)


@login_required
@require_POST
def revoke_key(request: PersonRequest, public_id: str) -> HttpResponse:
    """Needs no second proof of who one is: it only takes away."""
    key = get_object_or_404(ApiKey.objects.of(request.user), public_id=public_id)
    keying.revoke(key, by=request.user, at=timezone.now())
    messages.success(request, f"“{key}” is revoked and opens nothing any more.")
    return redirect("accounts:settings")
