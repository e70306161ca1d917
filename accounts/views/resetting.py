"""Where a person says that they did not lose their second step; the address is the key, as they may be logged out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import resetting
from accounts.models import SecondStepReset


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def keep_second_step(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing; the button stops it."""
    reset = get_object_or_404(SecondStepReset.objects.of_token(token))
    if request.method == "POST":
        resetting.stop(reset, at=timezone.now())
        return redirect(reset)
    return render(request, "accounts/keep_second_step.html", {"reset": reset})
