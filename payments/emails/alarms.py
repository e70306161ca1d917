"""Letters to administrators about what rings."""

from datetime import datetime

from accounts.models import User
from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from payments.models import Alarm


def alarm_rung(alarm: Alarm, *, count: int, to: User, at: datetime) -> None:
    """The first of its kind, and how many there are; again of the same kind an hour later at the soonest."""
    why = "you are an administrator of this site"
    mail.send(
        "payments/alarm_rung",
        to=to,
        key=f"alarm:{alarm.kind}:{at:%Y%m%d%H}",
        at=at,
        about=About(alarm.get_absolute_url(), "Look at the alarm", why, Topic.MONEY),
        title=alarm.meaning.title,
        to_do=alarm.meaning.to_do,
        subject_of_it=alarm.subject,
        detail=alarm.detail,
        more=count - 1,
    )
