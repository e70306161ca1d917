"""Doors for approving work, taking the click back, and cancelling before the start."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import PersonRequest
from marketplace.kernel.money import total
from payments import operations, refunding, releasing
from payments.forms import CancelForm, VersionForm
from payments.http import deliverable_or_404, engagement_or_404, only_sides


@login_required
@require_POST
def approve_work(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    deliverable = deliverable_or_404(request, public_id, number)
    version = VersionForm.seen(request.POST)
    release = releasing.approve_work(deliverable, by=request.user, at=timezone.now(), version=version)
    messages.success(request, f"Approved. {release.amount} goes to {deliverable.engagement.student}.")
    return redirect(deliverable.engagement)


@login_required
@require_POST
def undo_approval(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    deliverable = deliverable_or_404(request, public_id, number)
    releasing.undo_approval(deliverable, by=request.user, at=timezone.now())
    messages.success(request, "The approval is taken back. The review goes on with its old end.")
    return redirect(deliverable.engagement)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PersonRequest, public_id: str) -> HttpResponse:
    engagement = engagement_or_404(request, public_id)
    only_sides(engagement, request)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        refunds = refunding.cancel_before_start(engagement, by=request.user, at=timezone.now(), reason=reason)
        for refund in refunds:
            operations.run_now(refund, at=timezone.now())
        back = total([refund.amount for refund in refunds])
        messages.success(request, f"Cancelled. {back} goes back to the card.")
        return redirect(engagement)
    context = {"form": form, "engagement": engagement}
    return render(request, "payments/cancel.html", context, status=422 if form.is_bound else 200)
