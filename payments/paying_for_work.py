"""The payment of more work: a further hold, charged on a page of its own once the student has agreed."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Max

from accounts import restraining
from accounts.models import User
from marketplace.kernel.states import InvalidTransition
from marketplace.kernel.transactions import locked, relock
from payments import adding_work, operations
from payments.models import Hold, MoreWork
from payments.offering import check_limit
from projects.models import Engagement


def open_payment(more: MoreWork, *, by: User, at: datetime) -> Hold:
    """The hold whose payment page is open, or is being opened now: a further one, for this part alone.

    Raises NotUnderWay, WorkStopped, ProposalIsOver, OverUnprovenLimit, BeingChecked, Restrained, InvalidTransition.
    """
    with locked(more.engagement) as engagement:
        more = to_be_paid(more, engagement, by=by, at=at)
        hold = relock(more.hold) if more.hold else open_hold(more, engagement, at=at)
        if hold.status != Hold.Status.CHECKOUT_OPEN:
            operations.plan_checkout(hold, by=by, at=at)
    return hold


def to_be_paid(more: MoreWork, engagement: Engagement, *, by: User, at: datetime) -> MoreWork:
    """A fresh copy, where this person may pay for it now or ask somebody to. Call it on a locked engagement."""
    if not engagement.company.has_member(by):
        raise PermissionDenied
    restraining.check_free(by, engagement.company, at=at)
    operations.check_may_pay(engagement.company)
    more = adding_work.on_locked(more, engagement)
    adding_work.check_goes_on(engagement)
    if more.status != MoreWork.Status.AGREED or more.pay_by_at is None:
        raise InvalidTransition("Nothing is to be paid for this proposal.")
    if at >= more.pay_by_at:
        raise adding_work.ProposalIsOver
    return more


def open_hold(more: MoreWork, engagement: Engagement, *, at: datetime) -> Hold:
    """The next hold of the engagement; its part joins it when the money is there."""
    check_limit(engagement.company, more.total_price)
    last = engagement.holds.aggregate(number=Max("number"))["number"]
    more.hold = Hold.objects.create(
        engagement=engagement,
        number=last + 1,
        currency=engagement.currency,
        student_fee_cents=more.fee_cents,
        platform_fee_cents=more.platform_fee_cents,
        gross_cents=more.fee_cents + more.platform_fee_cents,
        created_at=at,
    )
    more.version += 1
    more.save(update_fields=["hold", "version"])
    return more.hold
