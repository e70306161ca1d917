"""The money pages: the totals and payments of each side, and where every cent of one engagement is."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import PersonRequest
from payments import accounting, ledger, receipting
from payments.forms import OlderForm
from payments.http import engagement_with_money
from payments.models import Hold, Payee
from payments.models.bars import bars_of

PAGE = 20


@login_required
@require_safe
def money(request: PersonRequest) -> HttpResponse:
    """What is whose, added up from the book; whoever is on both sides sees both, each for itself."""
    form = OlderForm(request.GET)
    sides = [list_of(side, form) for side in accounting.sides_of(request.user, at=timezone.now())]
    payee = Payee.objects.visible_to(request.user).first()
    return render(request, "payments/money.html", {"sides": sides, "payee": payee})


def list_of(side: accounting.Side, form: OlderForm) -> dict[str, Any]:
    """One page of a side's payments, newest first, each with its bar and the amount that matters there."""
    name = "paid_before" if side.name == "employer" else "before"
    related = side.holds.select_related("engagement__company", "engagement__student", "more_work")
    holds = form.page(related, PAGE, name=name)
    page, more = holds[:PAGE], len(holds) > PAGE
    bars, standings = bars_of(page), ledger.standing_of_each(hold.pk for hold in page)
    rows = [(hold, bars[hold.pk], standings[hold.pk]) for hold in page]
    older = f"?{name}={page[-1].pk}#{side.name}" if more else ""
    told = {"name": side.name, "totals": side.totals, "statements": side.statements}
    return told | {"rows": rows, "older": older}


@login_required
@require_safe
def engagement_money(request: PersonRequest, public_id: str) -> HttpResponse:
    """Every cent of one engagement; the id of one of its payments, as older letters have it, leads here too."""
    engagement = engagement_with_money(request).filter(public_id=public_id).first()
    if engagement is None:
        mine = Hold.objects.visible_to(request.user).select_related("engagement")
        return redirect(
            "payments:engagement_money", get_object_or_404(mine, public_id=public_id).engagement.public_id
        )
    role = engagement.role_of(request.user)
    holds = sorted(engagement.holds.all(), key=lambda hold: hold.number)
    paid = [hold for hold in holds if hold.number == 1 or hold.funded_at]
    context = {
        "engagement": engagement,
        "role": role,
        "journey": accounting.journey_of(engagement, role=role, at=timezone.now()),
        "receipts": [(hold, receipting.receipt_for(hold)) for hold in paid],
    }
    return render(request, "payments/engagement_money.html", context)
