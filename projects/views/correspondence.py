"""The messages of a workroom, as each side finds them: to read, oldest above, and to write below."""

from typing import Any

from django.utils import timezone

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.paging import newest
from projects import messaging
from projects.forms.messaging import MessageForm
from projects.models import Engagement

MESSAGES = "#messages"
PAGE = 10
NAME = "messages_before"


def of_page(
    request: PersonRequest, engagement: Engagement, *, role: str, form: MessageForm | None
) -> dict[str, Any]:
    """Three queries for either side, none for a moderator, who reads only what was reported.

    Whoever looks at the newest ones has read them; somebody who sees the site as they do has not, and reads nothing.
    """
    if role == "moderator" or request.viewing is not None:  # type: ignore[attr-defined]
        return {"messages_hidden": True}
    at = timezone.now()
    rows = engagement.messages.select_related("author")
    page = newest(rows, request.GET, name=NAME, by="sent_at", size=PAGE)
    shown = page["rows"]
    new: int = engagement.unread  # type: ignore[attr-defined]
    if new and not page["is_later"]:
        mark_new(shown, new, side=messaging.side_of(engagement, request.user))
        messaging.read(engagement, by=request.user, at=at)
    found = {"talk": shown[::-1], "talk_older": page["older"], "talk_is_older": page["is_later"]}
    try:
        messaging.check_may_write(engagement, by=request.user, at=at)
    except RuleViolation as refusal:
        return {**found, "talk_closed": refusal, "talk_form": form}
    other = engagement.company if role == "student" else engagement.student
    return {**found, "talk_form": form or MessageForm(other=other)}


def mark_new(rows: list[Any], count: int, *, side: str) -> None:
    """The last `count` of the other side are new to this person."""
    for message in [row for row in rows if row.side != side][:count]:
        message.is_new = True
