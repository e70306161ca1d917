"""Reporting something, and whom one does not want to meet."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from accounts.models import Block
from marketplace.kernel.errors import RuleViolation
from projects import blocking
from projects.forms.reporting import ReportForm
from projects.http.reporting import subject_or_404, tell, two_sides


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: PersonRequest, kind: str, key: str) -> HttpResponse:
    subject = subject_or_404(request, kind, key)
    sides = two_sides(request, subject)
    form = ReportForm(request.POST if request.method == "POST" else None, may_block=sides is not None)
    if form.is_valid():
        try:
            tell(request, subject, sides, at=timezone.now(), **form.cleaned_data)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Thank you. A moderator looks at it; you hear what comes of it.")
            return redirect("projects:list")
    context = {"form": form, "subject": subject, "kind": kind}
    return render(request, "projects/report.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def blocks(request: PersonRequest) -> HttpResponse:
    """Whom one does not want to meet, with a way back."""
    rows = Block.objects.standing().made_by(request.user).select_related("company", "student").order_by("-pk")
    return render(request, "projects/blocks.html", {"rows": rows[:100]})


@login_required
@require_POST
def lift(request: PersonRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(Block.objects.standing().made_by(request.user), pk=pk)
    blocking.lift(block, by=request.user, at=timezone.now())
    messages.success(request, "Lifted. You may meet again.")
    return redirect("projects:blocks")
