"""From approved work to money on its way: the click, its undo, and approval by silence."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import Company, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.states import InvalidTransition
from marketplace.kernel.transactions import locked, relock
from payments import emails, operations
from payments.models import Deadline, Hold, Payee, Release
from projects.models import Deliverable, Engagement


class PaymentStopped(RuleViolation):
    """The hold is not in a state from which money may go out."""

    code = "payment_stopped"

    def __init__(self, hold: Hold) -> None:
        why = hold.get_hold_reason_display() or hold.get_status_display()
        super().__init__(f"This payment cannot be released now: {why[:1].lower()}{why[1:]}.")


class TooLateToUndo(RuleViolation):
    """The undo window is over or the money is on its way."""

    code = "too_late_to_undo"

    def __init__(self) -> None:
        super().__init__("The time to undo this approval is over: the money is on its way to the student.")


def approve_work(deliverable: Deliverable, *, by: User, at: datetime, version: int | None = None) -> Release:
    """Accept the work and promise the student their share; it is sent when the undo time is over.

    Raises InvalidTransition, StalePage, PaymentStopped.
    """
    with locked(deliverable.engagement) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        deliverable = relock(deliverable)
        deliverable.engagement = engagement
        deliverable.expect_version(version)
        deliverable.become(Deliverable.Status.APPROVED, by=by, at=at, approved_at=at)
        undo = timedelta(minutes=engagement.terms["undo_minutes"])
        release = promise(deliverable, engagement, by=by, at=at, undo=undo)
        emails.work_approved(release, deliverable, at=at)
    return release


def approve_by_silence(deliverable: Deliverable, *, at: datetime) -> Release | None:
    """Approve what the employer did not look at in time. None where there is nothing (left) to approve."""
    with locked(deliverable.engagement) as engagement:
        deliverable = relock(deliverable)
        deliverable.engagement = engagement
        waits = deliverable.status == Deliverable.Status.SUBMITTED
        if not waits or deliverable.review_ends_at is None or at < deliverable.review_ends_at:
            return None
        deliverable.become(
            Deliverable.Status.AUTO_APPROVED,
            by=None,
            at=at,
            approved_at=at,
            reason="The review window ended without an answer.",
        )
        clearing = timedelta(hours=settings.SILENCE_CLEARING_HOURS)
        release = promise(deliverable, engagement, by=None, at=at, undo=clearing)
        emails.work_approved_by_silence(release, deliverable, at=at)
    return release


def promise(
    deliverable: Deliverable, engagement: Engagement, *, by: User | None, at: datetime, undo: timedelta
) -> Release:
    """The one step behind every approval: the hold is checked and the share promised, on locked rows."""
    share = deliverable.hold_share
    hold = share.hold = relock(Hold(pk=share.hold_id))
    if hold.status != Hold.Status.FUNDED or hold.hold_reason:
        raise PaymentStopped(hold)
    Deadline.objects.end_review(deliverable, at=at)
    not_before = max(at + undo, earliest_release(hold, engagement.company))
    release = operations.promise_transfer(share, at=at, not_before=not_before, undo_until=at + undo)
    payee = Payee.objects.get(user=engagement.student_id)
    if not payee.is_ready:
        Deadline.objects.remind_payee(payee, at=at)
    if operations.is_over(engagement):
        engagement.become(Engagement.Status.COMPLETED, by=by, at=at, finished_at=at)
    return release


def earliest_release(hold: Hold, company: Company) -> datetime:
    """A company's first three charges go out no earlier than 7 days after capture (PRODUCT.md)."""
    if hold.funded_at is None:
        raise PaymentStopped(hold)
    earlier = Hold.objects.filter(engagement__company=company, funded_at__lt=hold.funded_at)
    if earlier.count() < settings.FIRST_CHARGES:
        return hold.funded_at + timedelta(days=settings.FIRST_CHARGES_DAYS)
    return hold.funded_at


def undo_approval(deliverable: Deliverable, *, by: User, at: datetime) -> Deliverable:
    """Take a click back while its time lasts; the review goes on with its old end.

    Raises TooLateToUndo, InvalidTransition.
    """
    with locked(deliverable.engagement) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        deliverable = relock(deliverable)
        if deliverable.status != Deliverable.Status.APPROVED:
            raise InvalidTransition(
                "Only a click can be undone, and this deliverable is not approved by one."
            )
        relock(deliverable.hold_share.hold)
        release = Release.objects.standing().get(share__deliverable=deliverable)
        if not release.can_be_undone(at=at):
            raise TooLateToUndo
        operations.undo_release(release, at=at)
        reason = "The approval was taken back."
        deliverable.become(Deliverable.Status.SUBMITTED, by=by, at=at, approved_at=None, reason=reason)
        Deadline.objects.resume_review(deliverable)
        if engagement.status == Engagement.Status.COMPLETED:
            engagement.become(Engagement.Status.ACTIVE, by=by, at=at, reason=reason, finished_at=None)
        emails.approval_undone(deliverable, at=at)
    return deliverable
