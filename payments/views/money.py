"""The money pages: what is held, on its way and paid, and a receipt for each engagement."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import PersonRequest
from payments import ledger, receipting
from payments.forms import OlderForm
from payments.models import Hold, Payee
from payments.models.bars import bars_of

PAGE = 20


@login_required
@require_safe
def money(request: PersonRequest) -> HttpResponse:
    mine = Hold.objects.visible_to(request.user).select_related("engagement__company", "engagement__student")
    holds = OlderForm(request.GET).page(mine, PAGE)
    page, more = holds[:PAGE], len(holds) > PAGE
    bars = bars_of(page)
    rows = [(hold, bars[hold.pk]) for hold in page]
    payee = Payee.objects.visible_to(request.user).first()
    context = {"rows": rows, "payee": payee, "older": page[-1].pk if more else None}
    return render(request, "payments/money.html", context)


@login_required
@require_safe
def receipt(request: PersonRequest, public_id: str) -> HttpResponse:
    related = ("engagement__company", "engagement__student", "engagement__payment_request")
    mine = Hold.objects.visible_to(request.user).select_related(*related)
    hold = get_object_or_404(mine, public_id=public_id)
    context = {
        "hold": hold,
        "engagement": hold.engagement,
        "receipt": receipting.receipt_for(hold),
        "moves": receipting.moves_of(hold),
        "balances": ledger.balances_of(hold.pk),
    }
    return render(request, "payments/receipt.html", context)
