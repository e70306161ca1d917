"""From approved work to money on its way: the click, its undo, and approval by silence."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Company, User
from marketplace.kernel import telling
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.states import InvalidTransition, become_all
from marketplace.kernel.transactions import locked, relock
from payments import operations
from payments.emails import approved
from payments.models import Deadline, Hold, Release
from payments.operations import Part, Promise
from projects.models import Deliverable, Engagement

T = TypeVar("T")


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
    with transaction.atomic():
        part = only(operations.lock_parts([deliverable.pk]))
        if part.company not in by.company_ids:
            raise PermissionDenied
        seen = Deliverable(status=part.status, version=part.version)
        seen.expect_version(version)
        seen.expect_arrow(Deliverable.Status.APPROVED)
        return only(approve([part], status=Deliverable.Status.APPROVED, by=by, at=at))


def approve_by_silence(deliverable: Deliverable, *, at: datetime) -> Release | None:
    """Approve what the employer did not look at in time. None where there is nothing (left) to approve."""
    with transaction.atomic():
        part = only(operations.lock_parts([deliverable.pk]))
        if not is_silent(part, at=at):
            return None
        return only(approve([part], status=Deliverable.Status.AUTO_APPROVED, by=None, at=at))


def approve_all_by_silence(pks: Sequence[int], *, at: datetime) -> int:
    """The same for many parts at once, as far as nobody works on them just now. Returns how many were approved.

    One that cannot be approved spoils them all: the caller then goes through them one by one.
    """
    with transaction.atomic():
        parts = [part for part in operations.lock_parts(pks, wait=False) if is_silent(part, at=at)]
        return len(approve(parts, status=Deliverable.Status.AUTO_APPROVED, by=None, at=at)) if parts else 0


def only(rows: Sequence[T]) -> T:
    (row,) = rows
    return row


def is_silent(part: Part, *, at: datetime) -> bool:
    """Whether it waits for an answer that should be here."""
    ended = part.review_ends_at is not None and at >= part.review_ends_at
    return part.status == Deliverable.Status.SUBMITTED and ended


def approve(parts: Sequence[Part], *, status: str, by: User | None, at: datetime) -> list[Release]:
    """The one step behind every approval: each hold is checked and the share promised, on locked rows."""
    for part in parts:
        if part.hold_status != Hold.Status.FUNDED or part.hold_reason:
            raise PaymentStopped(Hold(status=part.hold_status, hold_reason=part.hold_reason))
    known = operations.read_of(parts)
    promises = []
    for part in parts:
        assert part.funded_at is not None  # by a CHECK of what is funded
        undo_until = at + time_to_undo(part, status)
        not_before = max(undo_until, opens_at(part.funded_at, known[part.pk].charges))
        promises.append(Promise(part, known[part.pk], not_before, undo_until))
    pks, silent = [part.pk for part in parts], status == Deliverable.Status.AUTO_APPROVED
    reason = "The review window ended without an answer." if silent else ""
    was = Deliverable.Status.SUBMITTED
    become_all(Deliverable, pks, was=was, status=status, by=by, at=at, reason=reason, approved_at=at)
    Deadline.objects.end_reviews(pks, at=at)
    releases = operations.promise_all(promises, at=at)
    complete(promises, by=by, at=at)
    Deadline.objects.remind_payees({one.payee for one in known.values() if not one.payee_is_ready}, at=at)
    what = approved.APPROVED_BY_SILENCE if silent else approved.APPROVED
    telling.later(what, [release.public_id for release in releases], at=at)
    return releases


def complete(promises: Sequence[Promise], *, by: User | None, at: datetime) -> None:
    """The engagements of which nothing else is open are completed with these, as `operations.is_over` says."""
    counted = Counter(promise.part.engagement for promise in promises)
    done = {
        part.engagement: part.engagement_status
        for part, known, *_ in promises
        if known.still_open == counted[part.engagement]
    }
    for status in done.values():
        Engagement(status=status).expect_arrow(Engagement.Status.COMPLETED)
    if done:
        was, status = Engagement.Status.ACTIVE, Engagement.Status.COMPLETED
        become_all(Engagement, list(done), was=was, status=status, by=by, at=at, finished_at=at)


def time_to_undo(part: Part, status: str) -> timedelta:
    if status == Deliverable.Status.AUTO_APPROVED:
        return timedelta(hours=settings.SILENCE_CLEARING_HOURS)
    return timedelta(minutes=part.undo_minutes)


def earliest_release(hold: Hold, company: Company) -> datetime:
    """When money of this hold may go out at the earliest. Raises PaymentStopped."""
    if hold.funded_at is None:
        raise PaymentStopped(hold)
    earlier = Hold.objects.filter(engagement__company=company, funded_at__lt=hold.funded_at)
    return opens_at(hold.funded_at, earlier.count())


def opens_at(funded_at: datetime, charges: int) -> datetime:
    """A company's first three charges go out no earlier than 7 days after capture (PRODUCT.md)."""
    first = charges < settings.FIRST_CHARGES
    return funded_at + timedelta(days=settings.FIRST_CHARGES_DAYS) if first else funded_at


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
        telling.tell_first(approved.APPROVED, release.public_id)
        operations.undo_release(release, at=at)
        reason = "The approval was taken back."
        deliverable.become(Deliverable.Status.SUBMITTED, by=by, at=at, approved_at=None, reason=reason)
        Deadline.objects.resume_review(deliverable)
        if engagement.status == Engagement.Status.COMPLETED:
            engagement.become(Engagement.Status.ACTIVE, by=by, at=at, reason=reason, finished_at=None)
        approved.approval_undone(deliverable, at=at)
    return deliverable
