"""A finding of fraud: by two, with reasons and an appeal; only after that is money taken back (PAYMENTS 0.5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from marketplace.kernel import auditing, casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case
from marketplace.kernel.transactions import locked, relock
from payments import countersigning, operations
from payments.countersigning import Subjects, check_second, check_stranger, passes_alone
from payments.emails import rulings as letters
from payments.models import Chargeback, Deadline, FraudFinding, Operation, Release
from projects import moderating

Status = FraudFinding.Status


class NotToBeTakenBack(RuleViolation):
    """Only what was sent within 180 days, once."""

    code = "not_to_be_taken_back"

    def __init__(self) -> None:
        days = settings.FINDING_DAYS
        super().__init__(
            f"Only money that was sent within the last {days} days, and about which nothing was found yet."
        )


class NoObjectionNow(RuleViolation):
    """It was appealed before, its time is over, or nothing stands."""

    code = "no_objection_now"

    def __init__(self) -> None:
        super().__init__(
            f"An appeal is possible once, within {settings.FINDING_APPEAL_DAYS} days, while the finding stands."
        )


def subjects(finding: FraudFinding) -> Subjects:
    return [finding.engagement.company, finding.engagement.student]


def find(release: Release, *, codes: Sequence[str], note: str, by: User, at: datetime) -> FraudFinding:
    """Propose it; another admin always has to sign. Raises NotToBeTakenBack, NotAStranger, NoReason."""
    moderating.check_reasons(codes, note.strip(), known=FraudFinding.Reason)
    with locked(release.share.hold.engagement) as engagement:
        release = relock(release)
        check_stranger(by, [engagement.company, engagement.student], at=at)
        known = release.findings.exclude(status=Status.REFUSED).exists()
        longest = timedelta(days=settings.FINDING_DAYS)
        if release.sent_at is None or at > release.sent_at + longest or known:
            raise NotToBeTakenBack
        finding = FraudFinding.objects.create(
            release=release, codes=list(codes), note=note.strip(), by=by, at=at, cents=release.student_cents
        )
        known_by = {"act": "finding_proposed", "signs": finding.codes, "at": at}
        known_by["lines"] = [
            f"{finding}.",
            f"Once {settings.FINDING_APPEAL_DAYS} days to appeal are over, it is taken back from the student.",
            f"Why: {'; '.join(finding.reasons)}.",
            f"They read: “{finding.note}”",
        ]
        countersigning.ask_for_second(Case.Kind.FINDING, finding, subjects(finding), **known_by)  # type: ignore[arg-type]
    return finding


def stand(finding: FraudFinding, *, by: User | None, at: datetime) -> None:
    """From now on the student may appeal; the money is taken back when the time for that is over."""
    moves_at = at + timedelta(days=settings.FINDING_APPEAL_DAYS)
    finding.become(Status.STANDING, by=by, at=at, passes_at=None, signed_by=by, moves_at=moves_at)
    hold = finding.release.share.hold
    Deadline.objects.create(kind=Deadline.Kind.FINDING_MOVES, hold=hold, due_at=moves_at)
    words = {"reason": finding.note, "codes": finding.codes, "cents": finding.cents}
    auditing.record("fraud_found", finding, by=by or finding.by, at=at, **words)  # type: ignore[arg-type]
    letters.fraud_found(finding, at=at)


def sign(finding: FraudFinding, *, by: User, at: datetime, version: int | None = None) -> FraudFinding:
    """The second person agrees. Raises NotAStranger, StalePage, InvalidTransition."""
    with locked(finding.engagement):
        finding = relock(finding)
        check_second(finding, by, subjects(finding), before=[finding.by_id], at=at, version=version)
        casework.settle(Case.Kind.FINDING, finding, by=by, at=at, outcome="signed")
        stand(finding, by=by, at=at)
    return finding


def refuse_to_sign(
    finding: FraudFinding,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> FraudFinding:
    """Nothing is done. Raises NotAStranger, StalePage, InvalidTransition."""
    with locked(finding.engagement):
        finding = relock(finding)
        check_second(finding, by, subjects(finding), before=[finding.by_id], at=at, version=version)
        refused = Status.REFUSED
        countersigning.refuse(
            Case.Kind.FINDING, finding, status=refused, by=by, at=at, codes=codes, note=note
        )
    return finding


def pass_alone(finding: FraudFinding, *, at: datetime, **signed: Any) -> bool:
    """Where nobody else could have signed in three business days."""
    with locked(finding.engagement):
        finding = relock(finding)
        passes = passes_alone(Case.Kind.FINDING, finding, alarm="finding_with_one_signature", at=at, **signed)
        if passes:
            stand(finding, by=None, at=at)
    return passes


# The appeal


def appeal(finding: FraudFinding, *, by: User, at: datetime, text: str) -> FraudFinding:
    """The student asks for another person's decision; until then nothing is taken back. Raises NoObjectionNow."""
    with locked(finding.engagement) as engagement:
        if by.pk != engagement.student_id:
            raise PermissionDenied
        finding = relock(finding)
        if not finding.can_be_appealed(at=at):
            raise NoObjectionNow
        finding.appeal, finding.appealed_at = text.strip(), at
        finding.save(update_fields=["appeal", "appealed_at"])
        before = [finding.by_id, finding.signed_by_id]
        about = {"before": before, "signs": finding.codes, "at": at}
        countersigning.put(Case.Kind.OBJECTION, finding, subjects(finding), **about)  # type: ignore[arg-type]
    return finding


