"""Carrying operations out: claim, send or look, finish. Any line may be the last one that runs.

The row is claimed and the attempt written before anything is sent (T1), the answer is booked in a second
transaction (T2), and no transaction is open in between. Whatever dies, the lease ends and the next worker
either sends the same key again or, when the key may be forgotten, looks before it sends.
"""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Now

from payments import stripe_gateway as gateway
from payments.models import Operation, OperationAttempt, Payee
from payments.operations import finishing, requesting
from payments.operations.failpoints import reach
from payments.stripe_gateway import Answer, StripeFailed

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)  # over the longest call (25 s), under the broker's 600 s
STALE_CLAIM_SECONDS = 60  # a worker that slept longer sends nothing (PAYMENTS 4.4, row 19)
KEY_TRUSTED = timedelta(hours=23)  # Stripe may forget a key after 24 h
KEY_FORGOTTEN = timedelta(hours=26)
MISSES = 3  # spaced look-ups that find nothing before a new key may be used
UNKNOWN_SECONDS = (1, 2, 5, 15, 60, 300, 900, 1800)
LOOK_MINUTES = (1, 5, 15, 60)


@dataclass(frozen=True)
class Claim:
    """A claimed operation, with the ages of its key and of its last 500 by the database's clock."""

    operation: Operation
    attempt: OperationAttempt
    key_age: timedelta
    since_500: timedelta | None
    booted: float

    @property
    def must_look(self) -> bool:
        """Nobody knows whether it was carried out and the key may not protect us: look, never send."""
        return settings.STRIPE_LOOKS and (self.since_500 is not None or self.key_age > KEY_TRUSTED)

    @property
    def may_start_anew(self) -> bool:
        ages = [age for age in (self.since_500, self.key_age) if age is not None]
        return min(ages) > KEY_FORGOTTEN and self.operation.lookup_misses >= MISSES


def run_due(*, at: datetime, limit: int = 100) -> int:
    """Run what is due, oldest first; returns how many were tried."""
    due = Operation.objects.due(at=at).order_by("next_try_at", "pk").values_list("pk", flat=True)
    return sum(run(pk, at=at) for pk in list(due[:limit]))


def run_open(*, payee: Payee, at: datetime) -> None:
    """What waits for a payee, now, for the person who waits at the door."""
    for operation in payee.operations.filter(status__in=Operation.OPEN):
        run_now(operation, at=at)


def run_now(operation: Operation, *, at: datetime) -> Operation:
    """Run one operation for a person who waits; what fails now is left to the worker."""
    run(operation.pk, at=at)
    operation.refresh_from_db()
    return operation


def run(pk: uuid.UUID, *, at: datetime) -> bool:
    """Claim, send or look, finish. False where another worker has it or nothing is due."""
    claim = take(pk, at=at)
    if claim is None:
        return False
    reach("claimed")
    try:
        found = look(claim, at=at) if claim.must_look else send(claim)
    except StripeFailed as failure:
        answer(claim, outcome=failure.answer.value, failure=failure)
        after_failure(claim, failure, at=at)
        return True
    if found is not None:
        reach("sent")
        finishing.finish(claim.operation.pk, found, at=at)
        answer(claim, outcome="done")
    return True


def take(pk: uuid.UUID, *, at: datetime) -> Claim | None:
    """T1: lock the row, freeze the request, write the attempt. None where there is nothing to do."""
    with transaction.atomic():
        due = Operation.objects.due(at=at).select_for_update(skip_locked=True, of=("self",))
        operation = due.filter(pk=pk).select_related("hold__engagement", "payee__user").first()
        if operation is None:
            return None
        if operation.params is None:
            try:
                operation.params = requesting.request_for(operation)
            except requesting.NotReady as error:
                operation.status, operation.blocked_reason = Operation.Status.BLOCKED, error.reason
                operation.save(update_fields=["status", "blocked_reason"])
                return None
        ages = ages_of(operation)
        mark_sending(operation, looks=settings.STRIPE_LOOKS and ages[1] is not None)
        attempt = OperationAttempt.objects.create(
            operation=operation, number=operation.attempts, epoch=operation.epoch
        )
    return Claim(operation, attempt, *ages, booted=time.clock_gettime(time.CLOCK_BOOTTIME))


