"""Doors for the offer: make it and reserve the card, accept, decline, withdraw, pay again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from payments import funding, offering, operations, paying_out, stripe_gateway
from payments.forms import CountryForm, VersionForm
from payments.models import Hold, Payee
from payments.views.finding import engagement_or_404
from payments.views.leaving import may_leave_to_stripe
from projects.models import Application, Engagement


@login_required
@require_http_methods(["GET", "POST"])
@may_leave_to_stripe
def offer(request: PersonRequest, public_id: str) -> HttpResponse:
    """What the offer costs and what happens next; then on to the payment page."""
    mine = Application.objects.filter(project__company__in=request.user.company_ids)
    application = get_object_or_404(mine.select_related("project__company", "student"), public_id=public_id)
    if request.method == "GET":
        context = {"application": application, "project": application.project}
        return render(request, "payments/offer.html", context)
    seen = VersionForm(request.POST)
    version = seen.cleaned_data["version"] if seen.is_valid() else 0
    engagement = offering.make_offer(application, by=request.user, at=timezone.now(), version=version)
    return to_payment_page(request, engagement.holds.get())


def to_payment_page(request: PersonRequest, hold: Hold) -> HttpResponse:
    """Open the page now if Stripe answers; else the return page looks again."""
    for operation in hold.operations.filter(kind="checkout", status__in=["planned", "unknown"]):
        operations.run_now(operation, at=timezone.now())
    try:
        address = funding.payment_page(hold)
    except stripe_gateway.StripeFailed:
        address = None
    if address is None:
        return redirect("payments:checkout_return", hold.engagement.public_id)
    return redirect(address)


@login_required
@require_safe
@may_leave_to_stripe
def checkout_return(request: PersonRequest, public_id: str) -> HttpResponse:
    """Where Stripe sends the employer back to; this page or the webhook, whoever is first, books it."""
    engagement = engagement_or_404(request, public_id)
    hold = get_object_or_404(engagement.holds.filter(engagement__company__in=request.user.company_ids))
    try:
        hold = funding.confirm_payment(hold, at=timezone.now())
    except stripe_gateway.StripeFailed:
        messages.info(request, "The payment service does not answer just now. Nothing is lost.")
    if hold.status not in {Hold.Status.CHECKOUT_OPEN, Hold.Status.UNFUNDED}:
        return redirect(engagement)
    return render(request, "payments/checkout_return.html", {"engagement": engagement, "hold": hold})


@login_required
@require_safe
@may_leave_to_stripe
def checkout_left(request: PersonRequest, public_id: str) -> HttpResponse:
    """The payment page was left: it can be opened again until the seat is freed."""
    engagement = engagement_or_404(request, public_id)
    hold = get_object_or_404(engagement.holds.filter(engagement__company__in=request.user.company_ids))
    return render(request, "payments/checkout_left.html", {"engagement": engagement, "hold": hold})


@login_required
@require_POST
@may_leave_to_stripe
def retry_payment(request: PersonRequest, public_id: str) -> HttpResponse:
    """Open the page again, or a new one after a refused card."""
    engagement = engagement_or_404(request, public_id)
    hold = get_object_or_404(engagement.holds.filter(engagement__company__in=request.user.company_ids))
    if hold.status == Hold.Status.CAPTURE_FAILED:
        hold = funding.retry_payment(engagement, by=request.user, at=timezone.now())
    return to_payment_page(request, hold)


@login_required
@require_http_methods(["GET", "POST"])
def accept_offer(request: PersonRequest, public_id: str) -> HttpResponse:
    """Accept; who was never paid before says first in which country their bank account is."""
    engagement = engagement_or_404(request, public_id)
    known = Payee.objects.filter(user=request.user).exists()
    form = CountryForm(request.POST or None, initial={"country": engagement.terms.get("country")})
    if request.method == "POST" and (known or form.is_valid()):
        now = timezone.now()
        if not known:
            paying_out.open_account(request.user, country=form.cleaned_data["country"], at=now)
        return accepted(request, engagement)
    context = {"engagement": engagement, "form": None if known else form}
    return render(request, "payments/accept.html", context, status=422 if form.is_bound else 200)


def accepted(request: PersonRequest, engagement: Engagement) -> HttpResponse:
    now = timezone.now()
    seen = VersionForm(request.POST)
    version = seen.cleaned_data["version"] if seen.is_valid() else 0
    engagement = offering.accept_offer(engagement, by=request.user, at=now, version=version)
    hold = engagement.holds.get()
    operations.run_now(hold.operations.get(kind="capture", slot="capture"), at=now)
    try:
        funding.confirm_payment(hold, at=now)
    except stripe_gateway.StripeFailed:
        messages.info(request, "The card is being charged; this page will show it in a moment.")
    else:
        messages.success(request, "Accepted. The work starts as soon as the money is held.")
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
