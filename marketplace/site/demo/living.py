"""The days before the present, lived through in order: people act, and in between the dates do what they do.

With money the order matters, since the stand-in's clock only goes forward; so all stories are lived side by side.
Without money each story is one transaction, which a worker that runs meanwhile sees whole or not at all.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Min, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from marketplace.kernel import telling
from marketplace.kernel.models import Untold
from marketplace.site.demo.acting import Act, Acting, StandIn
from payments import funding, operations
from payments import tasks as payments_tasks
from payments.models import Deadline as MoneyDeadline
from payments.models import Hold, Operation
from projects import tasks as projects_tasks
from projects.models import Deadline, Reading

# What runs may write the next thing due at the same moment, as a date less than a day off does with its reminder.
MOST_AT_ONCE = 10


class Stuck(Exception):
    """Something stays due however often it is run: a mistake in a story, or a stand-in that does not answer."""


class Stopped(Exception):
    """Somebody asked to stop; the next start goes on."""


def never() -> bool:
    return False


class Past:
    """The time up to `base`. `stop` is asked between two acts."""

    def __init__(self, standin: StandIn | None = None, *, stop: Callable[[], bool] = never) -> None:
        self.standin, self.stop = standin, stop
        # How far the stand-in's clock is behind ours, negative seconds.
        self.offset = standin.advance() - time.time() if standin else 0.0

    def live(self, acts: Iterable[Act], *, until: datetime, passed: Callable[[datetime], None]) -> None:
        """Each act at its moment, and whatever falls due before it. Raises Stopped, Stuck."""
        for act in sorted(acts):
            if self.stop():
                raise Stopped
            self.catch_up(act.at)
            self.reach(act.at)
            act.do(act.at)
            passed(act.at)
        self.catch_up(until)

    def catch_up(self, at: datetime) -> None:
        """Everything that is due until then, each thing at its own moment."""
        ran: tuple[datetime, str] | None = None
        times = 0
        while (due := next_due()) is not None and due[0] <= at:
            times = times + 1 if due == ran else 0
            if times > MOST_AT_ONCE:
                raise Stuck(f"{due[1]} at {due[0]}")
            self.reach(due[0])
            SWEEPS[due[1]](due[0])
            ran = due

    def reach(self, at: datetime) -> None:
        """Let the stand-in's time pass up to `at`, where it is behind."""
        seconds = int(at.timestamp() - time.time() - self.offset)
        if self.standin is not None and seconds > 0:
            self.standin.advance(seconds=seconds)
            self.offset += seconds

    @property
    def present(self) -> datetime:
        """How far it has come, by the stand-in's clock."""
        return timezone.now() + timedelta(seconds=self.offset)

    def catch_up_with_now(self) -> None:
        """From here on the stand-in's time is ours again."""
        if self.standin is not None and self.offset < 0:
            self.standin.advance(seconds=round(-self.offset))
            self.offset = 0.0


def next_due() -> tuple[datetime, str] | None:
    """What comes first of all that will happen by itself, and its kind."""
    with connection.cursor() as cursor:
        cursor.execute(*question())
        return min(((at, kind) for kind, at in cursor.fetchall() if at is not None), default=None)


@cache
def question() -> tuple[str, tuple[Any, ...]]:
    """The query of `next_due`, put together once: it is asked before each act."""
    ready = Greatest(F("next_try_at"), F("not_before"))
    rows = [
        earliest("projects", Deadline.objects.pending(), "due_at"),
        earliest("payments", MoneyDeadline.objects.pending(), "due_at"),
        earliest("operations", Operation.objects.filter(status__in=Operation.OPEN), ready),
        earliest("messages", Reading.objects.filter(tell_at__isnull=False), "tell_at"),
        earliest("told", Untold.objects.all(), "next_try_at"),
        earliest("holds", Hold.objects.filter(next_look_at__isnull=False), "next_look_at"),
    ]
    sql, values = rows[0].union(*rows[1:], all=True).query.sql_with_params()
    return sql, values


def earliest(kind: str, rows: QuerySet[Any], moment: Any) -> Any:
    return rows.order_by().values(sweep=Value(kind)).annotate(first=Min(moment)).values_list("sweep", "first")


SWEEPS: dict[str, Callable[[datetime], object]] = {
    "projects": lambda at: projects_tasks.run_deadlines(at=at),
    "payments": lambda at: payments_tasks.run_deadlines(at=at),
    "operations": lambda at: operations.run_due(at=at),
    "messages": lambda at: projects_tasks.tell_of_messages(at=at),
    "told": lambda at: telling.tell_due(at=at),
    "holds": lambda at: funding.confirm_awaited(at=at),
}


def live_alone(acting: Acting, *, until: datetime) -> None:
    """A whole story without money in one transaction."""
    with transaction.atomic():
        for act in acting.acts():
            projects_tasks.run_deadlines(at=act.at)
            act.do(act.at)
        due = Deadline.objects.pending().filter(project=acting.known, due_at__lte=until)
        for at in due.order_by("due_at").values_list("due_at", flat=True):
            projects_tasks.run_deadlines(at=at)


class LocalStandIn:
    """The stand-in of a local run, commanded over HTTP."""

    def __init__(self, address: str) -> None:
        self.address = address

    def pay(self, session: str) -> Any:
        return self.call("pay", session=session)

    def onboard(self, account: str) -> Any:
        return self.call("onboard", account=account)

    def advance(self, *, seconds: int = 0) -> int:
        return int(self.call("advance", seconds=seconds))

    def reset(self, *, days_ago: int = 0) -> Any:
        return self.call("reset", days_ago=days_ago)

    def break_(self, kind: str, **where: Any) -> Any:
        return self.call("faults", kind=kind, **where)

    def call(self, name: str, **arguments: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310, the address is our own
            f"{self.address}/_sandbox/{name}",
            json.dumps(arguments).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)["result"]
