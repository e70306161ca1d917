"""The money bar of an engagement: how far its payment has come, on pages and in letters."""

from datetime import datetime
from typing import Any

from marketplace.kernel.money import Money, total
from payments.models.holds import Hold, Release
from payments.models.operations import Operation
from payments.models.refunds import Refund
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
    if refunds and returned == hold.gross:
        return [*way_of(hold, 2, returned), give_back(refunds, returned, state="stopped")]
    shares = Refund.objects.filter(operation__in=refunds).values_list("student_cents", flat=True)
    fee = hold.student_fee - Money(sum(shares) if refunds else 0)
    promised = total([release.amount for release in releases])
    sent = total([release.amount for release in releases if release.sent_at])
    now = 3 if sent and sent == fee else 2 if promised else 1 if hold.funded_at else 0
    if hold.authorised_at is None and hold.funded_at is None:
        now = -1
    way = [*way_of(hold, now, returned), *pay_of(fee, releases, now)]
    return [*way, give_back(refunds, returned, state="done")] if refunds else way


def way_of(hold: Hold, now: int, returned: Money) -> list[Step]:
    """The two steps before anything is decided; while nothing is released, what is still held."""
    held = hold.gross - returned if now == 1 else hold.gross
    return [
        step("Reserved on the card", state_of(0, now), hold.gross, hold.authorised_at, mark=MARKS[0]),
        step("Held", state_of(1, now), held, hold.funded_at, mark=MARKS[1]),
    ]


def pay_of(fee: Money, releases: list[Release], now: int) -> list[Step]:
    """The two steps to the student; until something is promised they show the `fee` that is to come."""
    sent = [release for release in releases if release.sent_at]
    promised_at = max((release.decided_at for release in releases), default=None)
    sent_at = max((release.sent_at for release in sent if release.sent_at), default=None)
    promised, gone = (total([release.amount for release in some]) or fee for some in (releases, sent))
    return [
        step("Released to the student", state_of(2, now), promised, promised_at, mark=MARKS[2]),
        step("Sent", state_of(3, now), gone, sent_at, mark=MARKS[3]),
    ]


def state_of(number: int, now: int) -> str:
    return "done" if number < now else "now" if number == now else "next"


def give_back(refunds: list[Operation], amount: Money, *, state: str) -> Step:
    """The refund: on its way to the card until Stripe has booked it."""
    done = all(refund.status == Operation.Status.SUCCEEDED for refund in refunds)
    label = "Given back to the card" if done else "On its way back to the card"
    at = max((refund.done_at or refund.created_at for refund in refunds), default=None)
    return step(label, state, amount, at, mark="waiting")
