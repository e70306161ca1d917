"""Reconciliation in the administration: each comparison with its checks, what Stripe booked, and our own payouts."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.http import PersonRequest
from marketplace.kernel.money import Money
from payments import reconciling
from payments.admin.looking import OnlyToLookAt
from payments.models import BalanceTransaction, BankPayout, ReconciliationRun


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(OnlyToLookAt, admin.ModelAdmin):
    """One click proves the books: everything is compared with Stripe at a fence, and kept."""

    list_display = ("began_at", "is_green", "fence", "red")
    list_filter = ("is_green",)
    ordering = ("-began_at", "-pk")
    actions = None
    change_list_template = "admin/payments/runs.html"

    @admin.display(description="what differs")
    def red(self, run: ReconciliationRun) -> str:
        return ", ".join(check["name"] for check in run.checks if not check["is_green"])

    def get_urls(self) -> list[URLPattern]:
        compare = self.admin_site.admin_view(require_POST(self.compare_view))
        return [path("compare/", compare, name="payments_reconciliationrun_compare"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not (self.has_view_permission(request) and object_id.isdecimal() and len(object_id) < 19):
            return super().change_view(request, object_id, form_url, extra_context)
        run = get_object_or_404(ReconciliationRun, pk=int(object_id))
        figures = [
            (name.replace("_permille", " (‰)"), shown(name, cents)) for name, cents in run.figures.items()
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": str(run),
            "opts": self.opts,
            "run": run,
            "figures": figures,
        }
        return TemplateResponse(request, "admin/payments/run.html", context)

    def compare_view(self, request: PersonRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            run = reconciling.run_checks(at=timezone.now())
        except reconciling.NOT_NOW as error:
            messages.error(request, f"Nothing was compared: {error}")
            return redirect("admin:payments_reconciliationrun_changelist")
        return redirect("admin:payments_reconciliationrun_change", run.pk)


def shown(name: str, cents: int) -> str:
    return str(cents) if name.endswith("permille") else str(Money(cents))


@admin.register(BalanceTransaction)
class BalanceTransactionAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("id", "type", "amount", "fee", "source", "created_at", "journal")
    list_filter = (("journal", admin.EmptyFieldListFilter), "type")
    list_select_related = ("journal",)
    search_fields = ("id", "source", "journal__business_key")
    ordering = ("-created_at", "-pk")

    @admin.display(description="amount", ordering="amount_cents")
    def amount(self, booked: BalanceTransaction) -> str:
        return str(Money(booked.amount_cents))

    @admin.display(description="fee", ordering="fee_cents")
    def fee(self, booked: BalanceTransaction) -> str:
        return str(Money(booked.fee_cents))


@admin.register(BankPayout)
class BankPayoutAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("created_at", "amount", "status", "stripe_id", "run")
    list_filter = ("status",)
    list_select_related = ("run",)
    search_fields = ("stripe_id",)
    ordering = ("-created_at", "-pk")

    @admin.display(description="amount", ordering="amount_cents")
    def amount(self, payout: BankPayout) -> str:
        return str(Money(payout.amount_cents))
