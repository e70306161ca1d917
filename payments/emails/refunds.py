"""Letters about money on its way back to a card, from the moment on which it has left."""

from datetime import datetime

from marketplace.kernel.models import Topic
from payments.emails import to_company
from payments.models import Operation
from projects.models import Engagement

ACTION = "See every cent"


def refund_sent(operation: Operation, engagement: Engagement, *, at: datetime) -> None:
    letter("refund_sent", operation, engagement, at=at)


def refund_came_back(operation: Operation, engagement: Engagement, *, at: datetime) -> None:
    """The bank did not take it: it is owed, and a person pays it another way."""
    letter("refund_came_back", operation, engagement, at=at)


def letter(template: str, operation: Operation, engagement: Engagement, *, at: datetime) -> None:
    key, path = f"{template}:{operation.pk}", f"/money/{engagement.public_id}/"
    more = {"topic": Topic.MONEY, "path": path, "action": ACTION}
    to_company(template, engagement, key=key, at=at, amount=operation.amount, **more)
