"""What everybody may see of a company."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import Company

SHOWN_PROJECTS = 20


@require_safe
def company(request: HttpRequest, slug: str) -> HttpResponse:
    companies = Company.objects.visible_to(request.user).select_related("industry")
    found = get_object_or_404(companies, slug=slug)
    projects = found.projects.open().newest_first().for_cards()[:SHOWN_PROJECTS]
    context = {"company": found, "projects": projects, "on_time": found.projects.answered_on_time()}
    return render(request, "accounts/company.html", context)