def ages_of(operation: Operation) -> tuple[timedelta, timedelta | None]:
    """How long ago this key was first sent and when Stripe last answered 500, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("select now()")
        (now,) = cursor.fetchone()
    key_age = now - operation.epoch_sent_at if operation.epoch_sent_at else timedelta()
    return key_age, now - operation.last_500_at if operation.last_500_at else None


def mark_sending(operation: Operation, *, looks: bool) -> None:
    operation.status = Operation.Status.UNKNOWN if looks else Operation.Status.SENDING
    operation.attempts += 1
    fresh: dict[str, object] = {
        "lease_until": Now() + LEASE,
        "lease_token": uuid.uuid4(),
        "status": operation.status,
        "attempts": operation.attempts,
        "params": operation.params,
        "first_sent_at": models.functions.Coalesce("first_sent_at", Now()),
        "epoch_sent_at": models.functions.Coalesce("epoch_sent_at", Now()),
    }
    Operation.objects.filter(pk=operation.pk).update(**fresh)


def send(claim: Claim) -> gateway.Done | None:
    """N: the call. A worker that was asleep for long sends nothing; the lease brings the operation back."""
    if time.clock_gettime(time.CLOCK_BOOTTIME) - claim.booted > STALE_CLAIM_SECONDS:
        answer(claim, outcome="slept")
        return None
    operation = claim.operation
    reach("sending")
    done = gateway.send(operation.kind, operation.params, key=requesting.idempotency_key(operation))
    closes_page = operation.kind == Operation.Kind.VOID and "session" in operation.params
    return marked(operation, f"{done.id}:expired") if closes_page else done


def look(claim: Claim, *, at: datetime) -> gateway.Done | None:
    """Search Stripe for what this operation made; after enough spaced misses it gets a fresh key."""
    operation = claim.operation
    found = found_at_stripe(operation)
    if found is not None:
        return found
    if claim.may_start_anew:
        new_epoch(operation, at=at)
        answer(claim, outcome="new_epoch")
        return None
    minutes = LOOK_MINUTES[min(operation.lookup_misses, len(LOOK_MINUTES) - 1)]
    counts = min(
        age for age in (claim.since_500, claim.key_age) if age is not None
    ) > KEY_FORGOTTEN - timedelta(hours=2)
    Operation.objects.filter(pk=operation.pk).update(
        lease_until=None,
        next_try_at=at + timedelta(minutes=minutes),
        lookup_misses=models.F("lookup_misses") + int(counts),
        last_lookup_at=at,
    )
    answer(claim, outcome="not_found")
    return None


def found_at_stripe(operation: Operation) -> gateway.Done | None:
    """The one object with this operation's mark. Two of them stop everything and ring."""
    found = [thing for thing in LOOKS[operation.kind](operation) if thing.operation_id == str(operation.pk)]
    if len(found) > 1:
        finishing.freeze(operation, "two_objects", ", ".join(thing.id for thing in found))
        return None
    return found[0] if found else None


def look_for_intent(operation: Operation) -> list[gateway.Done]:
    """A capture or a void is seen on the payment itself."""
    assert operation.params is not None
    if "session" in operation.params:
        session = gateway.session(operation.params["session"])
        return [marked(operation, f"{session.id}:expired")] if session.status == "expired" else []
    intent = gateway.intent(operation.params["intent"])
    wanted = "succeeded" if operation.kind == Operation.Kind.CAPTURE else "canceled"
    return [marked(operation, intent.id)] if intent.status == wanted else []


def marked(operation: Operation, id_: str) -> gateway.Done:
    return gateway.Done(id=id_, operation_id=str(operation.pk))


def look_for_transfer(operation: Operation) -> list[gateway.Done]:
    assert operation.hold is not None
    return gateway.transfers_in(operation.hold.transfer_group)


def look_for_refund(operation: Operation) -> list[gateway.Done]:
    assert operation.params is not None
    return gateway.refunds_of(operation.params["payment_intent"])


LOOKS: dict[str, Callable[[Operation], list[gateway.Done]]] = {
    Operation.Kind.ACCOUNT: lambda _: [],  # a second empty account harms nobody; its key lives 30 d
    Operation.Kind.CHECKOUT: lambda operation: gateway.sessions_since(operation.created_at),
    Operation.Kind.CAPTURE: look_for_intent,
    Operation.Kind.VOID: look_for_intent,
    Operation.Kind.TRANSFER: look_for_transfer,
    Operation.Kind.REFUND: look_for_refund,
}


def after_failure(claim: Claim, failure: StripeFailed, *, at: datetime) -> None:
    """What an answer other than yes means for the operation (PAYMENTS 4.2)."""
    operation = claim.operation
    if failure.answer is Answer.BUG:
        finishing.freeze(operation, "refused", failure.message)
    elif failure.answer is Answer.REJECTED:
        after_rejection(claim, failure, at=at)
    else:
        seconds = UNKNOWN_SECONDS[min(operation.attempts, len(UNKNOWN_SECONDS)) - 1]
        changes: dict[str, object] = {"status": Operation.Status.UNKNOWN, "lease_until": None}
        if failure.answer is Answer.INDETERMINATE:
            seconds, changes["last_500_at"] = LOOK_MINUTES[0] * 60, Now()
        changes["next_try_at"] = at + timedelta(seconds=seconds)
        Operation.objects.filter(pk=operation.pk).update(**changes)


def after_rejection(claim: Claim, failure: StripeFailed, *, at: datetime) -> None:
    """Definitely not executed now, perhaps earlier: look once, then a fresh key, a wait, or the end."""
    operation = claim.operation
    try:
        found = found_at_stripe(operation)
    except StripeFailed:
        Operation.objects.filter(pk=operation.pk).update(
            lease_until=None, status=Operation.Status.UNKNOWN, next_try_at=at + timedelta(minutes=1)
        )
        return
    if found is not None:
        finishing.finish(operation.pk, found, at=at)
    elif operation.kind in {Operation.Kind.CAPTURE, Operation.Kind.VOID}:
        finishing.fail(operation.pk, failure, at=at)
    else:
        blocked = "payee" if failure.is_about_the_payee else ""
        new_epoch(operation, at=at, blocked=blocked)


def new_epoch(operation: Operation, *, at: datetime, blocked: str = "") -> None:
    """The next send is a new request to Stripe: only after a look that found nothing."""
    minutes = LOOK_MINUTES[min(operation.epoch, len(LOOK_MINUTES) - 1)]
    Operation.objects.filter(pk=operation.pk).update(
        status=Operation.Status.BLOCKED if blocked else Operation.Status.PLANNED,
        blocked_reason=blocked,
        epoch=models.F("epoch") + 1,
        epoch_sent_at=None,
        last_500_at=None,
        lookup_misses=0,
        lease_until=None,
        next_try_at=at + timedelta(minutes=minutes),
    )


def answer(claim: Claim, *, outcome: str, failure: StripeFailed | None = None) -> None:
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
        logger.warning("Operation %s: %s", claim.operation.pk, failure)
