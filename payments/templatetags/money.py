"""The money bar: reserved, held, sent to the student, each with its amount and moment."""

from datetime import datetime
from typing import Any

from django import template

from marketplace.kernel.money import Money
from payments.models import Hold, Release
from projects.models import Engagement

register = template.Library()

Step = dict[str, Any]


def step(
    label: str, state: str, amount: Money | None = None, at: datetime | None = None, **more: str
) -> Step:
    return {"label": label, "state": state, "amount": amount, "at": at, **more}


def steps_of(hold: Hold, releases: list[Release]) -> list[Step]:
    """The four steps of every payment (LOOK.md); what was not reached yet has no moment."""
    promised = Money(sum(release.student_cents for release in releases))
    sent = [release for release in releases if release.sent_at]
    sent_sum = Money(sum(r.student_cents for r in sent))
    last = max((r.sent_at for r in sent if r.sent_at), default=None)
    if hold.status == Hold.Status.VOID:
        return [step("Given back to the card", "stopped", hold.gross)]
    reached = 3 if sent and sent_sum == hold.student_fee else 2 if promised else 1 if hold.funded_at else 0
    if hold.authorised_at is None and hold.funded_at is None:
        reached = -1
    marks = ["waiting", "held", "released", "released"]
    shown = [
        ("Reserved on the card", hold.gross, hold.authorised_at),
        ("Held", hold.gross, hold.funded_at),
        (
            "Released to the student",
            promised or hold.student_fee,
            max((r.decided_at for r in releases), default=None),
        ),
        ("Sent", sent_sum or hold.student_fee, last),
    ]
    return [
        step(label, "done" if n < reached else "now" if n == reached else "next", amount, at, mark=marks[n])
        for n, (label, amount, at) in enumerate(shown)
    ]


@register.inclusion_tag("components/money_bar.html")
def money_bar(engagement: Engagement, small: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002
    """Draw the bar of an engagement's first payment; nothing where there is none yet."""
    hold = engagement.holds.order_by("number").first()
    if hold is None:
        return {"steps": [], "small": small}
    releases = list(Release.objects.standing().filter(share__hold=hold))
    return {"steps": steps_of(hold, releases), "small": small}
