"""Doors for an offer, or more work, that a colleague pays: by letter, and without an account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation
from payments import asking_to_pay
from payments.forms import AttemptForm, PaymentRequestForm, VersionForm
from payments.http import (
    application_of_company,
    asked_for_work_or_404,
    engagement_or_404,
    looked_again,
    more_work_or_404,
    only_company,
    request_or_404,
)
from payments.models import Hold, PaymentRequest
from payments.views.leaving import may_leave_to_stripe
from payments.views.offering import to_payment_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_to_pay(request: PersonRequest, public_id: str) -> HttpResponse:
    """Who pays, and what they should know; sending it chooses the applicant."""
    application = application_of_company(request, public_id)
    form = PaymentRequestForm(request.POST if request.method == "POST" else None)
    context = {"application": application, "project": application.project, "form": form}
    if not form.is_valid():
        return render(request, "payments/ask_to_pay.html", context, status=422 if form.is_bound else 200)
    version = VersionForm.seen(request.POST)
    try:
        asked = asking_to_pay.ask_to_pay(
            application, by=request.user, at=timezone.now(), version=version, **form.cleaned_data
        )
    except RuleViolation as error:
        return render(request, "payments/ask_to_pay.html", context | {"obstacle": error}, status=409)
    messages.success(request, f"Sent to {asked.email}. The offer goes out once their card is reserved.")
    return redirect(asked.work)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_to_pay_for_work(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    """Who pays for more work that was agreed on, and what they should know."""
    more = more_work_or_404(request, public_id, number)
    only_company(more.engagement.company, request)
    form = PaymentRequestForm(request.POST if request.method == "POST" else None)
    context = {"more": more, "engagement": more.engagement, "form": form}
    page = "payments/ask_to_pay_for_work.html"
    if not form.is_valid():
        return render(request, page, context, status=422 if form.is_bound else 200)
    try:
        asked = asking_to_pay.ask_to_pay_for_work(
            more, by=request.user, at=timezone.now(), **form.cleaned_data
        )
    except RuleViolation as error:
        return render(request, page, context | {"obstacle": error}, status=409)
    messages.success(request, f"Sent to {asked.email}. The work is added once they have paid.")
    return redirect(more)


@login_required
@require_POST
def take_back_for_work(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    asked = asked_for_work_or_404(request, public_id, number)
    asking_to_pay.take_back(asked, by=request.user, at=timezone.now())
    messages.success(request, "Taken back. You can pay for it yourself, or ask somebody else.")
    return redirect(asked.work)


@login_required
@require_POST
def take_back(request: PersonRequest, public_id: str) -> HttpResponse:
    engagement = engagement_or_404(request, public_id)
    asked = get_object_or_404(PaymentRequest.objects.visible_to(request.user), engagement=engagement)
    asking_to_pay.take_back(asked, by=request.user, at=timezone.now())
    messages.success(request, "Taken back. Nothing was charged, and the seat is free again.")
    return redirect("projects:applicants", engagement.project.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may_leave_to_stripe
def pay_for(request: HttpRequest, token: str) -> HttpResponse:
    """What is to be paid, for whom and until when; then on to a payment page that is open or new."""
    asked = request_or_404(token)
    if request.method != "POST":
        return shown(request, asked)
    look_again(request, asked)
    try:
        hold = asking_to_pay.open_page(asked, at=timezone.now())
    except RuleViolation:
        return shown(request, request_or_404(token))
    return to_payment_page(hold, waiting_at=reverse("payments:paid_for", args=[token]))


@require_safe
@never_cache
def paid_for(request: HttpRequest, token: str) -> HttpResponse:
    """Where Stripe sends the payer back to; this page or the webhook, whoever is first, books it."""
    asked = request_or_404(token)
    look_again(request, asked)
    asked = request_or_404(token)
    if asked.hold.status != Hold.Status.CHECKOUT_OPEN:
        return redirect(asked)
    return shown(request, asked, is_waiting=True, next_try=AttemptForm.following(request.GET))


def look_again(request: HttpRequest, asked: PaymentRequest) -> None:
    if not looked_again(asked, at=timezone.now()):
        messages.info(request, "The payment service does not answer just now. Nothing is lost.")


def shown(request: HttpRequest, asked: PaymentRequest, **more: object) -> HttpResponse:
    hold = asked.hold
    is_payable = asked.is_payable(hold, at=timezone.now())
    context = {"asked": asked, "engagement": asked.work, "hold": hold, "is_payable": is_payable, **more}
    is_over = not is_payable and hold.authorised_at is None
    return render(request, "payments/pay_for.html", context, status=410 if is_over else 200)
