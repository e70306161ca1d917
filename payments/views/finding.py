"""How the doors of money find what a person may see, or answer 404, and refuse with 403 who may only see it."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from accounts.http import PersonRequest
from accounts.models import Company
from projects.models import Deliverable, Engagement, Project


def deliverable_or_404(request: PersonRequest, public_id: str, number: int) -> Deliverable:
    mine = Deliverable.objects.visible_to(request.user).select_related(
        "engagement__company", "engagement__student", "engagement__project"
    )
    return get_object_or_404(mine, engagement__public_id=public_id, number=number)


def project_or_404(request: PersonRequest, public_id: str) -> Project:
    seen = Project.objects.visible_to(request.user).select_related("company")
    return get_object_or_404(seen, public_id=public_id)


def engagement_or_404(request: PersonRequest, public_id: str) -> Engagement:
    mine = Engagement.objects.visible_to(request.user).select_related("company", "student", "project")
    return get_object_or_404(mine, public_id=public_id)


def only_company(company: Company, request: PersonRequest) -> None:
    """Whoever sees a page of this company without acting for it is refused."""
    if not company.has_member(request.user):
        raise PermissionDenied


def only_student(engagement: Engagement, request: PersonRequest) -> None:
    """Whoever sees this engagement without being its student is refused."""
    if engagement.student_id != request.user.pk:
        raise PermissionDenied
