"""Doors of messages between the two sides of an engagement."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import Door, Given, operation
from marketplace.kernel.api.lists import AFTER, newest_page, pages_of
from projects import messaging
from projects.models import Engagement, Message
from projects.models.messages import with_unread


class MessageSerializer(serializers.ModelSerializer[Message]):
    author = serializers.CharField(source="author.name")

    class Meta:
        model = Message
        fields = ("public_id", "side", "author", "text", "sent_at")
        read_only_fields = fields


class SendSerializer(serializers.ModelSerializer[Message]):
    """What is often part of a swindle is refused with `words_noticed`; sent `flagged`, a moderator looks at it."""

    flagged = serializers.BooleanField(default=False, help_text="Send it knowingly, as it is.")

    class Meta:
        model = Message
        fields = ("text", "flagged")


def of_side(request: ApiRequest, public_id: str) -> Engagement:
    """404 where it is not seen, 403 for a moderator, who reads only what was reported."""
    rows = with_unread(Engagement.objects.visible_to(request.user), request.user)
    found: Engagement = get_object_or_404(rows.select_related("company", "student"), public_id=public_id)
    messaging.side_of(found, request.user)
    return found


class Messages(Door):
    scope = "work"

    @operation(
        "messages_list",
        gives=pages_of(
            MessageSerializer,
            "MessagePage",
            unread=serializers.IntegerField(help_text="How many of the other side you have not read."),
        ),
        parameters=[AFTER],
    )
    def get(self, request: ApiRequest, public_id: str) -> Any:
        """What the two sides wrote to each other, newest first. It marks nothing as read."""
        engagement: Any = of_side(request, public_id)
        rows = engagement.messages.select_related("author")
        return {"unread": engagement.unread, **newest_page(request, rows, by="sent_at")}

    @operation("messages_send", takes=SendSerializer, gives=MessageSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Message:
        """Write to the other side, from the day the money is held until some days after the work ended."""
        engagement = of_side(request, public_id)
        return messaging.send(engagement, by=request.user, at=timezone.now(), **given())


class MessagesRead(Door):
    scope = "work"

    @operation("messages_read")
    def post(self, request: ApiRequest, public_id: str) -> None:
        """You have read all of them: no letter tells you of them any more."""
        messaging.read(of_side(request, public_id), by=request.user, at=timezone.now())
