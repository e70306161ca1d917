"""Messages in the administration: those alone that somebody reported or the tripwires noticed, and who opened which."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join

from marketplace.kernel import auditing
from marketplace.templatetags.display import bothways
from projects.admin.queues import Queue
from projects.models import Message

AROUND = 5  # messages before and after it, without which one is often misread


@admin.register(Message)
class MessageAdmin(Queue):
    """The list shows no words. Whoever opens one leaves a row in the audit."""

    list_display = ("public_id", "side", "engagement", "sent_at")
    list_filter = ("side",)
    list_select_related = ("engagement",)
    search_fields = ("public_id", "engagement__public_id")
    ordering = ("-sent_at", "-pk")
    fields = ("engagement", "author", "side", "sent_at", "text", "around")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return Message.objects.told_of()

    def change_view(
        self,
        request: Any,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        message = self.get_object(request, object_id)
        if message is not None and self.is_moderator(request):
            auditing.record("message_opened", message, by=request.user, at=timezone.now())
        return super().change_view(request, object_id, form_url, extra_context)

    @admin.display(description="what was written around it")
    def around(self, message: Message) -> str:
        said = message.engagement.messages.select_related("author")
        before = said.filter(pk__lt=message.pk).order_by("-pk")[:AROUND]
        after = said.filter(pk__gt=message.pk).order_by("pk")[:AROUND]
        rows = [*reversed(before), *after]
        lines = ((str(row.author), bothways(row.sent_at), row.text) for row in rows)
        return format_html_join("", "<p>{}, {}: {}</p>", lines) or "–"
