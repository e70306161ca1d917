"""Carrying operations out: claim, send or look, finish. Any line may be the last one that runs.

The row is claimed and the attempt written before anything is sent (T1), the answer is booked in a second
transaction (T2), and no transaction is open in between. Whatever dies, the lease ends and the next worker
either sends the same key again or, when the key may be forgotten, looks before it sends.
"""

import logging
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.failpoints import reach
from payments import stripe_gateway as gateway
from payments.ledger import JournalMismatch
from payments.models import Hold, Operation, OperationAttempt, Payee
from payments.operations import answering, finishing, looking, recording, requesting, stopping
from payments.stripe_gateway import StripeFailed

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)  # over the longest call (28 s), under the broker's 600 s
STALE_CLAIM_SECONDS = 60  # a worker that slept longer sends nothing (PAYMENTS 4.4, row 19)
PATIENCE = 3  # seconds that a person waits for a worker's call
KEY_TRUSTED = timedelta(hours=23)  # Stripe may forget a key after 24 h


@dataclass(frozen=True)
class Claim:
    """A claimed operation, with the ages of its key and of its last 500 by the database's clock."""

    operation: Operation
    attempt: OperationAttempt
    token: uuid.UUID
    key_age: timedelta
    since_500: timedelta | None
    booted: float

    @property
    def must_look(self) -> bool:
        """It exists but is not booked yet; or nobody knows, and the key may not protect us: never send.

        An account is never looked for: a second one would be empty and harm nobody.
        """
        if self.operation.kind == Operation.Kind.ACCOUNT:
            return False
        unknown = self.since_500 is not None or self.key_age > KEY_TRUSTED
        return unknown or self.operation.stripe_id is not None

    @property
    def looks_first(self) -> bool:
        """A later key is used only after one more look: since the last one, much may have happened."""
        return self.must_look or self.operation.epoch > 0

    @property
    def unknown_for(self) -> timedelta:
        """Since when at least nobody knows: the younger of the key and of the last 500."""
        return min(age for age in (self.since_500, self.key_age) if age is not None)


def run_due(*, at: datetime, limit: int = 100) -> int:
    """Run what is due, oldest first; returns how many were tried. One that breaks does not stop the rest."""
    if not stopping.may_send(at=at):
        return 0
    resume_blocked()
    due = Operation.objects.due(at=at).order_by("next_try_at", "pk").values_list("pk", flat=True)
    return sum(run_guarded(pk, at=at) for pk in list(due[:limit]))


def run_guarded(pk: uuid.UUID, *, at: datetime) -> bool:
    try:
        return run(pk, at=at)
    except (RuleViolation, DatabaseError, JournalMismatch):
        logger.exception("Operation %s could not be booked; its lease brings it back", pk)
        finishing.ring("operation_not_booked", str(pk), "What Stripe did is not in our book.", at=at)
        return True


def resume_blocked() -> int:
    """What was put aside for a payee who is ready now, or for a reason that no longer stands; how many."""
    kinds = [Operation.Kind.TRANSFER, Operation.Kind.REFUND]
    put_aside = Operation.objects.filter(kind__in=kinds, status=Operation.Status.BLOCKED)
    is_ready = Q(
        blocked_reason__in=Operation.PAYEE_REASONS,
        hold__engagement__student__payee__transfers_status=Payee.TransfersStatus.ACTIVE,
    )
    is_free = Q(blocked_reason__in=Hold.Reason.values, hold__hold_reason="")
    pks = list(put_aside.filter(is_ready | is_free).values_list("pk", flat=True))
    return put_aside.filter(pk__in=pks).update(status=Operation.Status.PLANNED, blocked_reason="")


def run_open(*, payee: Payee, at: datetime) -> None:
    """What waits for a payee, now, for the person who waits at the door."""
    for operation in payee.operations.filter(status__in=Operation.OPEN):
        run_now(operation, at=at)


def run_now(operation: Operation, *, at: datetime) -> Operation:
    """Run one operation for a person who waits; what fails now is left to the worker.

    The worker may have it already, as it is nudged at once: then its answer is waited for.
    """
    end = time.monotonic() + PATIENCE
    while not run(operation.pk, at=at) and is_taken(operation.pk, at=at) and time.monotonic() < end:
        time.sleep(0.05)
    operation.refresh_from_db()
    return operation


