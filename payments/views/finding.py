"""How the doors of money find what a person may see, or answer 404."""

from django.shortcuts import get_object_or_404

from accounts.http import PersonRequest
from projects.models import Deliverable, Engagement


def deliverable_or_404(request: PersonRequest, public_id: str, number: int) -> Deliverable:
    mine = Deliverable.objects.visible_to(request.user).select_related(
        "engagement__company", "engagement__student", "engagement__project"
    )
    return get_object_or_404(mine, engagement__public_id=public_id, number=number)


def engagement_or_404(request: PersonRequest, public_id: str) -> Engagement:
    mine = Engagement.objects.visible_to(request.user).select_related("company", "student", "project")
    return get_object_or_404(mine, public_id=public_id)
