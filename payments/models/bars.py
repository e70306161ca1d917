"""The money bar of an engagement: how far its payment has come, on pages and in letters."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from marketplace.kernel.money import Money, total
from marketplace.templatetags.display import day
from payments.models.holds import Hold, Release
from payments.models.leaving import LeavingPay
from payments.models.operations import Operation
from projects.models import Engagement

Step = dict[str, Any]
MARKS = ("waiting", "held", "released", "released")


def bar_of(engagement: Engagement, hold: Hold | None = None) -> list[Step]:
    """The steps of this payment or else of its first one; none where there is no payment yet."""
    hold = hold or engagement.holds.order_by("number").first()
    return [] if hold is None else bars_of([hold])[hold.pk]


def bars_of_all(engagement: Engagement) -> list[tuple[str, list[Step]]]:
    """The bar of each of its payments, with its name where there are several; of more work, once it was paid for."""
    holds = sorted(engagement.holds.all(), key=lambda hold: hold.number)
    shown = [hold for hold in holds if hold.number == 1 or hold.authorised_at or hold.funded_at]
    names = {more.hold_id: more.title for more in engagement.more_work.all()} if len(shown) > 1 else {}
    bars = bars_of(shown)
    first = "As agreed at the offer" if names else ""
    return [(names.get(hold.pk, first), bars[hold.pk]) for hold in shown]


def bars_of(holds: Sequence[Hold]) -> dict[UUID, list[Step]]:
    """The steps of each of these payments, in three queries however many they are."""
    releases: dict[UUID, list[Release]] = defaultdict(list)
    for release in Release.objects.standing().filter(share__hold__in=holds).select_related("share", "payout"):
        releases[release.share.hold_id].append(release)
    left = LeavingPay.objects.filter(hold__in=holds)
    leaving: dict[UUID, LeavingPay] = {pay.hold_id: pay for pay in left}
    refunds: dict[UUID, list[Operation]] = defaultdict(list)
    for refund in given_back(holds):
        assert refund.hold_id is not None
        refunds[refund.hold_id].append(refund)
    return {
        hold.pk: steps_of(hold, releases[hold.pk], refunds[hold.pk], leaving.get(hold.pk)) for hold in holds
    }


def given_back(holds: Sequence[Hold]) -> models.QuerySet[Operation]:
    """What goes back to the card of the money that was held."""
    refunds = Operation.objects.filter(hold__in=holds, kind=Operation.Kind.REFUND)
    standing = refunds.exclude(slot__startswith="unapplied-").exclude(status=Operation.Status.CANCELLED)
    return standing.select_related("share_refund")


def step(
    label: str, state: str, amount: Money | None = None, at: datetime | None = None, **more: str
) -> Step:
    return {"label": label, "state": state, "amount": amount, "at": at, **more}


def steps_of(
    hold: Hold,
    releases: Sequence[Release | LeavingPay],
    refunds: list[Operation],
    left: LeavingPay | None = None,
) -> list[Step]:
    """Reserved, held, released, sent (LOOK.md), or given back; what was not reached yet has no moment."""
    if hold.status == Hold.Status.VOID:
        label = "Given back to the card" if hold.payment_intent else "Never paid"
        return [step(label, "stopped", hold.gross, mark="over")]
    returned = total([refund.amount for refund in refunds])
    if refunds and returned == hold.gross:
        return [*way_of(hold, 2, returned), give_back(refunds, returned, state="stopped")]
    shares = [refund.share_refund.student_cents for refund in refunds if hasattr(refund, "share_refund")]
    fee = hold.student_fee - Money(sum(shares))
    if left is not None:
        releases = [*releases, left]
        fee -= Money(left.share_cents) - left.amount
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


def pay_of(fee: Money, releases: Sequence[Release | LeavingPay], now: int) -> list[Step]:
    """The two steps to the student; until something is promised they show the `fee` that is to come."""
    sent = [release for release in releases if release.sent_at]
    promised_at = max((release.decided_at for release in releases), default=None)
    sent_at = max((release.sent_at for release in sent if release.sent_at), default=None)
    promised, gone = (total([release.amount for release in some]) or fee for some in (releases, sent))
    return [
        step("Released to the student", state_of(2, now), promised, promised_at, mark=MARKS[2]),
        step(*in_bank(sent, now), gone, sent_at, mark=MARKS[3], **expected(sent)),
    ]


def in_bank(sent: Sequence[Release | LeavingPay], now: int) -> tuple[str, str]:
    """The last step: sent, until all of it is known to be in the bank."""
    payouts = [getattr(release, "payout", None) for release in sent]
    is_there = now == len(MARKS) - 1 and all(payout and payout.status == "paid" for payout in payouts)
    return ("In the bank", "done") if is_there else ("Sent", state_of(3, now))


def expected(sent: Sequence[Release | LeavingPay]) -> dict[str, str]:
    """When the bank should have what is on its way there."""
    payouts = [getattr(release, "payout", None) for release in sent]
    days = [payout.arrives_at for payout in payouts if payout is not None and payout.is_under_way]
    return {"note": f"In the bank about {day(max(days))}"} if days else {}


def state_of(number: int, now: int) -> str:
    return "done" if number < now else "now" if number == now else "next"


def give_back(refunds: list[Operation], amount: Money, *, state: str) -> Step:
    """The refund: on its way to the card until Stripe has booked it."""
    done = all(refund.status == Operation.Status.SUCCEEDED for refund in refunds)
    label = "Given back to the card" if done else "On its way back to the card"
    at = max((refund.done_at or refund.created_at for refund in refunds), default=None)
    return step(label, state, amount, at, mark="over" if done else "waiting")
