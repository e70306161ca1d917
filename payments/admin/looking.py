"""What every page of money in the administration shares: who may look, that nobody may edit, and money as money."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from marketplace.kernel.money import Money


class OnlyToLookAt(BaseModelAdmin):
    """Whoever may see these rows may not add, change or delete one: money moves by rules.

    Columns of cents are shown as amounts.
    """

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Each column of cents gives its place to its amount."""
        amounts = amounts_of(self.model)
        shown = (amounts.get(name, name) for name in super().get_fields(request, obj))
        return list(dict.fromkeys(shown))  # Django puts what is read-only at the end as well

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *amounts_of(self.model).values()]


def amounts_of(model: type[Model]) -> dict[Any, Callable[[Any], str | None]]:
    """How the amount of each column of cents is shown, by the column's name."""
    return {
        field.name: amount_of(field.name, str(field.verbose_name))
        for field in model._meta.fields
        if field.name.split("_")[-1] == "cents"
    }


@cache  # Django compares them
def amount_of(name: str, title: str) -> Callable[[Any], str | None]:
    @admin.display(description="amount" if title == "cents" else title.removesuffix(" cents"))
    def amount(row: Any) -> str | None:
        cents = getattr(row, name)
        return None if cents is None else str(Money(cents))

    return amount


def check_may_look(request: HttpRequest) -> None:
    """Raises PermissionDenied for staff without a view of money, such as moderators."""
    if not request.user.has_perm("payments.view_operation"):
        raise PermissionDenied


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    everywhere = admin.site.each_context(request)
    return TemplateResponse(request, f"admin/payments/{template}.html", everywhere | context, status=status)
