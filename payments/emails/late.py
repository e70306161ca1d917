"""Letters about a part that is late: more time taken, the refund announced, the refund made."""

from datetime import datetime
from typing import Any

from marketplace.kernel.models import Topic
from marketplace.kernel.telling import teller
from payments.emails import to_company, to_student
from payments.models import Refund
from projects.models import Deliverable

SHARE_REFUNDED = "share_refunded"  # what is told afterwards, by the refund's primary key
TOLD_OF = (
    *("operation", "share__hold", "share__deliverable__engagement__company"),
    "share__deliverable__engagement__student",
)


def work_is_late(deliverable: Deliverable, *, ends_at: datetime, at: datetime) -> None:
    """Told to both sides when the days of grace are over, and once more a day before the refund."""
    context: dict[str, Any] = {
        "key": f"work-is-late:{deliverable.pk}:{at:%Y%m%d}",
        "at": at,
        "topic": Topic.MONEY,
        "not_after": ends_at,
        "until": ends_at,
        "deliverable": deliverable.title,
        "amount": deliverable.share,
        "path": deliverable.get_absolute_url(),
    }
    to_student("work_is_late", deliverable.engagement, action="Deliver this part", **context)
    to_company("work_not_delivered", deliverable.engagement, **context)


@teller(SHARE_REFUNDED)
def tell_of_refund(subject: str, *, at: datetime) -> None:
    refund = Refund.objects.select_related(*TOLD_OF).get(pk=subject)
    share_refunded(refund, refund.share.deliverable, at=at)


def share_refunded(refund: Refund, deliverable: Deliverable, *, at: datetime) -> None:
    context: dict[str, Any] = {
        "key": f"share-refunded:{refund.pk}",
        "at": at,
        "topic": Topic.MONEY,
        "deliverable": deliverable.title,
        "path": deliverable.get_absolute_url(),
        "share": deliverable.share,
    }
    to_student("part_ended", deliverable.engagement, **context)
    to_company("share_refunded", deliverable.engagement, amount=refund.amount, **context)


def more_time_taken(deliverable: Deliverable, *, at: datetime) -> None:
    to_company(
        "more_time_taken",
        deliverable.engagement,
        key=f"more-time-taken:{deliverable.pk}",
        at=at,
        deliverable=deliverable.title,
        due=deliverable.due_at,
        reason=deliverable.extension_reason,
        path=deliverable.get_absolute_url(),
    )
