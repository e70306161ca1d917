"""Doors for more work in an engagement: the employer proposes and pays, the student agrees or declines."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation
from payments import adding_work, funding, paying_for_work, stripe_gateway
from payments.forms import AttemptForm, VersionForm
from payments.forms.adding import MoreWorkForm
from payments.http import engagement_or_404, more_work_or_404, only_company, only_student
from payments.models import Hold, MoreWork
from payments.views.leaving import may_leave_to_stripe
from payments.views.offering import to_payment_page
from projects import drafts


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: PersonRequest, public_id: str) -> HttpResponse:
    """One more part, in words, hours and money, with its price; what the rules forbid stands above the form."""
    engagement = engagement_or_404(request, public_id)
    only_company(engagement.company, request)
    form = MoreWorkForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"engagement": engagement, "form": form, "numbers": drafts.shown_numbers()}
    status = 422 if form.is_bound else 200
    if "price" in request.POST:
        status = 200 if form.is_right_so_far() else 422
    elif form.is_valid():
        try:
            adding_work.propose(
                engagement, form.terms(), by=request.user, at=timezone.now(), flagged=form.is_flagged
            )
        except RuleViolation as error:
            context["obstacle"], status = error, 409
        else:
            messages.success(
                request, f"Proposed. {engagement.student} gets a letter. Nothing is charged yet."
            )
            return redirect(engagement)
    return render(request, "payments/propose_more_work.html", context, status=status)


@login_required
@require_POST
def agree(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    more = more_work_or_404(request, public_id, number)
    only_student(more.engagement, request)
    version = VersionForm.seen(request.POST)
    more = adding_work.agree(more, by=request.user, at=timezone.now(), version=version)
    messages.success(request, f"Agreed. Start on it once {more.fee} is held for you: you get a letter.")
    return redirect(more.engagement)


@login_required
@require_POST
def decline(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    more = more_work_or_404(request, public_id, number)
    only_student(more.engagement, request)
    version = VersionForm.seen(request.POST)
    adding_work.decline(more, by=request.user, at=timezone.now(), version=version)
    messages.success(request, "Declined. The work that you have goes on as it is.")
    return redirect(more.engagement)


@login_required
@require_POST
def withdraw(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    more = more_work_or_404(request, public_id, number)
    only_company(more.engagement.company, request)
    adding_work.withdraw(more, by=request.user, at=timezone.now())
    messages.success(request, "Withdrawn. Nothing is charged for it.")
    return redirect(more.engagement)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@may_leave_to_stripe
def pay(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    """What it costs and what follows; then on to its payment page, which is open or new."""
    more = more_work_or_404(request, public_id, number)
    only_company(more.engagement.company, request)
    if request.method == "POST":
        hold = paying_for_work.open_payment(more, by=request.user, at=timezone.now())
        return to_payment_page(
            hold, waiting_at=reverse("payments:more_work_return", args=[public_id, number])
        )
    if more.status != MoreWork.Status.AGREED or more.is_being_charged:
        return redirect(more.engagement)
    return render(request, "payments/pay_more_work.html", {"engagement": more.engagement, "more": more})


@login_required
@require_safe
def checkout_return(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    """Where Stripe sends the employer back to; this page or the webhook, whoever is first, books it."""
    more = more_work_or_404(request, public_id, number)
    only_company(more.engagement.company, request)
    if more.hold is None:
        return redirect(more.engagement)
    try:
        hold = funding.confirm_payment(more.hold, at=timezone.now())
    except stripe_gateway.StripeFailed:
        messages.info(request, "The payment service does not answer just now. Nothing is lost.")
        hold = more.hold
    if hold.status not in {Hold.Status.CHECKOUT_OPEN, Hold.Status.CAPTURING}:
        return redirect(more.engagement)
    context = {"engagement": more.engagement, "pay_url": more.pay_url}
    context["next_try"] = AttemptForm.following(request.GET)
    return render(request, "payments/checkout_return.html", context)
