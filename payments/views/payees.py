"""Pages for being paid: four plain states, one next step."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest
from accounts.http.proving import asks_again
from payments import operations, paying_out
from payments.forms import CountryForm
from payments.models import Payee
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
    return render(request, "payments/payee.html", {"payee": mine, "form": form})


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
            return render(request, "payments/payee.html", {"payee": None, "form": form}, status=422)
        mine = paying_out.open_account(request.user, country=form.cleaned_data["country"], at=timezone.now())
    operations.run_open(payee=mine, at=timezone.now())
    return redirect(leave(mine))


@login_required
@require_safe
@asks_again(back="payments:payee")
def resume_payee(request: PersonRequest) -> HttpResponse:
    """Where Stripe sends a person whose address had expired: here is a fresh one."""
    return redirect(leave(get_object_or_404(Payee.objects.visible_to(request.user))))


def leave(mine: Payee) -> str:
    return paying_out.setup_address(
        mine,
        return_url=settings.SITE_URL + reverse("payments:payee"),
        refresh_url=settings.SITE_URL + reverse("payments:resume_payee"),
    )
