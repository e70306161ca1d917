"""The audit in the administration: every act of staff, searchable; nothing can be changed."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from accounts.models import User
from marketplace.kernel.models import AuditEntry
from marketplace.kernel.money import Money


class Acts(admin.SimpleListFilter):
    """Only the acts that were done, without a choice for each that could be."""

    title = "act"
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        acts = AuditEntry.objects.order_by("act").values_list("act", flat=True).distinct()
        return [(act, AuditEntry(act=act).act_words) for act in acts]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(act=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    """All staff may read what all staff did."""

    list_display = ("at", "by", "act_shown", "named", "reason")
    list_display_links = ("act_shown",)
    list_filter = (Acts, "at")
    list_select_related = ("by",)
    list_per_page = 50
    search_fields = ("by__name", "by__email", "act", "words", "reason", "row_id")
    search_help_text = (
        "Who, the act, what it was done to, the reason; or the address or name of a person it was done to."
    )
    ordering = ("-at", "-pk")
    fields = ("at", "by", "act_shown", "named", "reason", "told")
    readonly_fields = fields
    actions = None
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.is_staff(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def is_staff(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Rows hold no names, so a person who something was done to is found by name first."""
        found, doubles = super().get_search_results(request, queryset, search_term)
        term = search_term.strip()
        if term:
            people = User.objects.filter(Q(email__iexact=term) | Q(name__iexact=term))[:50]
            ids = [str(person.pk) for person in people]
            found |= queryset.filter(app="accounts", noun="user", row_id__in=ids)
        return found, doubles

    @admin.display(description="act", ordering="act")
    def act_shown(self, entry: AuditEntry) -> str:
        return entry.act_words

    @admin.display(description="done to")
    def named(self, entry: AuditEntry) -> str:
        try:
            address = reverse(f"admin:{entry.app}_{entry.noun}_change", args=[entry.row_id])
        except NoReverseMatch:
            return entry.words
        return format_html('<a href="{}">{}</a>', address, entry.words)

    @admin.display(description="details")
    def told(self, entry: AuditEntry) -> str:
        if not entry.details:
            return "–"
        amounts = {"cents": str(Money(entry.details["cents"]))} if "cents" in entry.details else {}
        return json.dumps(entry.details | amounts, indent=2, ensure_ascii=False)
