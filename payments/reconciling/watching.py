"""What should never last: calls without an outcome, events and news that wait, a clock that stands still."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Greatest, Now

from marketplace.kernel import pulse
from marketplace.kernel.models import Untold
from payments import operations
from payments.models import Deadline, Operation, StripeEvent
from payments.reconciling.restoring import stopped_for_long
from projects.models import Deadline as ProjectDeadline

# PAYMENTS.md 4.5
UNKNOWN_FOR = timedelta(minutes=30)
LATE_AFTER = timedelta(hours=24)
PATIENCE = 20  # attempts
DEADLINE_LATE_AFTER = timedelta(minutes=30)
UNTOLD_FOR = timedelta(minutes=30)  # since it happened: by then it was tried four times
BACKLOG_AFTER = timedelta(minutes=5)
SILENT_AFTER = timedelta(minutes=2)
SHOWN = 200  # of one kind; more say no more

Status = Operation.Status


def watch(*, at: datetime) -> int:
    """Ring for all of it, and end what is over; returns how many causes there are."""
    operations.guards_changed(at=at)
    causes = {
        "operation_unknown": unknown_operations(),
        "operation_late": late_operations(at=at),
        "operation_stuck": stuck_operations(),
        "event_backlog": waiting_events(at=at),
        "untold": untold(at=at),
        "deadline_late": late_deadlines(at=at),
        "clock_silent": clock_silent(at=at),
        "sending_stopped": stopped_for_long(at=at),
    }
    return sum(operations.follow(kind, found, at=at) for kind, found in causes.items())


def watch_clock(*, at: datetime) -> bool:
    """Asked by every task that a nudge starts: they run although the clock stands still. Whether it does."""
    silent = clock_silent(at=at)
    operations.ring_all("clock_silent", silent, at=at)
    return bool(silent)


def clock_silent(*, at: datetime) -> dict[str, str]:
    silence = pulse.silence(at=at)
    silent = silence is not None and silence > SILENT_AFTER
    return {"clock": f"Nothing for {silence}."} if silent else {}


def unknown_operations() -> dict[str, str]:
    """A refund that exists and waits for its booking is known, and rings by itself after a day."""
    rows = Operation.objects.filter(status=Status.UNKNOWN, stripe_id=None)
    return named(rows.filter(epoch_sent_at__lt=Now() - UNKNOWN_FOR))


def late_operations(*, at: datetime) -> dict[str, str]:
    """A student who has not set up being paid is reminded instead, by letters."""
    rows = Operation.objects.annotate(since=Greatest("created_at", "not_before"))
    sending = Q(status=Status.SENDING, epoch_sent_at__lt=Now() - LATE_AFTER)
    put_aside = Q(status=Status.BLOCKED, since__lt=at - LATE_AFTER) & ~Q(blocked_reason="no_payee")
    return named(rows.filter(sending | put_aside))


def stuck_operations() -> dict[str, str]:
    return named(Operation.objects.filter(status__in=Operation.OPEN, attempts__gt=PATIENCE))


def named(rows: QuerySet[Operation, Operation]) -> dict[str, str]:
    found = rows.order_by("pk").values_list(
        "pk", "kind", "status", "blocked_reason", "attempts", "last_error"
    )
    return {str(pk): words(*rest) for pk, *rest in found[:SHOWN]}


def words(kind: str, status: str, reason: str, attempts: int, error: Any) -> str:
    last = f", last: {error.get('code') or error.get('message')}" if isinstance(error, dict) else ""
    return f"{kind}, {status}{f' ({reason})' if reason else ''}, {attempts} attempts{last}"


def waiting_events(*, at: datetime) -> dict[str, str]:
    late = StripeEvent.objects.due(at=at - BACKLOG_AFTER).count()
    return {"stripe": f"{late} events wait."} if late else {}


def untold(*, at: datetime) -> dict[str, str]:
    """What happened, and the letters and notices about it cannot be written."""
    rows = Untold.objects.filter(at__lt=at - UNTOLD_FOR).order_by("pk")
    return {str(row): f"Number {row.pk}, tried {row.attempts} times." for row in rows[:SHOWN]}


def late_deadlines(*, at: datetime) -> dict[str, str]:
    """What a date should have done by itself, and did not: its rule fails, or no sweep comes to it."""
    sweeps: dict[str, Any] = {"payments": Deadline, "projects": ProjectDeadline}
    return {
        f"{app} {row.pk}": f"{row.get_kind_display()}: due {row.due_at:%Y-%m-%d %H:%M} UTC."
        for app, model in sweeps.items()
        for row in model.objects.due(at=at - DEADLINE_LATE_AFTER)[:SHOWN]
    }
