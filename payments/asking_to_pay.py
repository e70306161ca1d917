"""An offer that a colleague pays: asked by letter, on a page of their own, without an account."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from payments import offering, operations
from payments.emails import paying_for
from payments.models import Deadline, Hold, PaymentRequest
from projects.models import Application, Engagement

LEAST_TIME = timedelta(hours=1)


class NoTimeToAsk(RuleViolation):
    """The date for the applicant's answer has come or is about to."""

    code = "no_time_to_ask"

    def __init__(self) -> None:
        super().__init__(
            "The date by which applicants are answered is too near to ask somebody else. Reserve a card yourself."
        )


class TooManyRequests(RuleViolation):
    """This person sent as many requests to pay as one day allows."""

    code = "too_many_payment_requests"

    def __init__(self) -> None:
        super().__init__("That is as many requests as can be sent in one day. Go on tomorrow.")


class RequestIsOver(RuleViolation):
    """The offer was paid, taken back, or its time is over."""

    code = "request_is_over"

    def __init__(self) -> None:
        super().__init__("There is nothing to pay here any more.")


def ask_to_pay(
    application: Application,
    *,
    by: User,
    at: datetime,
    email: str,
    po_number: str = "",
    note: str = "",
    version: int | None = None,
) -> PaymentRequest:
    """Choose an applicant and send whoever pays a letter that is good until the date for their answer.

    Raises NoTimeToAsk, TooManyRequests, and what `offering.make_offer` raises.
    """
    with transaction.atomic():
        ends_at = application.answer_by_at
        if ends_at < at + LEAST_TIME:
            raise NoTimeToAsk
        check_budget(by, at=at)
        engagement = offering.make_offer(application, by=by, at=at, version=version, pays_by=ends_at)
        request = PaymentRequest.objects.create(
            engagement=engagement,
            asked_by=by,
            email=email.strip().lower(),
            po_number=po_number.strip(),
            note=note.strip(),
            created_at=at,
            ends_at=ends_at,
        )
        Deadline.objects.await_payer(engagement, ends_at=ends_at, at=at)
        paying_for.asked_to_pay(request, at=at)
    return request


def check_budget(by: User, *, at: datetime) -> None:
    relock(by)  # two at once would each count only the others
    today = PaymentRequest.objects.filter(asked_by=by, created_at__gt=at - timedelta(days=1)).count()
    if today >= settings.PAYMENT_REQUESTS_A_DAY:
        raise TooManyRequests


def open_page(request: PaymentRequest, *, at: datetime) -> Hold:
    """The hold whose payment page is open or is being opened now. Raises RequestIsOver."""
    with locked(request.engagement) as engagement:
        request.engagement = engagement
        hold = relock(engagement.holds.get(number=1))
        if not request.is_payable(hold, at=at):
            raise RequestIsOver
        if hold.status != Hold.Status.CHECKOUT_OPEN:
            operations.plan_checkout(hold, by=None, at=at)
    return hold


def remind_payer(engagement: Engagement, *, at: datetime) -> None:
    """Tell whoever was asked that the link ends soon; nothing where somebody paid, or it is over."""
    with locked(engagement) as engagement:
        request, hold = engagement.payment_request, engagement.holds.get(number=1)
        request.engagement = engagement
        if engagement.status == Engagement.Status.AUTHORISING and request.is_payable(hold, at=at):
            paying_for.payer_reminder(request, at=at)


def take_back(request: PaymentRequest, *, by: User, at: datetime) -> None:
    """The offer was never made, and its seat is free again. Raises RequestIsOver where a card was reserved."""
    with locked(request.engagement) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        if engagement.status != Engagement.Status.AUTHORISING:
            raise RequestIsOver
        operations.leave_page(engagement, by=by, at=at, reason="The request to pay was taken back.")
