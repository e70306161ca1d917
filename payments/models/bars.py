"""The money bar of an engagement: how far its payment has come, on pages and in letters."""

from datetime import datetime
from typing import Any

from marketplace.kernel.money import Money, total
from payments.models.holds import Hold, Release
from payments.models.operations import Operation
from projects.models import Engagement

Step = dict[str, Any]
MARKS = ("waiting", "held", "released", "released")


def bar_of(engagement: Engagement) -> list[Step]:
    """The steps of its first payment; none where there is no payment yet."""
    hold = engagement.holds.order_by("number").first()
    if hold is None:
        return []
    return steps_of(hold, list(Release.objects.standing().filter(share__hold=hold)), given_back(hold))


def given_back(hold: Hold) -> list[Operation]:
    """What goes back to the card of the money that was held."""
    refunds = hold.operations.filter(kind=Operation.Kind.REFUND).exclude(slot__startswith="unapplied-")
    return list(refunds.exclude(status=Operation.Status.CANCELLED))


def step(
    label: str, state: str, amount: Money | None = None, at: datetime | None = None, **more: str
) -> Step:
    return {"label": label, "state": state, "amount": amount, "at": at, **more}


def steps_of(hold: Hold, releases: list[Release], refunds: list[Operation]) -> list[Step]:
    """Reserved, held, released, sent (LOOK.md), or given back; what was not reached yet has no moment."""
    if hold.status == Hold.Status.VOID:
        return [step("Given back to the card", "stopped", hold.gross)]
    returned = total([refund.amount for refund in refunds])
    if returned == hold.gross:
        return [*reached(hold, [], 2)[:2], give_back(refunds, returned, state="stopped")]
    promised = total([release.amount for release in releases])
    sent = total([release.amount for release in releases if release.sent_at])
    now = 3 if sent and sent == hold.student_fee else 2 if promised else 1 if hold.funded_at else 0
    if hold.authorised_at is None and hold.funded_at is None:
        now = -1
    return reached(hold, releases, now)


def reached(hold: Hold, releases: list[Release], now: int) -> list[Step]:
    sent = [release for release in releases if release.sent_at]
    shown = [
        ("Reserved on the card", hold.gross, hold.authorised_at),
        ("Held", hold.gross, hold.funded_at),
        (
            "Released to the student",
            total([release.amount for release in releases]) or hold.student_fee,
            max((release.decided_at for release in releases), default=None),
        ),
        (
            "Sent",
            total([release.amount for release in sent]) or hold.student_fee,
            max((release.sent_at for release in sent if release.sent_at), default=None),
        ),
    ]
    return [
        step(label, "done" if n < now else "now" if n == now else "next", amount, at, mark=MARKS[n])
        for n, (label, amount, at) in enumerate(shown)
    ]


def give_back(refunds: list[Operation], amount: Money, *, state: str) -> Step:
    """The refund: on its way to the card until Stripe has booked it."""
    done = all(refund.status == Operation.Status.SUCCEEDED for refund in refunds)
    label = "Given back to the card" if done else "On its way back to the card"
    at = max((refund.done_at or refund.created_at for refund in refunds), default=None)
    return step(label, state, amount, at, mark="waiting")
