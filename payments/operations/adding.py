"""More work and its money: what its payment means, and how it ends without one. All on a locked engagement."""

from datetime import datetime

from django.db.models import Max

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import relock
from payments.emails import more_work as letters
from payments.emails import paying_for
from payments.models import Deadline, Hold, MoreWork, PaymentRequest, Share
from payments.operations import planning, starting
from payments.operations.ending import conclude
from projects.models import Deliverable, Engagement

Status = MoreWork.Status


class BeingCharged(RuleViolation):
    """The card is being charged for more work: nothing is taken back before the bank has answered."""

    code = "being_charged"

    def __init__(self) -> None:
        super().__init__("A card is being charged for more work just now. Try again in a minute.")


def is_wanted(hold: Hold) -> bool:
    """Whether a reservation for this further hold is to be charged: the student said yes, and work goes on."""
    stopped = hold.engagement.holds.filter(hold_reason=Hold.Reason.BANK_DISPUTE).exists()
    return hold.status == Hold.Status.CHECKOUT_OPEN and is_agreed(hold) and not stopped


def is_agreed(hold: Hold) -> bool:
    """Whether money that came for this further hold is waited for."""
    under_way = hold.engagement.status == Engagement.Status.ACTIVE
    return under_way and MoreWork.objects.filter(hold=hold, status=Status.AGREED).exists()


def reserved(hold: Hold, *, intent: str, capture_before: datetime, at: datetime) -> None:
    """The card holds the whole amount, and the student has said yes before: it is charged at once."""
    hold.become(
        Hold.Status.AUTHORISED,
        by=None,
        at=at,
        payment_intent=intent,
        authorised_at=at,
        capture_before=capture_before,
    )
    planning.plan_capture(hold, by=None, at=at)


def not_charged(hold: Hold, *, at: datetime) -> None:
    """A reservation that was given back, because the work it was for had stopped meanwhile."""
    more = MoreWork.objects.open().filter(hold=hold).first()
    if more is not None and hold.status == Hold.Status.VOID:
        more.engagement = hold.engagement
        end(more, Status.VOID, by=None, at=at, reason="The work stood still when the card was reserved.")
        letters.over(more, at=at)


def start(hold: Hold, *, at: datetime) -> None:
    """The money is held: the work gets its part, which belongs to this hold alone."""
    engagement = hold.engagement
    more = relock(MoreWork.objects.get(hold=hold))
    last = engagement.deliverables.aggregate(number=Max("number"))["number"]
    part = Deliverable.objects.create(
        engagement=engagement,
        number=last + 1,
        is_added=True,
        title=more.title,
        criteria=more.criteria,
        share_cents=more.fee_cents,
        due_days=more.due_days,
    )
    Share.objects.create(hold=hold, deliverable=part, amount_cents=more.fee_cents)
    Deadline.objects.await_no_more_work(engagement, at=at)
    more.become(Status.STARTED, by=None, at=at, deliverable=part)
    if hold.is_opened_by_payer:
        paying_for.colleague_paid(hold.payment_request, at=at)
    else:
        paying_for.nothing_to_pay(hold.payment_request, at=at)
    starting.start_clock(part, since=at, at=at)  # nothing is proposed while materials are missing
    letters.held(more, engagement, at=at)


def refused(hold: Hold, *, ends_at: datetime, at: datetime) -> None:
    """The bank refused the charge: the employer has until `ends_at`, or as long as before, to pay again."""
    more = relock(MoreWork.objects.get(hold=hold))
    more.engagement = hold.engagement
    more.pay_by_at = max(more.pay_by_at or ends_at, ends_at)
    more.version += 1
    more.save(update_fields=["pay_by_at", "version"])
    Deadline.objects.await_more_work(hold.engagement, until=more.pay_by_at, at=at)
    PaymentRequest.objects.filter(more_work=more, taken_back_at=None).update(ends_at=more.pay_by_at)
    letters.card_refused(more, at=at)


def end(more: MoreWork, status: Status, *, by: User | None, at: datetime, reason: str = "") -> None:
    """It is not added: its payment page is closed, and where all else is done the engagement is over.

    Raises BeingCharged, InvalidTransition.
    """
    if more.is_being_charged:
        raise BeingCharged
    engagement = more.engagement
    more.become(status, by=by, at=at, reason=reason)
    Deadline.objects.await_no_more_work(engagement, at=at)
    hold = more.hold and relock(more.hold)
    if hold is not None and hold.status != Hold.Status.VOID:
        planning.plan_void(hold, by=by, at=at, reason=reason or more.get_status_display())
    if more.payment_request is not None:
        paying_for.nothing_to_pay(more.payment_request, at=at)
        if status != Status.UNPAID:  # of that end its letters told
            paying_for.request_taken_back(more.payment_request, at=at)
    conclude(engagement, at=at)


def end_open(engagement: Engagement, *, by: User | None, at: datetime, reason: str) -> None:
    """The engagement ends, and with it what was proposed. Raises BeingCharged."""
    for more in engagement.more_work.open().select_for_update(of=("self",)):
        more.engagement = engagement
        end(more, Status.VOID, by=by, at=at, reason=reason)
        letters.over(more, at=at)
