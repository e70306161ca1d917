"""What a card payment says, freshly fetched: told by redirect, webhook or sweep, whichever is first."""

from datetime import datetime, timedelta

from django.conf import settings

from marketplace.kernel.money import Money
from marketplace.kernel.times import end_of_day
from marketplace.kernel.transactions import locked, relock
from payments import emails, ledger
from payments import stripe_gateway as gateway
from payments.emails import paying_for
from payments.models import Deadline, Hold, Operation
from payments.operations import adding, finishing, planning, starting, watching
from payments.stripe_gateway import Booking, Intent, StripeFailed
from projects import places
from projects.models import Application, Engagement, Project

AUTHORISATION = timedelta(days=7)  # the shortest that card networks keep one, where Stripe names no end


def record_capture(operation: Operation, *, at: datetime) -> None:
    """Look at the payment right after its capture; what fails here is left to the sweep."""
    if operation.kind == Operation.Kind.CAPTURE and operation.hold is not None:
        record_asked(operation.hold, (operation.params or {})["intent"], at=at)


def record_paid_page(operation: Operation, *, at: datetime) -> None:
    """A page that could not be closed, because somebody paid on it meanwhile."""
    params = operation.params or {}
    if "session" not in params or operation.hold is None:
        return
    try:
        session = gateway.session(params["session"])
    except StripeFailed:
        return
    if session.intent is not None:
        record_asked(operation.hold, session.intent, at=at)


def record_asked(hold: Hold, intent: str, *, at: datetime) -> None:
    try:
        facts = gateway.intent(intent)
    except StripeFailed:
        return
    record_intent(hold, facts, at=at)


def record_intent(hold: Hold, facts: Intent, *, at: datetime) -> bool:
    """Book what a payment shows, any number of times, in any order. False while Stripe has not booked it."""
    with locked(hold.engagement) as engagement:
        hold = relock(hold)
        hold.engagement = engagement
        if facts.hold_id != str(hold.pk) or facts.currency != hold.currency:
            finishing.ring("foreign_payment", facts.id, f"It is not what {hold.pk} asked for.", at=at)
        elif facts.status == "requires_capture":
            reserved(hold, facts, at=at)
            watch(hold, facts, at=at)
        elif facts.status == "succeeded":
            if facts.booking is None:
                return False
            paid(hold, facts, facts.booking, at=at)
            watch(hold, facts, at=at)
        elif facts.status == "canceled" and hold.payment_intent == facts.id:
            reservation_lost(hold, at=at, reason="The reservation on the card ended.")
    return True


def watch(hold: Hold, facts: Intent, *, at: datetime) -> None:
    """Whose card it is, and whether the two sides are one."""
    if facts.charge:
        card = {"charge": facts.charge, "fingerprint": facts.fingerprint}
        watching.note_card(hold, **card, failed=False, at=at)
    if facts.status == "succeeded":
        watching.look_at_devices(hold, at=at)
        watching.look_at_banks(hold, at=at)


def reserved(hold: Hold, facts: Intent, *, at: datetime) -> None:
    """The card holds the whole amount: the offer stands from now on, if it is still wanted (PAYMENTS 0.3)."""
    engagement = hold.engagement
    if hold.payment_intent == facts.id or hold.operations.filter(slot=planning.REFUSED + facts.id).exists():
        return
    if hold.number > 1:
        reserved_for_more(hold, facts, at=at)
        return
    waits = hold.status == Hold.Status.CHECKOUT_OPEN and engagement.status == Engagement.Status.AUTHORISING
    application = relock(engagement.application)
    complete = facts.capturable_cents == hold.gross_cents
    in_time = end_of_offer(facts, at=at) > at  # heard of late, it may leave no time to answer
    if waits and complete and in_time and application.can_become(Application.Status.OFFERED):
        offer_stands(hold, application, facts, at=at)
    else:
        reservation_unwanted(hold, facts, at=at)


def reserved_for_more(hold: Hold, facts: Intent, *, at: datetime) -> None:
    """More work waits for its money: charged at once where it is still wanted, given back where not."""
    if facts.capturable_cents == hold.gross_cents and adding.is_wanted(hold):
        capture_before = end_of_reservation(facts, at=at)
        adding.reserved(hold, intent=facts.id, capture_before=capture_before, at=at)
        return
    reservation_unwanted(hold, facts, at=at)
    adding.not_charged(hold, at=at)


def end_of_reservation(facts: Intent, *, at: datetime) -> datetime:
    return facts.capture_before or at + AUTHORISATION


def end_of_offer(facts: Intent, *, at: datetime) -> datetime:
    """72 h from now, and early enough to charge the card before its reservation ends (PRODUCT.md)."""
    latest = end_of_reservation(facts, at=at) - timedelta(hours=settings.OFFER_MARGIN_HOURS)
    return min(at + timedelta(hours=settings.OFFER_HOURS), latest)


def offer_stands(hold: Hold, application: Application, facts: Intent, *, at: datetime) -> None:
    engagement, expires = hold.engagement, end_of_offer(facts, at=at)
    hold.become(
        Hold.Status.AUTHORISED,
        by=None,
        at=at,
        payment_intent=facts.id,
        authorised_at=at,
        capture_before=end_of_reservation(facts, at=at),
        next_look_at=None,
    )
    engagement.become(Engagement.Status.OFFERED, by=None, at=at, offered_at=at, offer_expires_at=expires)
    application.become(Application.Status.OFFERED, by=None, at=at, answered_at=at)
    Deadline.objects.start_offer(engagement, at=at)
    emails.offer_made(engagement, at=at)
    if hold.is_opened_by_payer:
        paying_for.colleague_paid(hold.payment_request, at=at)
    else:
        paying_for.nothing_to_pay(hold.payment_request, at=at)