def lift(finding: FraudFinding, *, by: User, at: datetime, version: int | None = None) -> FraudFinding:
    """The appeal is right: nothing is taken back. Raises NotAStranger, StalePage, NoObjectionNow."""
    with locked(finding.engagement):
        finding = judged(finding, by=by, at=at, version=version, outcome="lifted")
        finding.become(Status.LIFTED, by=by, at=at, appeal_decided_at=at)
        auditing.record("finding_lifted", finding, by=by, at=at)
        letters.finding_lifted(finding, at=at)
    return finding


def uphold(
    finding: FraudFinding,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> FraudFinding:
    """The finding stays, and the money is taken back now. Raises NotAStranger, StalePage, NoObjectionNow."""
    with locked(finding.engagement):
        finding = judged(finding, by=by, at=at, version=version, outcome="upheld")
        finding.appeal_decided_at = at
        finding.save(update_fields=["appeal_decided_at"])
        auditing.record("finding_upheld", finding, by=by, at=at, reason=note, codes=list(codes))
        letters.finding_upheld(finding, note=note, at=at)
        take_back(finding, at=at)
    return finding


def judged(
    finding: FraudFinding, *, by: User, at: datetime, version: int | None, outcome: str
) -> FraudFinding:
    """Whether this third person may decide the appeal; its case is closed."""
    finding = relock(finding)
    before = [finding.by_id, finding.signed_by_id]
    check_second(finding, by, subjects(finding), before=before, at=at, version=version)
    if finding.status != Status.STANDING or not finding.waits_for_appeal:
        raise NoObjectionNow
    casework.settle(Case.Kind.OBJECTION, finding, by=by, at=at, outcome=outcome)
    return finding


# The money


def take_back_due(hold_id: UUID | None, *, at: datetime) -> int:
    """The time to appeal is over: what nobody appealed against is taken back. Returns how many."""
    due = FraudFinding.objects.filter(
        release__share__hold=hold_id, status=Status.STANDING, moves_at__lte=at, appealed_at=None
    )
    for finding in due:
        with locked(finding.engagement):
            take_back(relock(finding), at=at)
    return len(due)


def take_back(finding: FraudFinding, *, at: datetime) -> Operation | None:
    """Plan the reversal, once. The engagement is locked."""
    hold = relock(finding.release.share.hold)
    if finding.status != Status.STANDING or finding.operations.exists():
        return None
    return operations.plan_reversal(finding, hold, at=at)


class NothingToOrder(RuleViolation):
    """Only what the student's account could not give back is refunded by order, once."""

    code = "nothing_to_order"

    def __init__(self) -> None:
        super().__init__("Nothing of this finding waits for an order to refund it.")


class BankDecides(RuleViolation):
    """Stripe refuses a refund while the payment is disputed, and a lost one gave the cardholder the money."""

    code = "bank_decides"

    def __init__(self) -> None:
        super().__init__(
            "A bank took this payment back, or decides about it, so nothing of it can be refunded."
        )


def order_refund(finding: FraudFinding, *, by: User, at: datetime, note: str) -> Operation:
    """The account had not enough; an admin lets the platform front the refund.

    Raises NothingToOrder, BankDecides.
    """
    with transaction.atomic():
        engagement = relock(finding.engagement)
        check_stranger(by, [engagement.company, engagement.student], at=at)
        hold = relock(finding.release.share.hold)
        finding = relock(finding)
        refused = finding.operations.filter(kind=Operation.Kind.REVERSAL, status=Operation.Status.FAILED)
        slot = f"finding-{finding.public_id}"
        if not refused.exists() or hold.operations.filter(kind=Operation.Kind.REFUND, slot=slot).exists():
            raise NothingToOrder
        if hold.chargebacks.filter(status__in=Chargeback.TAKEN).exists():
            raise BankDecides
        operation = operations.plan_clawback_refund(finding, hold, at=at)
        auditing.record("refund_ordered", finding, by=by, at=at, reason=note, cents=operation.amount.cents)
    return operation
