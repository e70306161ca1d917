"""After a restore from a backup: what open operations did at Stripe since then is found by its marks there."""

from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist

from payments.models import Operation
from payments.operations import finishing, looking, recording, requesting


def look_for_open(*, at: datetime) -> int:
    """Look for each operation that is not over, sent or not, and book what is there; returns how many were found.

    The snapshot may not know that it was sent, and its key may be forgotten by now. Nothing is sent here.
    Raises StripeFailed.
    """
    rows = Operation.objects.filter(status__in=[*Operation.OPEN, Operation.Status.BLOCKED])
    rows = rows.exclude(kind=Operation.Kind.ACCOUNT).select_related("hold__engagement").order_by("pk")
    return sum(look_for(operation, at=at) for operation in list(rows))


def look_for(operation: Operation, *, at: datetime) -> bool:
    try:
        operation.params = operation.params or requesting.request_for(operation)  # in memory alone
    except ObjectDoesNotExist:
        return False  # no account to send to: it was never sent
    try:
        found = looking.found(operation)
    except looking.TwoObjects as two:
        finishing.freeze(operation.pk, "two_objects", str(two), at=at)
        return False
    if found is not None:
        finishing.finish(operation.pk, found, at=at)
        recording.record_capture(operation, at=at)
    return found is not None
