"""What proves the work of a payment that a bank took back, as one file for an administrator."""

from django.contrib import admin
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.http import PersonRequest
from payments import assembling
from payments.admin.looking import check_may_look
from payments.models import Chargeback


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [path("<slug:pk>/evidence/", site.admin_view(evidence), name="payments_chargeback_evidence")]


@require_POST
def evidence(request: PersonRequest, pk: str) -> FileResponse:
    """Asked for by a click, as the audit keeps that it was taken."""
    check_may_look(request)
    chargeback = get_object_or_404(Chargeback, pk=pk)
    bundle = assembling.assemble(chargeback, by=request.user, at=timezone.now())
    name = f"evidence-{chargeback.pk}.zip"
    response = FileResponse(bundle, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response
