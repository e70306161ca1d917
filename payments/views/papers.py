"""Receipts and yearly statements, as a page, in PDF and in CSV: each the same paper."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import PersonRequest
from accounts.models import Company
from payments import accounting
from payments.http import engagement_or_404, year_or_404

SHOWN = 100  # lines on a page; the files have all
FORMS = {
    "pdf": (accounting.as_pdf, "application/pdf"),
    "csv": (accounting.as_csv, "text/csv; charset=utf-8"),
}


@login_required
@require_safe
def earned(request: PersonRequest, year: int, form: str = "") -> HttpResponse:
    """What was sent to the student in a year."""
    if not request.user.is_student:
        raise Http404
    paper = accounting.earned(request.user, year_or_404(year), at=timezone.now())
    return given(request, paper, reverse("payments:earned", args=[year]), form)


@login_required
@require_safe
def paid(request: PersonRequest, slug: str, year: int, form: str = "") -> HttpResponse:
    """What a company paid in a year, for those who act for it."""
    company = get_object_or_404(Company.objects.of(request.user), slug=slug)
    paper = accounting.paid(company, year_or_404(year), at=timezone.now())
    return given(request, paper, reverse("payments:paid", args=[slug, year]), form)


@login_required
@require_safe
def receipt(request: PersonRequest, public_id: str, number: int, form: str = "") -> HttpResponse:
    """The receipt of one move, for the side that it is about."""
    engagement = engagement_or_404(request, public_id)
    role = engagement.role_of(request.user)
    paper = accounting.receipt_of(engagement, number, role=role, at=timezone.now())
    if paper is None:
        raise Http404
    back = reverse("payments:engagement_money", args=[public_id])
    return given(request, paper, reverse("payments:receipt", args=[public_id, number]), form, back=back)


def given(
    request: PersonRequest, paper: accounting.Paper, address: str, form: str, *, back: str = ""
) -> HttpResponse:
    """The paper as a page, or as the file that was asked for."""
    if not form:
        context = {
            "paper": paper,
            "address": address,
            "back": back or reverse("payments:money"),
            "lines": paper.named_lines[-SHOWN:],
            "hidden": max(0, len(paper.lines) - SHOWN),
            "forms": ["pdf"] if back else ["pdf", "csv"],
        }
        return render(request, "payments/paper.html", context)
    if form not in FORMS:
        raise Http404
    write, media_type = FORMS[form]
    headers = {"Content-Disposition": f'attachment; filename="{paper.file_name}.{form}"'}
    return HttpResponse(write(paper), content_type=media_type, headers=headers)
