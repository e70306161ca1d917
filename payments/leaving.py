"""Leaving because promised materials stay away: a part of the fee for the student, all else back to the card."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Sum

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import Money
from marketplace.kernel.states import InvalidTransition
from marketplace.kernel.transactions import locked, relock
from payments import ledger, operations
from payments.emails import supplies
from payments.models import Deadline, Hold, LeavingPay, Payee, Share
from payments.releasing import PaymentStopped
from projects.models import Deliverable, Engagement

REASON = "The student left: promised materials stayed away."


class NotYetToLeave(RuleViolation):
    """The student asked for nothing yet, or less than 48 h ago, or everything is there."""

    code = "not_yet_to_leave"

    def __init__(self) -> None:
        hours = settings.LEAVING_HOURS
        super().__init__(
            f"You may leave with a part of the fee {hours} hours after you asked for what is missing, "
            "while it is still not there."
        )


class WorkHandedIn(RuleViolation):
    """Something waits for the employer's look: it is answered, or approved by silence, first."""

    code = "work_handed_in"

    def __init__(self) -> None:
        super().__init__(
            "You handed in a part that is being looked at. Wait for the answer, or for the approval that "
            "comes without one: it is paid in full. Then you may leave."
        )


class LeftTooOften(RuleViolation):
    """Leaving with pay is possible only so often."""

    code = "left_too_often"

    def __init__(self) -> None:
        times, days = settings.LEAVING_TIMES, settings.LEAVING_DAYS
        super().__init__(
            f"Leaving with a part of the fee is possible {times} times in {days} days. No due date runs for you."
        )


class AmountsChanged(RuleViolation):
    """A part was decided since the page was opened, so the sums on it are not those of now."""

    code = "amounts_changed"

    def __init__(self) -> None:
        super().__init__("Something changed since you opened the page, and the amounts with it. Look again.")


@dataclass(frozen=True)
class Sums:
    """What leaving would mean now: `pay` for the student, `back` to the card, out of what is held."""

    pay: Money
    shares: Money
    fee: Money
    opens_at: datetime
    is_open: bool

    @property
    def back(self) -> Money:
        return self.shares + self.fee - self.pay


def sums_of(engagement: Engagement, *, at: datetime) -> Sums | None:
    """None where the student has not asked, or nothing is left to leave. Shown before anybody decides."""
    hold = engagement.holds.filter(number=1, status=Hold.Status.FUNDED).first()
    if engagement.materials_asked_at is None or hold is None:
        return None
    sums = sums_for(engagement, hold, at=at)
    missing = engagement.status == Engagement.Status.ACTIVE and bool(engagement.missing_materials)
    return sums if missing and sums.pay else None


def sums_for(engagement: Engagement, hold: Hold, *, at: datetime) -> Sums:
    """10 % of the fee, at least 20.00, never more than the shares that are left (PRODUCT.md, PAYMENTS 0.2)."""
    terms = engagement.terms
    percent = terms.get("leaving_percent", settings.LEAVING_PERCENT)  # offers older than these terms
    least = terms.get("leaving_minimum_cents", settings.LEAVING_MINIMUM_CENTS)
    held = ledger.balances_of(hold.pk).held
    open_parts = Share.objects.filter(hold=hold, deliverable__status=Deliverable.Status.PENDING)
    shares = Money(open_parts.aggregate(cents=Sum("amount_cents"))["cents"] or 0)
    pay = min(max(hold.student_fee.percent(percent), Money(least)), shares)
    assert engagement.materials_asked_at is not None
    opens_at = engagement.materials_asked_at + timedelta(hours=settings.LEAVING_HOURS)
    return Sums(pay=pay, shares=shares, fee=held - shares, opens_at=opens_at, is_open=at >= opens_at)


def leave(engagement: Engagement, *, by: User, at: datetime, pay_cents: int | None = None) -> LeavingPay:
    """End what was not handed in. `pay_cents` is what the page showed: it is compared, never used.

    Raises NotYetToLeave, WorkHandedIn, LeftTooOften, AmountsChanged, PaymentStopped, BeingCharged,
    InvalidTransition.
    """
    with locked(engagement) as engagement:
        if by.pk != engagement.student_id:
            raise PermissionDenied
        if engagement.status != Engagement.Status.ACTIVE:
            raise InvalidTransition("Only work that is under way can be left.")
        parts = list(engagement.deliverables.select_for_update().order_by("pk"))
        hold = relock(engagement.holds.get(number=1))
        hold.engagement = engagement
        if hold.status != Hold.Status.FUNDED or hold.hold_reason:
            raise PaymentStopped(hold)
        check_may_leave(engagement, parts, at=at)
        sums = sums_for(engagement, hold, at=at)
        if not sums.is_open:
            raise NotYetToLeave
        if pay_cents is not None and pay_cents != sums.pay.cents:
            raise AmountsChanged
        for part in parts:
            if part.status == Deliverable.Status.PENDING:
                part.become(Deliverable.Status.ENDED, by=by, at=at, reason=REASON)
                Deadline.objects.stop_awaiting(part, at=at)
        Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
        left = operations.plan_leaving(hold, pay=sums.pay, shares=sums.shares, fee=sums.fee, at=at)
        operations.end_open_more_work(engagement, by=by, at=at, reason=REASON)
        operations.conclude(engagement, at=at, by=by, reason=REASON)
        remind_payee(engagement, at=at)
        supplies.student_left(left, engagement, at=at)
    return left


def check_may_leave(engagement: Engagement, parts: list[Deliverable], *, at: datetime) -> None:
    if engagement.materials_asked_at is None or not engagement.missing_materials:
        raise NotYetToLeave
    if any(part.status in Deliverable.HANDED_IN for part in parts):
        raise WorkHandedIn
    relock(Payee.objects.get(user=engagement.student_id))  # two workrooms left at once count each other
    since = at - timedelta(days=settings.LEAVING_DAYS)
    before = LeavingPay.objects.filter(hold__engagement__student=engagement.student_id, decided_at__gt=since)
    if before.count() >= settings.LEAVING_TIMES:
        raise LeftTooOften


def remind_payee(engagement: Engagement, *, at: datetime) -> None:
    payee = Payee.objects.get(user=engagement.student_id)
    if not payee.is_ready:
        Deadline.objects.remind_payee(payee, at=at)


def announce(engagement: Engagement, *, at: datetime) -> None:
    """The student asked just now: the company hears what may follow and when. The engagement is locked."""
    sums = sums_of(engagement, at=at)
    if sums is None:  # nothing is left that could be left
        return
    Deadline.objects.create(kind=Deadline.Kind.LEAVING_OPENS, engagement=engagement, due_at=sums.opens_at)
    supplies.materials_asked(engagement, until=sums.opens_at, pay=sums.pay, back=sums.back, at=at)


def tell_of_leaving(engagement: Engagement, *, at: datetime) -> None:
    """48 h after the student asked: both sides learn that leaving is possible now."""
    with locked(engagement) as engagement:
        sums = sums_of(engagement, at=at)
        if sums is not None and sums.is_open:
            supplies.may_leave(engagement, pay=sums.pay, back=sums.back, at=at)
