"""Doors for the offer: make it and reserve the card, pay again, accept, decline, withdraw."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from payments import funding, offering, stripe_gateway
from payments.forms import AcceptForm, AttemptForm, VersionForm
from payments.http import (
    accept,
    application_of_company,
    engagement_or_404,
    only_student,
    paid_by_me,
    payment_address,
)
from payments.models import Hold
from payments.views.leaving import may_leave_to_stripe
from projects import matching
from projects.models import Engagement


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@may_leave_to_stripe
def offer(request: PersonRequest, public_id: str) -> HttpResponse:
    """What the offer costs and what happens next; then on to the payment page."""
    application = application_of_company(request, public_id)
    if request.method != "POST":
        context = {"application": application, "project": application.project}
        return render(request, "payments/offer.html", context)
    version = VersionForm.seen(request.POST)
    engagement = offering.make_offer(application, by=request.user, at=timezone.now(), version=version)
    return to_payment_page(engagement.holds.get(number=1))


def to_payment_page(hold: Hold, *, waiting_at: str = "") -> HttpResponse:
    """Open the page now if Stripe answers; else the return page, or the one `waiting_at`, looks again."""
    address = payment_address(hold, at=timezone.now())
    if address is None:
        return redirect(waiting_at or reverse("payments:checkout_return", args=[hold.engagement.public_id]))
    return redirect(address)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@may_leave_to_stripe
def pay(request: PersonRequest, public_id: str) -> HttpResponse:
    """Back to the payment page that was left, or to a new one after a refused card."""
    hold = paid_by_me(request, public_id)
    if hold.status not in Hold.UNPAID:
        return redirect(hold.engagement)
    if request.method != "POST":
        return render(request, "payments/pay.html", {"engagement": hold.engagement, "hold": hold})
    return to_payment_page(funding.retry_payment(hold.engagement, by=request.user, at=timezone.now()))


@login_required
@require_safe
def checkout_return(request: PersonRequest, public_id: str) -> HttpResponse:
    """Where Stripe sends the employer back to; this page or the webhook, whoever is first, books it."""
    hold = paid_by_me(request, public_id)
    try:
        hold = funding.confirm_payment(hold, at=timezone.now())
    except stripe_gateway.StripeFailed:
        messages.info(request, "The payment service does not answer just now. Nothing is lost.")
    if hold.status != Hold.Status.CHECKOUT_OPEN:
        return redirect(hold.engagement)
    context = {"engagement": hold.engagement, "pay_url": reverse("payments:pay", args=[public_id])}
    context["next_try"] = AttemptForm.following(request.GET)
    return render(request, "payments/checkout_return.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept_offer(request: PersonRequest, public_id: str) -> HttpResponse:
    """Accept; what was never asked is asked first: in which country one is paid, and how one may work."""
    engagement = engagement_or_404(request, public_id)
    only_student(engagement, request)
    if request.method != "POST" and engagement.status != Engagement.Status.OFFERED:
        return redirect(engagement)
    form = AcceptForm.asked_of(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            return accepted(request, engagement, form.cleaned_data if form else {})
        except matching.NotEligible as error:
            return stopped(request, engagement, form, error)
    context = {"engagement": engagement, "form": form}
    return render(request, "payments/accept.html", context, status=422 if form and form.is_bound else 200)


def stopped(
    request: PersonRequest, engagement: Engagement, form: AcceptForm | None, error: matching.NotEligible
) -> HttpResponse:
    """Why not: beside the question how one may work where that is asked, else above the form."""
    context: dict[str, Any] = {"engagement": engagement, "form": form}
    if form is not None and form.asks_eligibility:
        form.add_error("may_work_as", str(error))
    else:
        context["obstacle"] = error
    return render(request, "payments/accept.html", context, status=409)


def accepted(request: PersonRequest, engagement: Engagement, answers: dict[str, Any]) -> HttpResponse:
    version = VersionForm.seen(request.POST)
    engagement = accept(engagement, by=request.user, at=timezone.now(), version=version, answers=answers)
    if engagement.status == Engagement.Status.ACTIVE:
        messages.success(request, "Accepted, and the money is held. The work can start.")
    else:
        messages.info(request, "Accepted. The card is being charged; the work starts when the money is held.")
    return redirect(engagement)


@login_required
@require_POST
def decline_offer(request: PersonRequest, public_id: str) -> HttpResponse:
    engagement = engagement_or_404(request, public_id)
    offering.decline_offer(engagement, by=request.user, at=timezone.now())
    messages.success(request, "Declined. The reservation on the employer’s card is given back.")
    return redirect("projects:applications")


@login_required
@require_POST
def withdraw_offer(request: PersonRequest, public_id: str) -> HttpResponse:
    engagement = engagement_or_404(request, public_id)
    offering.withdraw_offer(engagement, by=request.user, at=timezone.now())
    messages.success(request, "The offer is withdrawn. The reservation on your card is given back.")
    return redirect(engagement)
