"""What every answer other than yes means for its operation (PAYMENTS.md 4.2): resend, look, start anew, stop.

A worker whose lease was taken over changes nothing here: each change asks for its token.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now

from payments.models import Operation, OperationAttempt
from payments.operations import finishing, looking, recording
from payments.stripe_gateway import Answer, StripeFailed

logger = logging.getLogger(__name__)

KEY_FORGOTTEN = timedelta(hours=26)
COUNTED_AFTER = timedelta(hours=24)  # a miss counts once Stripe may have forgotten the key
MISSES = 3  # spaced looks that find nothing before a new key may be used
UNKNOWN_SECONDS = (1, 2, 5, 15, 60, 300, 900, 1800)
LOOK_MINUTES = (1, 5, 15, 60)
ONCE_AT_STRIPE = {Operation.Kind.CAPTURE, Operation.Kind.VOID}
PATIENCE = 20  # attempts after which somebody should look


class Claim(Protocol):
    """What is needed here of `running.Claim`."""

    @property
    def operation(self) -> Operation: ...
    @property
    def attempt(self) -> OperationAttempt: ...
    @property
    def token(self) -> UUID: ...
    @property
    def unknown_for(self) -> timedelta: ...


def after_failure(claim: Claim, failure: StripeFailed, *, at: datetime) -> None:
    logger.warning("Operation %s: %s", claim.operation.pk, failure)
    if claim.operation.attempts > PATIENCE:
        finishing.ring("operation_stuck", str(claim.operation.pk), str(failure), at=at)
    if failure.answer is Answer.BUG:
        note(claim, failure.answer.value, failure)
        finishing.freeze(claim.operation.pk, "refused", str(failure), at=at)
    elif failure.answer is Answer.INDETERMINATE and claim.operation.kind == Operation.Kind.ACCOUNT:
        start_anew(claim, failure.answer.value, failure, at=at)  # two empty accounts harm nobody
    elif failure.answer is Answer.REJECTED or may_be_repeated(claim.operation, failure):
        after_rejection(claim, failure, at=at)
    elif failure.answer is Answer.INDETERMINATE:
        later = at + timedelta(minutes=LOOK_MINUTES[0])
        put_back(claim, failure.answer.value, failure, next_try_at=later, last_500_at=Now())
    else:
        seconds = UNKNOWN_SECONDS[min(claim.operation.attempts, len(UNKNOWN_SECONDS)) - 1]
        put_back(claim, failure.answer.value, failure, next_try_at=at + timedelta(seconds=seconds))


def may_be_repeated(operation: Operation, failure: StripeFailed) -> bool:
    """Stripe itself lets a payment be charged or given back once, so a second request harms nobody."""
    return failure.answer is Answer.INDETERMINATE and operation.kind in ONCE_AT_STRIPE


def after_failed_look(claim: Claim, failure: StripeFailed, *, at: datetime) -> None:
    """Nothing was sent, so no more is unknown than before: look again, or stop where we may not ask."""
    if failure.answer is Answer.BUG:
        after_failure(claim, failure, at=at)
        return
    logger.warning("Operation %s could not be looked for: %s", claim.operation.pk, failure)
    if claim.operation.attempts > PATIENCE:
        finishing.ring("operation_stuck", str(claim.operation.pk), str(failure), at=at)
    later = at + timedelta(minutes=LOOK_MINUTES[0])
    put_back(claim, failure.answer.value, failure, next_try_at=later)


def after_rejection(claim: Claim, failure: StripeFailed, *, at: datetime) -> None:
    """Definitely not executed now, perhaps earlier: look once, then a fresh key, a wait, or the end."""
    operation = claim.operation
    try:
        found = looking.found(operation)
        hopeless = found is None and is_hopeless(operation, failure)
    except looking.TwoObjects as two:
        after_two(claim, two, at=at)
    except StripeFailed:  # not even the look was answered: the same key again, which has the same answer
        put_back(claim, failure.answer.value, failure, next_try_at=at + timedelta(minutes=LOOK_MINUTES[0]))
    else:
        if found is not None:
            note(claim, failure.answer.value, failure)
            finishing.finish(operation.pk, found, at=at)
            recording.record_capture(operation, at=at)
        elif hopeless:
            note(claim, failure.answer.value, failure)
            finishing.fail(operation.pk, failure.message, at=at)
            recording.record_paid_page(operation, at=at)
        else:
            start_anew(claim, failure.answer.value, failure, at=at)


def after_two(claim: Claim, two: looking.TwoObjects, *, at: datetime) -> None:
    """Money may have moved twice: nothing goes on until a person has looked."""
    note(claim, "two_objects")
    finishing.freeze(claim.operation.pk, "two_objects", str(two), at=at)


def is_hopeless(operation: Operation, failure: StripeFailed) -> bool:
    if operation.kind == Operation.Kind.REVERSAL:
        return failure.lacks_money
    if operation.kind not in {Operation.Kind.CAPTURE, Operation.Kind.VOID}:
        return False
    refused = operation.kind == Operation.Kind.CAPTURE and failure.ends_the_payment
    return refused or not looking.can_still_happen(operation)


def after_miss(claim: Claim, *, at: datetime) -> None:
    """A look found nothing: look again, less and less often; one day the key may be replaced."""
    operation = claim.operation
    if claim.unknown_for > KEY_FORGOTTEN and operation.lookup_misses >= MISSES:
        if (operation.amount_cents or 0) <= settings.AUTOMATIC_RESEND_CENTS:
            start_anew(claim, "not_found", at=at)
        else:
            note(claim, "not_found")
            finishing.freeze(operation.pk, "needs_a_person", "Its outcome could not be found out.", at=at)
        return
    looks = operation.tries.filter(epoch=operation.epoch, outcome="not_found").count()
    minutes = LOOK_MINUTES[min(looks, len(LOOK_MINUTES) - 1)]
    put_back(
        claim,
        "not_found",
        next_try_at=at + timedelta(minutes=minutes),
        lookup_misses=models.F("lookup_misses") + int(claim.unknown_for > COUNTED_AFTER),
        last_lookup_at=at,
    )


def start_anew(claim: Claim, outcome: str, failure: StripeFailed | None = None, *, at: datetime) -> None:
    """The next send is a new request to Stripe; called only after a look that found nothing."""
    operation = claim.operation
    blocked = "payee" if failure and failure.is_about_the_payee else ""
    minutes = LOOK_MINUTES[min(operation.epoch, len(LOOK_MINUTES) - 1)]
    put_back(
        claim,
        outcome,
        failure,
        status=Operation.Status.BLOCKED if blocked else Operation.Status.PLANNED,
        blocked_reason=blocked,
        epoch=models.F("epoch") + 1,
        epoch_sent_at=None,
        last_500_at=None,
        lookup_misses=0,
        next_try_at=at + timedelta(minutes=minutes),
    )
    if failure and failure.lacks_money:
        finishing.ring("balance_insufficient", operation.kind, str(failure), at=at)
    if failure and operation.epoch >= len(LOOK_MINUTES):
        finishing.ring("operation_rejected", str(operation.pk), str(failure), at=at)


def put_back(claim: Claim, outcome: str, failure: StripeFailed | None = None, **changes: Any) -> None:
    """Answer the attempt and give the operation back with `changes`, if it is still this worker's."""
    with transaction.atomic():
        mine = Operation.objects.filter(
            pk=claim.operation.pk, lease_token=claim.token, status__in=Operation.OPEN
        )
        mine.update(**{"status": Operation.Status.UNKNOWN, "lease_until": None} | changes)
        note(claim, outcome, failure)


def note(claim: Claim, outcome: str, failure: StripeFailed | None = None) -> None:
    """Book what came back for this attempt."""
    OperationAttempt.objects.filter(pk=claim.attempt.pk, outcome="").update(
        outcome=outcome,
        answered_at=Now(),
        http_status=failure.status if failure else None,
        request_id=failure.request_id if failure else "",
    )
    if failure is not None:
        error = {"code": failure.code, "message": failure.message, "status": failure.status}
        Operation.objects.filter(pk=claim.operation.pk).update(last_error=error)
