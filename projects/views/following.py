"""Who may follow which page, and its stamp; each is asked with what stands in the page's address."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from projects.models import Application, Engagement, Project, stamps


def found(stamp: str | None) -> str:
    if stamp is None:
        raise Http404
    return stamp


def workroom(user: Any, public_id: str) -> str:
    return found(stamps.of_workroom(Engagement.objects.visible_to(user).filter(public_id=public_id)))


def application(user: Any, public_id: str) -> str:
    return found(stamps.of_application(Application.objects.visible_to(user).filter(public_id=public_id)))


def applications(user: Any) -> str:
    return stamps.of_list(Application.objects.of(user))


def applicants(user: Any, public_id: str) -> str:
    """404 where the project is not seen, 403 where only seen."""
    seen = Project.objects.visible_to(user).filter(public_id=public_id)
    stamp = stamps.of_project(seen if user.is_staff else seen.filter(company__in=user.company_ids))
    if stamp is None and seen.exists():
        raise PermissionDenied
    return found(stamp)


def project(user: Any, public_id: str) -> str | None:
    """Followed by its own company alone, which answers there; everybody else reads it as it came."""
    if not (user.is_authenticated and user.company_ids):
        return None
    return stamps.of_project(Project.objects.managed_by(user).filter(public_id=public_id))
