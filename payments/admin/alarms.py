"""Alarms in the administration: what rings, what to do about it, and writing down what was done."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.http import PersonRequest
from payments import reconciling
from payments.admin.looking import OnlyToLookAt
from payments.models import Alarm

CHANGE = "admin:payments_alarm_change"


class AnswerForm(forms.Form):
    """What was found and done, for whoever reads it next year."""

    note = forms.CharField(
        max_length=2000,
        label="What it was, and what was done",
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        error_messages={"required": "Write down what it was and what was done."},
    )


class Rings(admin.SimpleListFilter):
    """Opens on what nobody answered yet."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("answered", "Answered"), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, label in [("", "Ringing"), *self.lookup_choices]:
            query = changelist.get_query_string(
                {self.parameter_name: value} if value else {}, [self.parameter_name]
            )
            yield {"selected": (self.value() or "") == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alarm]) -> QuerySet[Alarm]:
        if self.value() == "all":
            return queryset
        return queryset.filter(answered_at__isnull=self.value() != "answered")


@admin.register(Alarm)
class AlarmAdmin(OnlyToLookAt, admin.ModelAdmin):
    list_display = ("kind", "what", "subject", "raised_at", "acknowledged_at", "answered_at")
    list_filter = (Rings, "kind")
    search_fields = ("subject", "detail", "note")
    ordering = ("-raised_at", "-pk")
    actions = None

    @admin.display(description="what")
    def what(self, alarm: Alarm) -> str:
        return alarm.meaning.title

    def get_urls(self) -> list[URLPattern]:
        wrapped = self.admin_site.admin_view
        looked, answered = require_POST(self.acknowledge_view), require_POST(self.answer_view)
        return [
            path("<int:pk>/acknowledge/", wrapped(looked), name="payments_alarm_acknowledge"),
            path("<int:pk>/answer/", wrapped(answered), name="payments_alarm_answer"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not (self.has_view_permission(request) and object_id.isdecimal() and len(object_id) < 19):
            return super().change_view(request, object_id, form_url, extra_context)
        return self.show(request, int(object_id), AnswerForm())

    def show(self, request: HttpRequest, pk: int, form: AnswerForm, *, status: int = 200) -> HttpResponse:
        alarm = get_object_or_404(Alarm, pk=pk)
        context = {
            **self.admin_site.each_context(request),
            "title": alarm.meaning.title,
            "opts": self.opts,
            "alarm": alarm,
            "steps": reconciling.steps_of(alarm),
            "form": form,
        }
        return TemplateResponse(request, "admin/payments/alarm.html", context, status=status)

    def acknowledge_view(self, request: PersonRequest, pk: int) -> HttpResponse:
        reconciling.acknowledge(get_object_or_404(Alarm, pk=pk), by=request.user, at=timezone.now())
        messages.success(request, "Others see that you are on it.")
        return redirect(CHANGE, pk)

    def answer_view(self, request: PersonRequest, pk: int) -> HttpResponse:
        alarm, form = get_object_or_404(Alarm, pk=pk), AnswerForm(request.POST)
        if not form.is_valid():
            return self.show(request, pk, form, status=422)
        reconciling.answer(alarm, by=request.user, at=timezone.now(), note=form.cleaned_data["note"])
        messages.success(request, "Answered. The same cause rings anew.")
        return redirect("admin:payments_alarm_changelist")
