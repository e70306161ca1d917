"""What the site can truthfully say of itself: a few figures, counted from its own rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Aggregate, Count, DurationField, F, Q, Sum

from marketplace.kernel.money import Money
from payments.models import Release
from projects.models import Application, Project

LOOKED_BACK = timedelta(days=90)
FEWEST = 5  # a share or a median of fewer cases says nothing


class Median(Aggregate):
    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Figures:
    """None where too little has happened to say anything."""

    open_projects: int
    open_fees: Money
    answered_percent: int | None
    pay_takes: timedelta | None
    days: int = LOOKED_BACK.days


def figures(*, at: datetime) -> Figures:
    """Open projects and their fees; of the last 90 days: answers given in time, and decision to payment."""
    offered = Project.objects.open().aggregate(count=Count("pk"), fees=Sum(F("fee_cents") * F("seats")))
    return Figures(
        open_projects=offered["count"],
        open_fees=Money(offered["fees"] or 0),
        answered_percent=answered_percent(at=at),
        pay_takes=pay_takes(at=at),
    )


def answered_percent(*, at: datetime) -> int | None:
    """Of the applications that got an answer or whose date passed without one, those that got one."""
    unanswered = Q(unanswered_at__isnull=False)
    counted = Application.objects.filter(submitted_at__gte=at - LOOKED_BACK, answer_by_at__lt=at).exclude(
        status__in=[Application.Status.WITHDRAWN, Application.Status.VOID]
    )
    found = counted.aggregate(all=Count("pk"), missed=Count("pk", filter=unanswered))
    if found["all"] < FEWEST:
        return None
    return int(100 * (found["all"] - found["missed"]) // found["all"])


def pay_takes(*, at: datetime) -> timedelta | None:
    """The median from an approval, by click or by silence, to the moment the money is sent."""
    sent = Release.objects.filter(sent_at__gte=at - LOOKED_BACK)
    found = sent.aggregate(count=Count("pk"), median=Median(F("sent_at") - F("decided_at")))
    return found["median"] if found["count"] >= FEWEST else None
