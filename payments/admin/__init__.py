"""Money in the administration: holds, requests to pay, operations with every attempt, events, alarms, what is stuck.

Nothing can be edited.
"""

from django.contrib import admin
from django.urls import URLPattern

from payments.admin import books, evidence, stuck
from payments.admin.alarms import AlarmAdmin
from payments.admin.looking import OnlyToLookAt
from payments.admin.reconciliation import BalanceTransactionAdmin, BankPayoutAdmin, ReconciliationRunAdmin
from payments.models import (
    Award,
    Chargeback,
    FraudFinding,
    Hold,
    HoldTransition,
    LeavingPay,
    Operation,
    OperationAttempt,
    Payee,
    PaymentRequest,
    StripeEvent,
)
from payments.models.causes import cause

__all__ = ["AlarmAdmin", "BalanceTransactionAdmin", "BankPayoutAdmin", "ReconciliationRunAdmin"]


class HoldHistory(OnlyToLookAt, admin.TabularInline):
    model = HoldTransition
    fields = readonly_fields = ("step", "by", "reason", "at")

    @admin.display(description="step")
    def step(self, transition: HoldTransition) -> str:
        return str(transition)


class SaysWhy:
    """An operation that waits says why in the words of `causes`, as its alarm does."""

    @admin.display(description="why it waits")
    def why(self, operation: Operation) -> str:
        code = operation.stopped_by
        return cause(code).title if code else ""


class Operations(SaysWhy, OnlyToLookAt, admin.TabularInline):
    model = Operation
    fields = (
        "kind",
        "slot",
        "amount_cents",
        "status",
        "why",
        "stripe_id",
        "next_try_at",
        "done_at",
    )
    readonly_fields = ("why",)
    show_change_link = True


class Attempts(OnlyToLookAt, admin.StackedInline):
    model = OperationAttempt
    fields = ("number", "epoch", "sent_at", "answered_at", "outcome", "http_status", "request_id")


@admin.register(Hold)
class HoldAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("public_id", "engagement", "status", "hold_reason", "gross", "created_at", "funded_at")
    list_filter = ("status", "hold_reason")
    list_select_related = ("engagement",)
    search_fields = ("public_id", "engagement__public_id", "payment_intent", "charge")
    inlines = (Operations, HoldHistory)


@admin.register(PaymentRequest)
class PaymentRequestAdmin(OnlyToLookAt, admin.ModelAdmin):
    """Without the address of the payer's page: whoever has that may pay."""

    list_display = ("email", "work", "stands", "po_number", "asked_by", "created_at", "ends_at")
    list_filter = ("engagement__status", "created_at")
    list_select_related = ("engagement", "more_work__engagement", "asked_by")
    search_fields = (
        *("email", "po_number", "public_id"),
        *("engagement__public_id", "more_work__engagement__public_id"),
    )
    readonly_fields = ("public_id", "stands")
    view_on_site = False

    @admin.display(description="the offer, or more work", ordering="engagement__status")
    def stands(self, request: PaymentRequest) -> str:
        return (request.more_work or request.work).get_status_display()


@admin.register(Operation)
class OperationAdmin(SaysWhy, OnlyToLookAt, admin.ModelAdmin):
    list_display = ("id", "kind", "status", "why", "amount", "attempts", "next_try_at", "done_at")
    list_filter = ("status", "kind", ("blocked_reason", admin.EmptyFieldListFilter))
    search_fields = ("id", "stripe_id", "hold__public_id")
    inlines = (Attempts,)

    def get_urls(self) -> list[URLPattern]:
        """What is stuck, and the books, stand before the table."""
        return [*stuck.urls(self.admin_site), *books.urls(self.admin_site), *super().get_urls()]


@admin.register(Chargeback)
class ChargebackAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("id", "hold", "amount", "status", "reason", "due_by", "stopped_at")
    list_filter = ("status", "reason")
    list_select_related = ("hold__engagement",)
    search_fields = ("id", "charge", "hold__public_id")
    change_form_template = "admin/payments/chargeback.html"

    def get_urls(self) -> list[URLPattern]:
        return [*evidence.urls(self.admin_site), *super().get_urls()]


@admin.register(LeavingPay)
class LeavingPayAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("hold", "amount", "given_back", "decided_at", "sent_at")
    list_select_related = ("hold__engagement",)
    search_fields = ("hold__public_id",)


@admin.register(Award)
class AwardAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("share", "student_amount", "fee_amount", "refund_amount", "status", "by", "at")
    list_filter = ("status",)
    list_select_related = ("share__deliverable", "by")
    search_fields = ("public_id", "share__hold__public_id")


@admin.register(FraudFinding)
class FraudFindingAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("release", "amount", "status", "by", "signed_by", "at", "moves_at")
    list_filter = ("status",)
    list_select_related = ("release", "by", "signed_by")
    search_fields = ("public_id", "release__public_id")


@admin.register(Payee)
class PayeeAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("user", "country", "transfers_status", "stripe_account", "refreshed_at")
    list_filter = ("transfers_status",)
    list_select_related = ("user",)
    search_fields = ("stripe_account", "user__email")


@admin.register(StripeEvent)
class StripeEventAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("id", "type", "object_id", "status", "tries", "deliveries", "received_at")
    list_filter = ("status", "endpoint", "type")
    search_fields = ("id", "object_id")
    exclude = ("payload", "payload_hash")
    readonly_fields = ("as_it_came",)

    @admin.display(description="payload")
    def as_it_came(self, event: StripeEvent) -> str:
        if event.payload_hash:
            return f"Forgotten; its SHA-256 was {event.payload_hash}."
        return bytes(event.payload).decode(errors="replace")
