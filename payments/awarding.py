"""An admin divides what is held for an undecided part: seen to the cent before, and signed by two where it is much."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from marketplace.kernel import auditing, casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case
from marketplace.kernel.money import Money
from marketplace.kernel.transactions import locked, relock
from payments import countersigning, operations
from payments.countersigning import check_second, check_stranger, passes_alone
from payments.emails import rulings as letters
from payments.models import Award, Deadline, Hold, Payee, Share
from payments.releasing import PaymentStopped, earliest_release
from projects.models import Deliverable, Engagement


class NothingToDivide(RuleViolation):
    """The part is decided, or another award about it waits or stands."""

    code = "nothing_to_divide"

    def __init__(self) -> None:
        super().__init__("This part is decided already, or an award about it waits for its second signature.")


class MoreThanTheShare(RuleViolation):
    """Nobody gets more than what is held for the part."""

    code = "more_than_the_share"

    def __init__(self, share: Share) -> None:
        super().__init__(f"The student can get at most {Money(share.amount_cents)}, the share of this part.")


@dataclass(frozen=True)
class Division:
    """What an award would do, to the cent: the three are all that is held for the part."""

    student: Money
    fee: Money
    refund: Money
    needs_two: bool

    @property
    def whole(self) -> Money:
        return self.student + self.fee + self.refund


def preview(share: Share, *, student_cents: int) -> Division:
    """The amounts of both sides; nothing is done. Raises MoreThanTheShare."""
    if not 0 <= student_cents <= share.amount_cents:
        raise MoreThanTheShare(share)
    whole = operations.next_fee(share.hold, share.amount_cents)
    fee = operations.next_fee(share.hold, student_cents)
    refund = share.amount_cents + whole - student_cents - fee
    known = Award.objects.filter(share__hold__engagement=share.hold.engagement_id)
    moved = known.exclude(status=Award.Status.REFUSED).aggregate(cents=Sum("cents"))["cents"] or 0
    needs_two = moved + share.amount_cents + whole > settings.TWO_ADMINS_CENTS
    return Division(Money(student_cents), Money(fee), Money(refund), needs_two)


def divide(share: Share, *, student_cents: int, note: str, by: User, at: datetime) -> Award:
    """Decide about one part: at once, or once somebody else has signed.

    Raises NothingToDivide, MoreThanTheShare, PaymentStopped, NotAStranger.
    """
    with locked(share.hold.engagement) as engagement:
        check_stranger(by, [engagement.company, engagement.student], at=at)
        share = on_locked(share, engagement)
        if share.awards.exclude(status=Award.Status.REFUSED).exists():
            raise NothingToDivide
        division = preview(share, student_cents=student_cents)
        award = Award.objects.create(
            share=share,
            student_cents=division.student.cents,
            refund_cents=division.refund.cents,
            cents=division.whole.cents,
            note=note.strip(),
            by=by,
            at=at,
        )
        if division.needs_two:
            known = [engagement.company, engagement.student]
            lines = [
                f"{award}, of the work “{engagement}” for {engagement.company}.",
                f"The student gets {award.student_amount}.",
                f"{award.refund_amount} goes back to the employer’s card.",
                f"The platform keeps a fee of {award.fee_amount}.",
                f"Why: “{award.note}”",
            ]
            countersigning.ask_for_second(
                Case.Kind.AWARD, award, known, act="award_proposed", lines=lines, at=at
            )
        else:
            stand(award, share, by=by, at=at)
    return award


def on_locked(share: Share, engagement: Engagement) -> Share:
    """The share with its part and its hold locked, if money may be divided. Raises PaymentStopped, NothingToDivide."""
    share = Share.objects.select_related("hold", "deliverable").get(pk=share.pk)
    share.deliverable = relock(share.deliverable)
    share.hold = relock(share.hold)
    share.deliverable.engagement = share.hold.engagement = engagement
    if share.hold.status != Hold.Status.FUNDED or share.hold.hold_reason == Hold.Reason.BANK_DISPUTE:
        raise PaymentStopped(share.hold)
    if share.deliverable.status not in Deliverable.WAITING:
        raise NothingToDivide
    return share


def stand(award: Award, share: Share, *, by: User | None, at: datetime) -> None:
    """Carry it out: the promise, the refund, the end of the part and of its clocks, all in one."""
    award.become(Award.Status.STANDING, by=by, at=at, passes_at=None)
    part, hold, reason = share.deliverable, share.hold, "Somebody here decided."
    status = Deliverable.Status.RESOLVED if award.student_cents else Deliverable.Status.ENDED
    part.become(status, by=by, at=at, reason=reason)
    Deadline.objects.pending().filter(deliverable=part).update(done_at=at)
    rest = share.amount_cents - award.student_cents
    if award.student_cents:
        not_before = max(at, earliest_release(hold, hold.engagement.company))
        operations.promise_transfer(
            share, at=at, not_before=not_before, undo_until=at, cents=award.student_cents
        )
        payee = Payee.objects.get(user=hold.engagement.student_id)
        if not payee.is_ready:
            Deadline.objects.remind_payee(payee, at=at)
    if rest:
        operations.plan_share_refund(share, at=at, cents=rest)
    if hold.engagement.status == Engagement.Status.ACTIVE:
        operations.conclude(hold.engagement, at=at, by=by, reason=reason)
    auditing.record("award_stands", award, by=by or award.by, at=at, reason=award.note, cents=award.cents)
    letters.part_divided(award, part, at=at)


def sign(award: Award, *, by: User, at: datetime, version: int | None = None) -> Award:
    """The second person agrees, and it is done. Raises what `divide` raises, and StalePage."""
    with transaction.atomic():
        engagement = relock(award.engagement)
        share = on_locked(award.share, engagement)
        award = relock(award)
        known = [engagement.company, engagement.student]
        check_second(award, by, known, before=[award.by_id], at=at, version=version)
        casework.settle(Case.Kind.AWARD, award, by=by, at=at, outcome="signed")
        stand(award, share, by=by, at=at)
    return award


def refuse_to_sign(
    award: Award, *, by: User, at: datetime, codes: Sequence[str], note: str, version: int | None = None
) -> Award:
    """Nothing is done, and the part goes on as it was. Raises NotAStranger, StalePage, InvalidTransition."""
    with transaction.atomic():
        engagement = relock(award.engagement)
        award = relock(award)
        known = [engagement.company, engagement.student]
        check_second(award, by, known, before=[award.by_id], at=at, version=version)
        why = {"codes": codes, "note": note}
        countersigning.refuse(Case.Kind.AWARD, award, status=Award.Status.REFUSED, by=by, at=at, **why)  # type: ignore[arg-type]
    return award


def pass_alone(award: Award, *, at: datetime, **signed: Any) -> bool:
    """Where nobody else could have signed in three business days."""
    with transaction.atomic():
        engagement = relock(award.engagement)
        share = Share.objects.get(pk=award.share_id)
        award = relock(award)
        passes = passes_alone(Case.Kind.AWARD, award, alarm="award_with_one_signature", at=at, **signed)
        if passes:
            stand(award, on_locked(share, engagement), by=None, at=at)
    return passes
