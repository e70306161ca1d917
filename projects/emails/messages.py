"""The letter about messages that somebody has not read."""

from datetime import datetime

from accounts.models import User
from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from projects.emails.addressing import turn_of
from projects.models import Engagement, Message, Reading

QUOTED = 3  # the newest; the others stand in the workroom


def messages_key(engagement: Engagement, side: str, reader: User | None = None) -> str:
    """How the keys of what one side was told of its messages begin, or what one person of it was."""
    return f"messages:{engagement.pk}:{side}:" + (f"{reader.pk}:" if reader else "")


def messages_unread(reading: Reading, *, at: datetime) -> None:
    """All that this person has not read, in one letter; what the tripwires noticed is not quoted."""
    engagement, reader = reading.engagement, reading.person
    unread = list(reading.unread.newest_first().prefetch_related("flags")[: QUOTED + 1])
    is_student = reading.side == Message.Side.STUDENT
    other = str(engagement.company) if is_student else str(engagement.student)
    works = f"you work on “{engagement}” for {engagement.company}"
    about = About(
        path=f"{engagement.get_absolute_url()}#messages",
        action="Read and answer",
        why=works if is_student else f"you act for {engagement.company}, for which {other} works",
        topic=Topic.MESSAGES,
        turn=turn_of(engagement, reader),
    )
    shown = [message.text for message in reversed(unread[:QUOTED]) if not message.flags.all()]
    mail.send(
        "projects/messages_unread",
        to=reader,
        key=f"{messages_key(engagement, reading.side, reader)}{unread[0].pk}",
        at=at,
        about=about,
        other=other,
        title=str(engagement),
        count=reading.unread.count() if len(unread) > 1 else 1,
        messages=shown,
        more=len(unread) > len(shown),
    )
