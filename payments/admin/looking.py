"""What every page of money in the administration shares: who may look, and that nobody may edit."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


class OnlyToLookAt:
    """Whoever may see these rows may not add, change or delete one: money moves by rules."""

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        return False


def check_may_look(request: HttpRequest) -> None:
    """Raises PermissionDenied for staff without a view of money, such as moderators."""
    if not request.user.has_perm("payments.view_operation"):
        raise PermissionDenied


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    everywhere = admin.site.each_context(request)
    return TemplateResponse(request, f"admin/payments/{template}.html", everywhere | context, status=status)
