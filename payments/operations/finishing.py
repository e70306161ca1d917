"""What each success means: operation, journal and states move together, in one transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from marketplace.kernel.money import Money
from marketplace.kernel.times import end_of_day
from marketplace.kernel.transactions import locked, relock
from payments import emails, ledger
from payments.models import Alarm, Deadline, Hold, Operation, Payee, Release
from payments.operations import planning
from payments.operations.failpoints import reach
from payments.stripe_gateway import Booking, Done, Intent, StripeFailed
from projects.models import Application, Deliverable, Engagement, Project
from projects.models import Deadline as WorkDeadline


def finish(pk: UUID, done: Done, *, at: datetime) -> None:
    """T2: book the success once, however often it is reported."""
    operation = Operation.objects.select_related("hold__engagement", "payee").get(pk=pk)
    with transaction.atomic():
        hold = lock_hold(operation.hold) if operation.hold else None
        operation = relock(operation)
        if not operation.is_open:
            return
        if operation.kind == Operation.Kind.REFUND and done.booking is None:
            operation.next_try_at, operation.lease_until = at + timedelta(minutes=5), None
            operation.save(update_fields=["next_try_at", "lease_until"])
            return
        operation.status, operation.stripe_id, operation.done_at = Operation.Status.SUCCEEDED, done.id, at
        operation.lease_until = None
        operation.save(update_fields=["status", "stripe_id", "done_at", "lease_until"])
        if hold is not None:
            operation.hold = hold
        AFTER[Operation.Kind(operation.kind)](operation, done, at)
        reach("before_finished")
    reach("finished")


def lock_hold(hold: Hold) -> Hold:
    """The hold with its engagement, parent before child."""
    engagement = relock(hold.engagement)
    hold = relock(hold)
    hold.engagement = engagement
    return hold


def fail(pk: UUID, failure: StripeFailed, *, at: datetime) -> None:
    """A capture or a void that can never succeed: the end of this operation."""
    operation = Operation.objects.select_related("hold__engagement").get(pk=pk)
    assert operation.hold is not None
    with transaction.atomic():
        hold = lock_hold(operation.hold)
        operation = relock(operation)
        if not operation.is_open:
            return
        operation.status, operation.done_at, operation.lease_until = Operation.Status.FAILED, at, None
        operation.save(update_fields=["status", "done_at", "lease_until"])
        if operation.kind == Operation.Kind.CAPTURE and hold.status == Hold.Status.CAPTURING:
            hold.become(Hold.Status.CAPTURE_FAILED, by=None, at=at, reason=failure.message)
            ends_at = at + timedelta(hours=settings.CAPTURE_RETRY_HOURS)
            kind = Deadline.Kind.CAPTURE_RETRY_ENDS
            Deadline.objects.create(kind=kind, engagement=hold.engagement, due_at=ends_at)
            emails.card_refused(hold.engagement, ends_at=ends_at, at=at)
        elif operation.kind == Operation.Kind.VOID:
            ring("void_failed", str(hold.pk), failure.message, at=at)


def freeze(operation: Operation, kind: str, detail: str) -> None:
    """Stop an operation that only a person may touch again, and ring."""
    with transaction.atomic():
        operation = relock(operation)
        if operation.is_open:
            operation.status, operation.lease_until = Operation.Status.FROZEN, None
            operation.save(update_fields=["status", "lease_until"])
        ring(f"operation_{kind}", str(operation.pk), detail, at=operation.next_try_at)


def ring(kind: str, subject: str, detail: str, *, at: datetime) -> None:
    """Raise an alarm, once until somebody answers it."""
    alarm = Alarm(kind=kind, subject=subject, detail=detail, raised_at=at)
    Alarm.objects.bulk_create([alarm], ignore_conflicts=True)


# What a success means, by kind


def account_opened(operation: Operation, done: Done, _at: datetime) -> None:
    assert operation.payee is not None
    payee = relock(operation.payee)
    payee.stripe_account = done.id
    payee.transfers_status = Payee.TransfersStatus.PENDING
    payee.save(update_fields=["stripe_account", "transfers_status"])


def page_opened(operation: Operation, done: Done, at: datetime) -> None:
    hold = requesting_hold(operation)
    hold.checkout_session = done.id
    hold.save(update_fields=["checkout_session"])
    if hold.status == Hold.Status.VOID:  # withdrawn while the page was being opened
        planning.plan_void(hold, by=None, at=at, reason="")


def nothing_more(operation: Operation, done: Done, at: datetime) -> None:
    """A capture is booked from the payment itself (`record_intent`); a void moved nothing."""


def transferred(operation: Operation, done: Done, at: datetime) -> None:
    hold = requesting_hold(operation)
    booking = done.booking
    ledger.transferred(
        hold=hold.pk,
        operation=operation.pk,
        transfer=done.id,
        amount=operation.amount,
        stripe_bt=booking.id if booking else None,
        occurred_at=done.at or at,
    )
    release = Release.objects.select_related("share__deliverable__engagement").get(operation=operation)
    Release.objects.filter(pk=release.pk).update(sent_at=at)
    settle(hold, at=at)
    emails.money_sent(release, at=at)


def refunded(operation: Operation, done: Done, at: datetime) -> None:
    hold = requesting_hold(operation)
    assert done.booking is not None
    ledger.refund_booked(
        hold=hold.pk,
        operation=operation.pk,
        refund=done.id,
        amount=operation.amount,
        stripe_bt=done.booking.id,
        occurred_at=done.booking.at,
    )
    settle(hold, at=at)


def settle(hold: Hold, *, at: datetime) -> None:
    """A hold of which nothing is left, nor on its way, is done."""
    left = ledger.balances_of(hold.pk)
    if not (left.held or left.student_payable or left.refund_payable or left.clawback_held):
        hold.become(Hold.Status.SETTLED, by=None, at=at)
        Deadline.objects.pending().filter(hold=hold).update(done_at=at)


def requesting_hold(operation: Operation) -> Hold:
    assert operation.hold is not None
    return operation.hold


AFTER: dict[Operation.Kind, Callable[[Operation, Done, datetime], None]] = {
    Operation.Kind.ACCOUNT: account_opened,
    Operation.Kind.CHECKOUT: page_opened,
    Operation.Kind.CAPTURE: nothing_more,
    Operation.Kind.VOID: nothing_more,
    Operation.Kind.TRANSFER: transferred,
    Operation.Kind.REFUND: refunded,
}


# What the card payment says, told by redirect, webhook or sweep, whichever is first


def record_intent(hold: Hold, facts: Intent, *, at: datetime) -> None:
    """Book what a freshly fetched payment shows. Any number of times, in any order."""
    with locked(hold.engagement) as engagement:
        hold = relock(hold)
        hold.engagement = engagement
        if facts.hold_id != str(hold.pk) or facts.currency != hold.currency:
            ring("foreign_payment", facts.id, f"It is not what hold {hold.pk} asked for.", at=at)
        elif facts.status == "requires_capture" and facts.capturable_cents == hold.gross_cents:
            reserved(hold, facts, at=at)
        elif facts.status == "succeeded" and facts.received_cents == hold.gross_cents and facts.booking:
            paid(hold, facts, facts.booking, at=at)
        elif facts.status == "canceled" and hold.payment_intent == facts.id:
            reservation_lost(hold, at=at)


def reserved(hold: Hold, facts: Intent, *, at: datetime) -> None:
    """The card holds the whole amount: the offer stands from now on (PAYMENTS 0.3)."""
    engagement = hold.engagement
    if hold.status == Hold.Status.VOID and hold.payment_intent is None:
        hold.payment_intent = facts.id
        hold.save(update_fields=["payment_intent"])
        planning.plan_void(hold, by=None, at=at, reason="")
        return
    if hold.status != Hold.Status.CHECKOUT_OPEN or engagement.status != Engagement.Status.AUTHORISING:
        return
    ends = facts.capture_before or at + timedelta(days=7)
    hold.become(
        Hold.Status.AUTHORISED, by=None, at=at, payment_intent=facts.id, authorised_at=at, capture_before=ends
    )
    latest = ends - timedelta(hours=settings.OFFER_MARGIN_HOURS)
    expires = min(at + timedelta(hours=settings.OFFER_HOURS), latest)
    engagement.become(Engagement.Status.OFFERED, by=None, at=at, offered_at=at, offer_expires_at=expires)
    application = relock(engagement.application)
    application.become(Application.Status.OFFERED, by=None, at=at, answered_at=at)
    Deadline.objects.start_offer(engagement, at=at)
    emails.offer_made(engagement, at=at)


def paid(hold: Hold, facts: Intent, booking: Booking, *, at: datetime) -> None:
    """The money is held: book it and open the workroom."""
    if hold.status not in {Hold.Status.CAPTURING, Hold.Status.CHECKOUT_OPEN}:
        return
    hold.become(
        Hold.Status.FUNDED, by=None, at=at, payment_intent=facts.id, charge=facts.charge, funded_at=at
    )
    ledger.funded(
        hold=hold.pk,
        payment=facts.id,
        gross=hold.gross,
        processing_fee=Money(booking.fee_cents),
        stripe_bt=booking.id,
        occurred_at=booking.at,
    )
    alarm_at = at + timedelta(days=settings.HOLD_ALARM_DAYS)
    Deadline.objects.create(kind=Deadline.Kind.HOLD_ALARM, hold=hold, due_at=alarm_at)
    start_work(hold.engagement, at=at)


def start_work(engagement: Engagement, *, at: datetime) -> None:
    zone = engagement.student.zone
    starts_at = end_of_day(at, zone, days=engagement.terms["starts_within_days"])
    Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
    engagement.become(Engagement.Status.ACTIVE, by=None, at=at, starts_at=starts_at)
    for deliverable in engagement.deliverables.order_by("number"):
        due_at = end_of_day(starts_at, zone, days=deliverable.due_days)
        Deliverable.objects.filter(pk=deliverable.pk).update(due_at=due_at)
        kind = WorkDeadline.Kind.WORK_DUE_REMINDER
        WorkDeadline.objects.create(kind=kind, deliverable=deliverable, due_at=due_at - timedelta(days=1))
    fill(engagement.project, at=at)  # before the application: closing a project locks them in this order
    relock(engagement.application).become(Application.Status.ACCEPTED, by=None, at=at)
    emails.work_can_start(engagement, at=at)


def fill(project: Project, *, at: datetime) -> None:
    """Close a project whose seats are all taken by work that is paid for."""
    project = relock(project)
    taken = project.engagements.filter(
        status__in=[Engagement.Status.ACTIVE, Engagement.Status.COMPLETED, Engagement.Status.ENDED]
    )
    if taken.count() < project.seats:
        return
    for status in (Project.Status.CLOSED, Project.Status.FILLED):
        if project.can_become(status):
            project.become(status, by=None, at=at, reason="All seats are taken.")


def reservation_lost(hold: Hold, *, at: datetime) -> None:
    """The bank or the clock took the reservation back before it was charged."""
    if hold.status != Hold.Status.AUTHORISED:
        return
    engagement, reason = hold.engagement, "The reservation on the card ended."
    hold.become(Hold.Status.VOID, by=None, at=at, reason=reason)
    if engagement.status == Engagement.Status.OFFERED:
        engagement.become(Engagement.Status.EXPIRED, by=None, at=at, reason=reason, finished_at=at)
        relock(engagement.application).become(Application.Status.OFFER_EXPIRED, by=None, at=at, reason=reason)
        Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
        emails.offer_expired(engagement, at=at)