def is_taken(pk: uuid.UUID, *, at: datetime) -> bool:
    """Whether a worker has it, or is taking it just now."""
    sending = Q(status=Operation.Status.SENDING, lease_until__gt=Now())
    locked = Q(status=Operation.Status.PLANNED, next_try_at__lte=at, not_before__lte=at)
    return Operation.objects.filter(sending | locked, pk=pk).exists()


def run(pk: uuid.UUID, *, at: datetime) -> bool:
    """Claim, send or look, finish. False where another worker has it, nothing is due, or all sending is stopped."""
    if not stopping.may_send(at=at):
        return False
    claim = take(pk, at=at)
    if claim is None:
        return False
    reach("claimed")
    try:
        found = looking.found(claim.operation) if claim.looks_first else None
    except looking.TwoObjects as two:
        answering.after_two(claim, two, at=at)
    except StripeFailed as failure:
        answering.after_failed_look(claim, failure, at=at)
    else:
        after_look(claim, found, at=at)
    return True


def after_look(claim: Claim, found: gateway.Done | None, *, at: datetime) -> None:
    """What is there already is booked; what may not be sent is looked for again; all else is sent."""
    if found is None and claim.must_look:
        answering.after_miss(claim, at=at)
        return
    try:
        done = found or send(claim)
    except StripeFailed as failure:
        answering.after_failure(claim, failure, at=at)
    else:
        after_answer(claim, done, at=at)


def after_answer(claim: Claim, done: gateway.Done | None, *, at: datetime) -> None:
    """T2 for a yes; a worker that slept has done nothing."""
    if done is None:
        answering.note(claim, "slept")
        return
    reach("sent")
    finishing.finish(claim.operation.pk, done, at=at)
    answering.note(claim, "done")
    recording.record_capture(claim.operation, at=at)


def take(pk: uuid.UUID, *, at: datetime) -> Claim | None:
    """T1: lock the row, freeze the request, write the attempt. None where there is nothing to do."""
    token, booted = uuid.uuid4(), time.clock_gettime(time.CLOCK_BOOTTIME)
    with transaction.atomic():
        due = Operation.objects.due(at=at).select_for_update(skip_locked=True, of=("self",))
        operation = due.filter(pk=pk).select_related("hold__engagement", "payee__user").first()
        if operation is None or not is_ready(operation, at=at):
            return None
        key_age, since_500 = ages_of(operation)
        mark_sending(operation, token)
        attempt = OperationAttempt.objects.create(
            operation=operation, number=operation.attempts, epoch=operation.epoch
        )
    return Claim(operation, attempt, token, key_age, since_500, booted)


def is_ready(operation: Operation, *, at: datetime) -> bool:
    """Whether the request may go out. What must wait for somebody is put aside; else its words are frozen."""
    if operation.epoch_sent_at is not None:
        return True
    try:
        requesting.check(operation)
    except requesting.NotReady as error:
        operation.status, operation.blocked_reason = Operation.Status.BLOCKED, error.reason
        operation.save(update_fields=["status", "blocked_reason"])
        if error.needs_a_person:
            finishing.ring(
                f"operation_{error.reason}", str(operation.pk), "It cannot go on by itself.", at=at
            )
        return False
    if operation.params is None:
        operation.params = requesting.request_for(operation)
    return True


def ages_of(operation: Operation) -> tuple[timedelta, timedelta | None]:
    """How long ago this key was first sent and when Stripe last answered 500, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("select now()")
        (now,) = cursor.fetchone()
    key_age = now - operation.epoch_sent_at if operation.epoch_sent_at else timedelta()
    return key_age, now - operation.last_500_at if operation.last_500_at else None


def mark_sending(operation: Operation, token: uuid.UUID) -> None:
    operation.status = Operation.Status.SENDING
    operation.attempts += 1
    Operation.objects.filter(pk=operation.pk).update(
        status=operation.status,
        attempts=operation.attempts,
        params=operation.params,
        lease_until=Now() + LEASE,
        lease_token=token,
        first_sent_at=Coalesce("first_sent_at", Now()),
        epoch_sent_at=Coalesce("epoch_sent_at", Now()),
    )


def send(claim: Claim) -> gateway.Done | None:
    """N: the call. A worker that was asleep for long sends nothing; the lease brings the operation back."""
    if time.clock_gettime(time.CLOCK_BOOTTIME) - claim.booted > STALE_CLAIM_SECONDS:
        return None
    operation = claim.operation
    reach("sending")
    return gateway.send(operation.kind, operation.params or {}, key=requesting.idempotency_key(operation))
