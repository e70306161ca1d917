"""A bank takes a payment back: work stands still, every movement is booked, and the end is borne as promised.

PAYMENTS 0.5: final means final. What was approved or handed in is paid whatever the bank decides; only what
nobody handed in pays for a loss. An approved share that was not sent yet is put aside and not taken back.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from marketplace.kernel.money import Money
from marketplace.kernel.transactions import locked, relock
from payments import ledger
from payments.emails import chargebacks as letters
from payments.ledger import Code, Journal
from payments.models import Chargeback, Deadline, FraudCheck, Hold, Operation
from payments.operations import adding, finishing, planning, reversing
from payments.operations.ending import conclude
from payments.stripe_gateway import DisputeFacts
from projects.models import Deadline as WorkDeadline
from projects.models import Deliverable, Engagement

Status = Chargeback.Status
REASON = "The bank took the payment back."


def record_dispute(hold: Hold, facts: DisputeFacts, *, at: datetime) -> Chargeback:
    """Book what a freshly fetched dispute shows, any number of times, in any order."""
    with locked(hold.engagement) as engagement:
        hold = relock(hold)
        hold.engagement = engagement
        chargeback = keep(hold, facts, at=at)
        for booking in facts.bookings:
            ledger.dispute_moved(hold=hold.pk, dispute=facts.id, booking=booking)
        taken = ledger.balance(Code.DISPUTE_SUSPENSE, facts.id)
        if facts.status == Status.LOST and taken > Money(0):
            lose(chargeback, hold, taken, at=at)
        elif facts.status not in Chargeback.APPEALED and taken < Money(0):
            recover(chargeback, hold, -taken, at=at)
        is_open = facts.status in Chargeback.OPEN
        if is_open or (facts.status in Chargeback.APPEALED and taken > Money(0)):
            stop(chargeback, hold, at=at)
        else:
            go_on(chargeback, hold, at=at)
    return chargeback


def keep(hold: Hold, facts: DisputeFacts, *, at: datetime) -> Chargeback:
    known = {"hold": hold, "charge": facts.charge, "opened_at": facts.at or at}
    said = {
        "status": facts.status,
        "reason": facts.reason,
        "amount_cents": facts.amount_cents,
        "due_by": facts.due_by,
        "heard_at": at,
    }
    chargeback, is_new = Chargeback.objects.update_or_create(
        id=facts.id, defaults=said, create_defaults=known | said
    )
    if is_new:
        detail = f"{chargeback.amount} of {hold.public_id}: {facts.reason}"
        finishing.ring("chargeback", facts.id, detail, at=at)
    ring_at = facts.due_by - timedelta(hours=settings.CHARGEBACK_ALARM_HOURS) if facts.due_by else None
    clock = Deadline.objects.pending().filter(kind=Deadline.Kind.CHARGEBACK_DUE, hold=hold)
    if ring_at is None or facts.status not in Chargeback.UNANSWERED:
        clock.update(done_at=at)
    elif not Deadline.objects.filter(kind=Deadline.Kind.CHARGEBACK_DUE, hold=hold, due_at=ring_at).exists():
        Deadline.objects.create(kind=Deadline.Kind.CHARGEBACK_DUE, hold=hold, due_at=ring_at)
    return chargeback


# Standing still, and going on


def stop(chargeback: Chargeback, hold: Hold, *, at: datetime) -> None:
    """From now on nothing is sent and no clock runs; the student is told to stop. Once."""
    if chargeback.stopped_at is not None:
        return
    is_first = not Chargeback.objects.stopping().filter(hold__engagement=hold.engagement_id).exists()
    chargeback.stopped_at = at
    chargeback.save(update_fields=["stopped_at"])
    hold.hold_reason = Hold.Reason.BANK_DISPUTE
    hold.save(update_fields=["hold_reason"])
    if is_first and hold.engagement.status == Engagement.Status.ACTIVE:  # what is done is final for both
        letters.payment_taken_back(chargeback, hold.engagement, at=at)


def go_on(chargeback: Chargeback, hold: Hold, *, at: datetime) -> None:
    """What stood still goes on with the time that it had left, unless another chargeback stops it."""
    if chargeback.stopped_at is None:
        return
    since, chargeback.stopped_at = chargeback.stopped_at, None
    chargeback.save(update_fields=["stopped_at"])
    others = Chargeback.objects.stopping().filter(hold__engagement=hold.engagement_id)
    if not others.filter(hold=hold).exists():
        is_checked = FraudCheck.objects.standing().filter(hold=hold).exists()
        hold.hold_reason = Hold.Reason.FRAUD_REVIEW if is_checked else ""
        hold.save(update_fields=["hold_reason"])
    if (other := others.order_by("stopped_at").first()) is not None:
        other.stopped_at = min(since, other.stopped_at or since)
        other.save(update_fields=["stopped_at"])
        return
    move_clocks(hold.engagement, by=at - since)
    if hold.engagement.status == Engagement.Status.ACTIVE:
        letters.work_goes_on(chargeback, hold.engagement, at=at)


def move_clocks(engagement: Engagement, *, by: timedelta) -> None:
    """Everything that was still to come is later by the time that stood still."""
    parts = Deliverable.objects.filter(engagement=engagement)
    for clocks in (Deadline.objects.pending(), WorkDeadline.objects.filter(done_at=None)):
        clocks.filter(deliverable__in=parts).update(due_at=F("due_at") + by)
    Deadline.objects.pending().filter(engagement=engagement).update(due_at=F("due_at") + by)
    for name in ("due_at", "review_ends_at"):
        waits = parts.filter(status__in=Deliverable.WAITING).exclude(**{name: None})
        waits.update(**{name: F(name) + by})
    for name in ("materials_due_at", "materials_asked_at"):
        mine = Engagement.objects.filter(pk=engagement.pk).exclude(**{name: None})
        mine.update(**{name: F(name) + by})
    engagement.more_work.filter(status="proposed").update(answer_by_at=F("answer_by_at") + by)
    engagement.more_work.filter(status="agreed").update(pay_by_at=F("pay_by_at") + by)


# The end


def lose(chargeback: Chargeback, hold: Hold, taken: Money, *, at: datetime) -> None:
    """J10 and J11: what nobody handed in pays for the loss, and the platform bears the rest."""
    was_active = hold.engagement.status == Engagement.Status.ACTIVE
    back = take_refunds_back(hold, at=at)
    free = free_of(hold)
    borne_by_hold = min(taken, free)
    ledger.dispute_lost(
        hold=hold.pk,
        dispute=chargeback.pk,
        number=resolutions_of(chargeback) + 1,
        from_held=borne_by_hold,
        loss=taken - borne_by_hold,
        occurred_at=at,
    )
    ended = end_what_nobody_handed_in(hold, at=at)
    rest = free - borne_by_hold
    if rest and (ended or back):
        slot = planning.next_slot(hold, Operation.Kind.REFUND, "after-chargeback")
        planning.plan_back(hold, slot, amount=rest, at=at)
    reversing.keep_what_is_owed(hold, at=at)
    finishing.ring("chargeback_lost", chargeback.pk, f"The platform bears {taken - borne_by_hold}.", at=at)
    if was_active:
        letters.bank_kept_it(chargeback, hold.engagement, ended=[str(part) for part in ended], at=at)
    finishing.settle(hold, at=at)


def free_of(hold: Hold) -> Money:
    """What is held for no work that was handed in: all but the shares that are being looked at, with the very fee
    that they will earn, since a cent more would be held for ever.
    """
    waiting = hold.shares.filter(deliverable__status__in=Deliverable.HANDED_IN)
    shares = sum(waiting.values_list("amount_cents", flat=True))
    fee = planning.next_fee(hold, shares)
    return max(ledger.balances_of(hold.pk).held - Money(shares + fee), Money(0))


def take_refunds_back(hold: Hold, *, at: datetime) -> Money:
    """Refunds that wait for the bank's decision: the cardholder has the money already. What they were over."""
    back = Money(0)
    waiting = hold.operations.filter(kind=Operation.Kind.REFUND, first_sent_at=None)
    never_sent = waiting.filter(status__in=[Operation.Status.PLANNED, Operation.Status.BLOCKED])
    for refund in never_sent.exclude(slot__startswith=planning.UNAPPLIED).select_for_update(of=("self",)):
        refund.status, refund.done_at = Operation.Status.CANCELLED, at
        refund.save(update_fields=["status", "done_at"])
        ledger.refund_undone(operation=refund.pk, occurred_at=at)
        back += refund.amount
    return back


