"""Django's administration, in which every act leaves a row in the audit, also through what libraries register."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.utils import timezone

from marketplace.kernel import auditing
from marketplace.site.desk import views as desk


class Audited(admin.ModelAdmin):
    """What is typed in a form of the administration is kept twice: in its own log and in the audit."""

    def log_addition(self, request: Any, obj: models.Model, message: Any) -> Any:
        self.audit("added", obj, request, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: Any, obj: models.Model, message: Any) -> Any:
        if message:  # an empty one means that the form was sent as it stood
            self.audit("changed", obj, request, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: Any, queryset: Any) -> Any:
        for row in queryset:
            self.audit("deleted", row, request)
        return super().log_deletions(request, queryset)

    def audit(self, done: str, row: models.Model, request: Any, message: Any = "") -> None:
        told = {"message": message} if message else {}
        auditing.record(f"{row._meta.model_name}_{done}", row, by=request.user, at=timezone.now(), **told)

    def construct_change_message(
        self, request: Any, form: Any, formsets: Any, *rest: Any, **named: Any
    ) -> Any:
        """Django's own list of what changed, and for what is on or off which of both it is now."""
        message: Any = super().construct_change_message(request, form, formsets, *rest, **named)
        now = {
            name: form.cleaned_data[name]
            for name in form.changed_data
            if isinstance(form.cleaned_data.get(name), bool)
        }
        if now and message and "changed" in message[0]:
            message[0]["changed"]["now"] = now
        return message


class Administration(admin.AdminSite):
    """The administration of the site."""

    index_template = "admin/front.html"

    def get_urls(self) -> Any:
        """The desk stands before the tables: an address of its own beats the catch-all."""
        return [*desk.urls(self), *super().get_urls()]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's, with the audit in front of every class, ours and those of libraries."""
        chosen = admin_class or admin.ModelAdmin
        super().register(
            model_or_iterable, type(f"Audited{chosen.__name__}", (Audited, chosen), {}), **options
        )
