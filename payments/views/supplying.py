"""Doors for promised materials: the company hands one over, the student asks for what is overdue."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import PersonRequest
from payments import leaving, supplying
from payments.forms import LeavingForm, MaterialForm
from payments.http import engagement_or_404, only_company, only_student
from projects.models import PromisedMaterial


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give_material(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    mine = PromisedMaterial.objects.visible_to(request.user).select_related("engagement__company")
    material = get_object_or_404(mine, engagement__public_id=public_id, number=number)
    only_company(material.engagement.company, request)
    if request.method != "POST" and material.given_at is not None:
        return redirect(material.engagement)
    form = MaterialForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        supplying.give_material(material, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "Handed over. The student is told.")
        return redirect(material.engagement)
    context = {"form": form, "material": material, "engagement": material.engagement}
    return render(request, "payments/give_material.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def ask_for_materials(request: PersonRequest, public_id: str) -> HttpResponse:
    engagement = engagement_or_404(request, public_id)
    only_student(engagement, request)
    supplying.ask_for_materials(engagement, by=request.user, at=timezone.now())
    messages.success(request, f"Asked. {engagement.company} gets a letter now.")
    return redirect(engagement)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: PersonRequest, public_id: str) -> HttpResponse:
    """The amounts once more, and the click; what the page showed comes back to be compared."""
    engagement = engagement_or_404(request, public_id)
    only_student(engagement, request)
    at = timezone.now()
    form = LeavingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        left = leaving.leave(engagement, by=request.user, at=at, **form.cleaned_data)
        messages.success(request, f"You left. {left.amount} is on its way to you.")
        return redirect(engagement)
    sums = leaving.sums_of(engagement, at=at)
    if sums is None or not sums.is_open:
        return redirect(engagement)
    context = {
        "engagement": engagement,
        "sums": sums,
        "label": f"Leave with {sums.pay}",
        "times": settings.LEAVING_TIMES,
        "days": settings.LEAVING_DAYS,
    }
    return render(request, "payments/leave.html", context, status=422 if form.is_bound else 200)