def end_what_nobody_handed_in(hold: Hold, *, at: datetime) -> list[Deliverable]:
    """The work is over but for what is being looked at."""
    engagement, ended = hold.engagement, []
    for part in engagement.deliverables.filter(hold_share__hold=hold, status=Deliverable.Status.PENDING):
        part = relock(part)
        part.become(Deliverable.Status.ENDED, by=None, at=at, reason=REASON)
        Deadline.objects.stop_awaiting(part, at=at)
        ended.append(part)
    if ended and not engagement.deliverables.unapproved().exists():
        give_up_more_work(engagement, at=at)
        conclude(engagement, at=at, reason=REASON)
    if engagement.status != Engagement.Status.ACTIVE:
        Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
    return ended


def give_up_more_work(engagement: Engagement, *, at: datetime) -> None:
    """What was proposed ends with the work; what is being charged just now goes on as a part of its own."""
    with suppress(adding.BeingCharged):
        adding.end_open(engagement, by=None, at=at, reason=REASON)


def recover(chargeback: Chargeback, hold: Hold, back: Money, *, at: datetime) -> None:
    """Won after it was lost: what the platform bore is its own again, the rest is held until a person decides."""
    borne = ledger.lost_of(chargeback.pk)
    ledger.dispute_recovered(
        hold=hold.pk,
        dispute=chargeback.pk,
        number=resolutions_of(chargeback) + 1,
        to_loss=min(borne, back),
        to_held=back - min(borne, back),
        occurred_at=at,
    )
    if back > borne:
        finishing.ring("chargeback_won_late", chargeback.pk, f"{back - borne} is held, and ended.", at=at)
        if hold.status == Hold.Status.SETTLED:
            hold.become(Hold.Status.FUNDED, by=None, at=at, reason="A chargeback was won on appeal.")


def resolutions_of(chargeback: Chargeback) -> int:
    kinds = [Journal.Kind.DISPUTE_LOST, Journal.Kind.DISPUTE_RECOVERED]
    return Journal.objects.filter(kind__in=kinds, stripe_id=chargeback.pk).count()
