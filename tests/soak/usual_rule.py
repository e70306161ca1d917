"""The control: what is usually done. One key for ever, sent again until the answer is yes; nobody ever looks.

It is put in the place of ours by the soak alone, in its own processes, to show that the soak sees what it costs.
"""

from datetime import timedelta

from payments import stripe_events
from payments.operations import answering, finishing, requesting, running

PAUSES = (1, 5, 15, 60, 300, 900, 3600, 4 * 3600)  # seconds, as job queues have them


def take_over():
    running.Claim.must_look = False
    running.Claim.looks_first = False
    requesting.idempotency_key = lambda operation: f"operation-{operation.pk}"
    answering.after_failure = send_again
    for kind in ("transfer.created", "refund.created", "refund.updated", "charge.captured"):
        stripe_events.HANDLERS.pop(kind, None)


def send_again(claim, failure, *, at):
    operation = claim.operation
    if operation.kind in answering.ONCE_AT_STRIPE and failure.ends_the_payment:
        answering.note(claim, failure.answer.value, failure)
        finishing.fail(operation.pk, failure.message, at=at)
        return
    pause = PAUSES[min(operation.attempts, len(PAUSES)) - 1]
    answering.put_back(claim, failure.answer.value, failure, next_try_at=at + timedelta(seconds=pause))
