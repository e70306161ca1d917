"""What an operator may do about an operation that is stuck: try it again, look it up at Stripe, hand it over.

Nothing here can pay twice: a new key is used only after a look that finds nothing, and where money may have moved
twice already nothing may be tried at all. Each act is kept in the audit, and a second click changes nothing.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from accounts.models import User
from marketplace.kernel import auditing
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import relock
from payments.models import Alarm, HandOver, Operation
from payments.models.causes import cause
from payments.operations import finishing, looking, recording, requesting, running

Status = Operation.Status
NEVER_AGAIN = frozenset({"two_objects", "other_amount", "refund_failed", "other_account"})
"""Causes for which another try would move money that may have moved: a person settles them at Stripe."""


class AlreadyOver(RuleViolation):
    """It has ended, perhaps a moment ago."""

    code = "already_over"

    def __init__(self, operation: Operation) -> None:
        super().__init__(f"Nothing to do: this has ended as “{operation.get_status_display().lower()}”.")


class NotByTrying(RuleViolation):
    """Another try does not help, or could move money twice."""

    code = "not_by_trying"

    def __init__(self, why: str) -> None:
        told = cause(why)
        super().__init__(f"Trying again does not help: {told.title}. {told.to_do}")


def check_operator(by: User) -> None:
    """Raises PermissionDenied for whoever may not act on money, such as a moderator."""
    if not by.has_perm("payments.change_operation"):
        raise PermissionDenied


def try_again(operation: Operation, *, by: User, at: datetime, note: str = "") -> Operation:
    """Make it due now, whatever it waited for; the door then calls `run_now`.

    What was stopped gets a new key, before which one look is taken (`Claim.looks_first`).
    Raises AlreadyOver, NotByTrying.
    """
    check_operator(by)
    with transaction.atomic():
        operation = finishing.lock(operation.pk)
        if not operation.is_open:
            raise AlreadyOver(operation)
        why = operation.stopped_by
        if why in NEVER_AGAIN:
            raise NotByTrying(why)
        changes = {"next_try_at": at} | ({} if not why else freed(operation))
        Operation.objects.filter(pk=operation.pk).update(**changes)
        acknowledged(operation, at=at)
        auditing.record(
            "operation_tried_again", operation, by=by, at=at, reason=note, was=operation.status, cause=why
        )
    operation.refresh_from_db()
    return operation


def freed(operation: Operation) -> dict[str, object]:
    """The changes that let a stopped one go on. Raises NotByTrying where what it waits for still stands."""
    changes: dict[str, object] = {"status": Status.PLANNED, "blocked_reason": "", "lease_until": None}
    if operation.status == Status.BLOCKED:
        try:
            requesting.check(operation)
        except requesting.NotReady as still:
            raise NotByTrying(still.reason) from None
        return changes
    if operation.first_sent_at is None:
        return changes
    new_key = {"epoch": models.F("epoch") + 1, "epoch_sent_at": None, "last_500_at": None, "lookup_misses": 0}
    return changes | new_key


def look_now(operation: Operation, *, by: User, at: datetime) -> str:
    """Ask Stripe what is there, book it if it is ours, and say what was found. Sends nothing.

    Call it outside a transaction. Raises AlreadyOver, StripeFailed.
    """
    check_operator(by)
    operation = Operation.objects.select_related("hold__engagement", "payee").get(pk=operation.pk)
    if not operation.is_open:
        raise AlreadyOver(operation)
    if operation.params is None:
        found, told = None, "It was never sent, so nothing of it is at Stripe."
    else:
        try:
            found = looking.found(operation)
        except looking.TwoObjects as two:
            finishing.freeze(operation.pk, "two_objects", str(two), at=at)
            found, told = None, f"More than one object carries its mark: {two}."
        else:
            told = "Nothing that carries its mark is at Stripe."
    if found is not None:
        finishing.finish(operation.pk, found, at=at)
        recording.record_capture(operation, at=at)
        operation.refresh_from_db()
        if not operation.is_open:
            answered(operation, "Found at Stripe and booked by an operator’s look.", at=at)
        told = f"Stripe has {found.id}; here it is “{operation.get_status_display().lower()}” now."
    auditing.record("operation_looked_up", operation, by=by, at=at, found=told)
    return told


def hand_over(operation: Operation, *, to: User, note: str, by: User, at: datetime) -> HandOver:
    """Ask a person to bring it to its end, and say why. The same again changes nothing. Raises AlreadyOver."""
    check_operator(by)
    check_operator(to)
    with transaction.atomic():
        operation = relock(operation)
        if not operation.is_open:
            raise AlreadyOver(operation)
        last = operation.hand_overs.order_by("-pk").first()
        if last is not None and (last.owner_id, last.note) == (to.pk, note):
            return last
        acknowledged(operation, at=at)
        auditing.record("operation_handed_over", operation, by=by, at=at, reason=note, to=to.public_id)
        return HandOver.objects.create(operation=operation, owner=to, note=note, by=by, at=at)


def acknowledged(operation: Operation, *, at: datetime) -> None:
    """Somebody has taken it up: whoever reads its alarms sees that."""
    waiting = Alarm.objects.waiting().filter(subject=str(operation.pk), acknowledged_at=None)
    waiting.update(acknowledged_at=at)


def answered(operation: Operation, note: str, *, at: datetime) -> None:
    """It is done: its alarms are answered, and ring again if something comes up again."""
    Alarm.objects.waiting().filter(subject=str(operation.pk)).update(answered_at=at, note=note)


def tried(operation: Operation, *, at: datetime) -> str:
    """Run it for the person who waits, and say what came of it in a sentence."""
    operation = running.run_now(operation, at=at)
    if operation.stopped_by:
        return f"Tried, and stopped again: {cause(operation.stopped_by).title}."
    if operation.status == Status.SUCCEEDED:
        answered(operation, "Done when an operator tried it again.", at=at)
        return "Tried, and done."
    error = operation.last_error or {}
    said = f" Stripe said: {error.get('message')}" if error.get("message") else ""
    return f"Tried; it is “{operation.get_status_display().lower()}” now.{said}"