def reservation_unwanted(hold: Hold, facts: Intent, *, at: datetime) -> None:
    """The card was reserved after the offer had ended: it is given back at once."""
    engagement, reason = hold.engagement, "The card was reserved when the offer could no longer be made."
    if hold.status not in {Hold.Status.CHECKOUT_OPEN, Hold.Status.VOID} or hold.payment_intent is not None:
        finishing.ring("second_payment", facts.id, f"Reserved beside the payment of {hold.pk}.", at=at)
        return
    if engagement.status == Engagement.Status.FUNDING:
        planning.plan_void_of_refused(hold, facts.id, at=at)  # the new page charges, and reserves nothing
        return
    over = [Operation.Status.FAILED, Operation.Status.CANCELLED]
    closing = hold.operations.filter(kind=Operation.Kind.VOID).exclude(slot__startswith=planning.REFUSED)
    if closing.exclude(status__in=over).exists():
        return  # the page is being closed; when that fails, this is looked at again
    if engagement.status == Engagement.Status.AUTHORISING:
        engagement.become(Engagement.Status.ABANDONED, by=None, at=at, reason=reason, finished_at=at)
        Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
    hold.payment_intent, hold.next_look_at = facts.id, None
    hold.save(update_fields=["payment_intent", "next_look_at"])
    planning.plan_void(hold, by=None, at=at, reason=reason)


def paid(hold: Hold, facts: Intent, booking: Booking, *, at: datetime) -> None:
    """The money is held: book it and open the workroom."""
    if hold.funded_at is not None and hold.payment_intent == facts.id:
        return
    if not is_awaited(hold) or facts.received_cents != hold.gross_cents:
        unapplied(hold, facts, booking, at=at)
        if hold.payment_intent == facts.id:
            reservation_lost(hold, at=at, reason="The card was charged differently from what was agreed.")
        return
    hold.become(
        Hold.Status.FUNDED,
        by=None,
        at=at,
        payment_intent=facts.id,
        charge=facts.charge,
        funded_at=at,
        next_look_at=None,
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
    if hold.number > 1:
        adding.start(hold, at=at)
    else:
        start_work(hold.engagement, at=at)


def is_awaited(hold: Hold) -> bool:
    """Whether this hold waits for the money that came."""
    if hold.status not in {Hold.Status.CAPTURING, Hold.Status.CHECKOUT_OPEN}:
        return False
    if hold.number > 1:
        return adding.is_agreed(hold)
    return hold.engagement.status == Engagement.Status.FUNDING


def unapplied(hold: Hold, facts: Intent, booking: Booking, *, at: datetime) -> None:
    """Money came that this hold does not wait for: it goes back in full, and somebody should know why."""
    amount = Money(facts.received_cents)
    ledger.unapplied(
        hold=hold.pk,
        payment=facts.id,
        gross=amount,
        processing_fee=Money(booking.fee_cents),
        stripe_bt=booking.id,
        occurred_at=booking.at,
    )
    planning.plan_return(hold, payment=facts.id, amount=amount, at=at)
    finishing.ring("unapplied_payment", facts.id, f"Paid for hold {hold.pk}, which is {hold.status}.", at=at)
    if hold.status == Hold.Status.VOID:
        Hold.objects.filter(pk=hold.pk).update(next_look_at=None)


def start_work(engagement: Engagement, *, at: datetime) -> None:
    zone = engagement.student.zone
    starts_at = end_of_day(at, zone, days=engagement.terms["starts_within_days"])
    Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
    engagement.become(Engagement.Status.ACTIVE, by=None, at=at, starts_at=starts_at)
    if engagement.promised_materials.exists():
        starting.await_materials(engagement, at=at)
    else:
        starting.start_clocks(engagement, since=starts_at, at=at)
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
    places.close_line(project, at=at)


def reservation_lost(hold: Hold, *, at: datetime, reason: str) -> None:
    """The bank or the clock took the reservation back before it was charged, or it was used up otherwise."""
    engagement = hold.engagement
    if hold.status == Hold.Status.CAPTURING:
        captures = hold.operations.filter(kind=Operation.Kind.CAPTURE, status__in=Operation.OPEN)
        captures.update(status=Operation.Status.FAILED, done_at=at, lease_until=None)
        finishing.capture_failed(hold, reason, at=at)
    if hold.status != Hold.Status.AUTHORISED:
        return
    hold.become(Hold.Status.VOID, by=None, at=at, reason=reason)
    # A reserved card of the first hold is that of an offer.
    if engagement.status == Engagement.Status.OFFERED:  # pragma: no branch - see above
        engagement.become(Engagement.Status.EXPIRED, by=None, at=at, reason=reason, finished_at=at)
        relock(engagement.application).become(Application.Status.OFFER_EXPIRED, by=None, at=at, reason=reason)
        Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
        emails.offer_expired(engagement, at=at)


def page_expired(hold: Hold, session: str, *, at: datetime) -> None:
    """Stripe closed the payment page by itself: another one may be opened."""
    with locked(hold.engagement):
        hold = relock(hold)
        if hold.status == Hold.Status.CHECKOUT_OPEN and hold.checkout_session == session:
            reason = "The payment page was closed by itself."
            hold.become(
                Hold.Status.UNFUNDED, by=None, at=at, reason=reason, checkout_session=None, next_look_at=None
            )
