"""Pages for being paid: four plain states, one next step."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest
from accounts.http.proving import asks_again
from payments import accounting, operations, paying_out
from payments.forms import CountryForm
from payments.models import Payee
from payments.models.payees import NOT_SET_UP
from payments.views.leaving import may_leave_to_stripe


@login_required
@require_safe
@may_leave_to_stripe
def payee(request: PersonRequest) -> HttpResponse:
    """Where the person stands; a look at Stripe when something was open."""
    mine = Payee.objects.visible_to(request.user).first()
    if mine is not None and not mine.is_ready:
        mine = paying_out.refresh_payee(mine, at=timezone.now())
    form = CountryForm.asked_of(request.user) or ""
    return render(request, "payments/payee.html", about(request, mine, form))


def about(request: PersonRequest, mine: Payee | None, form: CountryForm | str) -> dict[str, Any]:
    """Which of the four states it is, with what waits for it; somebody without an account is not set up."""
    waits = accounting.waits_for(request.user)
    return {"payee": mine, "form": form, "state": mine.state if mine else NOT_SET_UP, "waits": waits}


@login_required
@require_POST
@asks_again(back="payments:payee")
@may_leave_to_stripe
def set_up_payee(request: PersonRequest) -> HttpResponse:
    """Open the account where there is none yet, then on to Stripe's own pages."""
    mine = Payee.objects.visible_to(request.user).first()
    form = CountryForm(request.POST)
    if mine is None:
        if not form.is_valid():
            return render(request, "payments/payee.html", about(request, None, form), status=422)
        mine = paying_out.open_account(request.user, country=form.cleaned_data["country"], at=timezone.now())
    operations.run_open(payee=mine, at=timezone.now())
    return redirect(leave(mine))


@login_required
@require_safe
@asks_again(back="payments:payee")
def resume_payee(request: PersonRequest) -> HttpResponse:
    """Where Stripe sends a person whose address had expired: here is a fresh one."""
    return redirect(leave(get_object_or_404(Payee.objects.visible_to(request.user))))


@login_required
@require_POST
@asks_again(back="payments:payee")
@may_leave_to_stripe
def see_payouts(request: PersonRequest) -> HttpResponse:
    """On to the person's own pages at Stripe: what reached the bank and when, and the bank account itself."""
    return redirect(paying_out.payouts_address(get_object_or_404(Payee.objects.visible_to(request.user))))


def leave(mine: Payee) -> str:
    return paying_out.setup_address(
        mine,
        return_url=settings.SITE_URL + reverse("payments:payee"),
        refresh_url=settings.SITE_URL + reverse("payments:resume_payee"),
    )
