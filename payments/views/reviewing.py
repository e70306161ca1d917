"""Doors for handing work in and for asking for changes."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import PersonRequest
from payments import extending, reviewing
from payments.forms import ChangesForm, DeliveryForm, MoreTimeForm, VersionForm
from payments.http import deliverable_or_404, only_company, only_student


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submit_work(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    deliverable = deliverable_or_404(request, public_id, number)
    only_student(deliverable.engagement, request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DeliveryForm(*sent, deliverable=deliverable)
    if form.is_valid():
        reviewing.submit_work(deliverable, by=request.user, at=timezone.now(), **form.delivery())
        messages.success(request, "Delivered. The review window has started.")
        return redirect(deliverable.engagement)
    context = {"form": form, "deliverable": deliverable, "engagement": deliverable.engagement}
    return render(request, "payments/deliver.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_changes(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    deliverable = deliverable_or_404(request, public_id, number)
    only_company(deliverable.engagement.company, request)
    sent = request.POST if request.method == "POST" else None
    form = ChangesForm(sent, deliverable=deliverable)
    seen = VersionForm(sent or {"version": deliverable.version})
    if form.is_valid() and seen.is_valid():
        version = seen.cleaned_data["version"]
        reviewing.ask_for_changes(
            deliverable, by=request.user, at=timezone.now(), version=version, **form.cleaned_data
        )
        messages.success(request, "Sent. The student knows which criteria to work on.")
        return redirect(deliverable.engagement)
    context = {"form": form, "deliverable": deliverable, "engagement": deliverable.engagement, "seen": seen}
    return render(request, "payments/ask_for_changes.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_more_time(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    deliverable = deliverable_or_404(request, public_id, number)
    only_student(deliverable.engagement, request)
    form = MoreTimeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        extending.take_more_time(deliverable, by=request.user, at=timezone.now(), reason=reason)
        messages.success(request, "You have more time. The employer is told.")
        return redirect(deliverable.engagement)
    context = {
        "form": form,
        "deliverable": deliverable,
        "engagement": deliverable.engagement,
        "days": settings.EXTENSION_DAYS,
    }
    return render(request, "payments/more_time.html", context, status=422 if form.is_bound else 200)
