"""The page on which an operator lifts a pause of posting."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import PersonRequest
from accounts.models import Company
from projects import pardoning, silence
from projects.forms.moderating import PardonForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: PersonRequest, slug: str) -> HttpResponse:
    company = get_object_or_404(Company.objects.visible_to(request.user), slug=slug)
    if not request.user.is_staff:
        raise PermissionDenied
    form = PardonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        pardoning.lift_pause(company, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"{company} may post again.")
        return redirect(company)
    context = {
        "company": company,
        "form": form,
        "pause": silence.pause_of(company, at=timezone.now()),
        "pardons": company.pardons.select_related("by").order_by("-pk")[:20],
    }
    return render(request, "projects/lift_pause.html", context, status=422 if form.is_bound else 200)
