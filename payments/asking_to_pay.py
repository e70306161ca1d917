"""An offer, or more work, that a colleague pays: asked by letter, on a page of their own, without an account."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from payments import offering, operations, paying_for_work
from payments.emails import paying_for
from payments.models import Deadline, Hold, MoreWork, PaymentRequest
from projects.models import Application, Engagement

LEAST_TIME = timedelta(hours=1)


class NoTimeToAsk(RuleViolation):
    """The date for the applicant's answer, or the end of the time to pay, has come or is about to."""

    code = "no_time_to_ask"

    def __init__(self, what: str = "The date by which applicants are answered") -> None:
        super().__init__(f"{what} is too near to ask somebody else. Enter a card yourself.")


class AskedAlready(RuleViolation):
    """One colleague at a time is asked to pay for more work."""

    code = "payer_asked_already"

    def __init__(self, request: PaymentRequest) -> None:
        super().__init__(f"{request.email} was asked already. Take that request back first.")


class PageIsOpen(RuleViolation):
    """Whoever was asked may be entering a card this minute."""

    code = "page_is_open"

    def __init__(self) -> None:
        super().__init__(
            "They have the payment page open just now. It closes by itself; or withdraw the proposal."
        )


class TooManyRequests(RuleViolation):
    """This person sent as many requests to pay as one day allows."""

    code = "too_many_payment_requests"

    def __init__(self) -> None:
        super().__init__("That is as many requests as can be sent in one day. Go on tomorrow.")


class RequestIsOver(RuleViolation):
    """It was paid, taken back, or its time is over."""

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
        written = {"email": email, "po_number": po_number, "note": note}
        request = send_request(by=by, at=at, ends_at=ends_at, **written, engagement=engagement)
        Deadline.objects.await_payer(engagement, ends_at=ends_at, at=at)
    return request


def ask_to_pay_for_work(
    more: MoreWork, *, by: User, at: datetime, email: str, po_number: str = "", note: str = ""
) -> PaymentRequest:
    """Send whoever pays a letter that is good as long as there is time to pay for what was agreed on.

    Raises NoTimeToAsk, AskedAlready, TooManyRequests, and what `paying_for_work.open_payment` raises.
    """
    with locked(more.engagement) as engagement:
        more = paying_for_work.to_be_paid(more, engagement, by=by, at=at)
        assert more.pay_by_at is not None
        if more.pay_by_at < at + LEAST_TIME:
            raise NoTimeToAsk("The end of the time to pay")
        if more.payment_request is not None:
            raise AskedAlready(more.payment_request)
        check_budget(by, at=at)
        if more.hold is None:
            paying_for_work.open_hold(more, engagement, at=at)
        written = {"email": email, "po_number": po_number, "note": note}
        return send_request(by=by, at=at, ends_at=more.pay_by_at, **written, more_work=more)


def send_request(
    *, by: User, at: datetime, email: str, po_number: str, note: str, **what: Any
) -> PaymentRequest:
    request = PaymentRequest.objects.create(
        asked_by=by,
        email=email.strip().lower(),
        po_number=po_number.strip(),
        note=note.strip(),
        created_at=at,
        **what,
    )
    paying_for.asked_to_pay(request, at=at)
    return request


def check_budget(by: User, *, at: datetime) -> None:
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two at once would each count only the others
    today = PaymentRequest.objects.filter(asked_by=by, created_at__gt=at - timedelta(days=1)).count()
    if today >= settings.PAYMENT_REQUESTS_A_DAY:
        raise TooManyRequests


def open_page(request: PaymentRequest, *, at: datetime) -> Hold:
    """The hold whose payment page is open or is being opened now. Raises RequestIsOver."""
    with locked(request.work):
        request = afresh(request)
        hold = relock(request.hold)
        if not request.is_payable(hold, at=at):
            raise RequestIsOver
        if hold.status != Hold.Status.CHECKOUT_OPEN:
            operations.plan_checkout(hold, by=None, at=at)
    return hold


def afresh(request: PaymentRequest) -> PaymentRequest:
    """As it is now, with what it is about. Call it on a locked engagement."""
    related = ("asked_by", "engagement__company", "more_work__engagement__company", "more_work__hold")
    return PaymentRequest.objects.select_related(*related).get(pk=request.pk)


def remind_payer(engagement: Engagement, *, at: datetime) -> None:
    """Tell whoever was asked that the link ends soon; nothing where somebody paid, or it is over."""
    with locked(engagement) as engagement:
        request, hold = engagement.payment_request, engagement.holds.get(number=1)
        request.engagement = engagement
        if engagement.status == Engagement.Status.AUTHORISING and request.is_payable(hold, at=at):
            paying_for.payer_reminder(request, at=at)


def take_back(request: PaymentRequest, *, by: User, at: datetime) -> None:
    """The offer was never made, and its seat is free again; more work can still be paid, or somebody else be asked.

    Raises RequestIsOver where a card was reserved, PageIsOpen.
    """
    with locked(request.work) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        if request.more_work is not None:
            take_back_for_work(afresh(request), at=at)
            return
        if engagement.status != Engagement.Status.AUTHORISING:
            raise RequestIsOver
        operations.leave_page(engagement, by=by, at=at, reason="The request to pay was taken back.")


def take_back_for_work(request: PaymentRequest, *, at: datetime) -> None:
    hold = relock(request.hold)
    if request.taken_back_at is not None or hold.status not in Hold.UNPAID:
        raise RequestIsOver
    if hold.status == Hold.Status.CHECKOUT_OPEN and hold.is_opened_by_payer:
        raise PageIsOpen
    request.taken_back_at = at
    request.save(update_fields=["taken_back_at"])
    paying_for.nothing_to_pay(request, at=at)
    paying_for.request_taken_back(request, at=at)
