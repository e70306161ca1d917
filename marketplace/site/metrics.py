"""Figures for the operator's monitoring: what waits, for how long it should have been done, and what rings.

The waiting rows are the queues, so that a dead worker, clock or broker shows as a growing `overdue`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from secrets import compare_digest
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from marketplace.kernel import pulse
from marketplace.kernel.models import Case, Letter, Untold
from payments import ledger
from payments.models import Alarm, Operation, ReconciliationRun, StripeEvent
from payments.models import Deadline as MoneyDeadline
from projects.models import Deadline

Rows = QuerySet[Any, Any]
Due = Callable[[datetime], tuple[Rows, str]]
DUE: dict[str, Due] = {
    "letters": lambda at: (Letter.objects.waiting(at=at), "next_try_at"),
    "untold": lambda at: (Untold.objects.due(at=at), "next_try_at"),
    "project_deadlines": lambda at: (Deadline.objects.due(at=at).order_by(), "due_at"),
    "money_deadlines": lambda at: (MoneyDeadline.objects.due(at=at).order_by(), "due_at"),
    "operations": lambda at: (Operation.objects.due(at=at), "next_try_at"),
    "stripe_events": lambda at: (StripeEvent.objects.due(at=at), "next_try_at"),
    "moderation": lambda at: (Case.objects.filter(closed_at=None, due_at__lte=at), "due_at"),
}


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever brings METRICS_TOKEN as a bearer; to everybody else there is nothing here."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not compare_digest(sent.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Figures(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """All of one moment, read when they are asked for: whichever process answers, they are the same."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        yield from self.queues()
        yield gauge(
            "operations", "Calls to Stripe by status.", "status", counted(Operation.objects.all(), "status")
        )
        waiting = Alarm.objects.filter(answered_at=None)
        yield gauge("alarms", "What a person must look at.", "kind", counted(waiting, "kind"))
        yield gauge("books_cents", "The sum of each account's code.", "account", books())
        yield gauge("books_difference_cents", "Debits less credits: always 0.", "", [("", difference())])
        yield from self.reconciliation()
        silence = pulse.silence(at=self.at)
        seconds = -1.0 if silence is None else silence.total_seconds()
        yield gauge(
            "pulse_seconds", "Since clock, broker and a worker last acted; -1: never.", "", [("", seconds)]
        )

    def reconciliation(self) -> Iterator[Metric]:
        last = ReconciliationRun.objects.order_by("-began_at", "-pk").first()
        age = (self.at - last.began_at).total_seconds() if last else -1
        told = "Since our book was compared with Stripe's; -1: never."
        yield gauge("reconciliation_seconds", told, "", [("", age)])
        green = bool(last and last.is_green)
        yield gauge("reconciliation_green", "Whether they agreed then.", "", [("", green)])

    def queues(self) -> Iterator[Metric]:
        due = gauge("due", "Rows that should be worked off now.", "queue")
        overdue = gauge("overdue_seconds", "How long the oldest of them has been due.", "queue")
        for name, of in DUE.items():
            rows, moment = of(self.at)
            found = rows.aggregate(count=Count("pk"), oldest=Min(F(moment)))
            due.add_metric([name], found["count"])
            late = (self.at - found["oldest"]).total_seconds() if found["count"] else 0
            overdue.add_metric([name], max(0, late))
        yield due
        yield overdue


def gauge(name: str, told: str, label: str, values: Iterable[tuple[str, float]] = ()) -> Gauge:
    made = Gauge(f"foothold_{name}", told, labels=[label] if label else [])
    for key, value in values:
        made.add_metric([key] if label else [], value)
    return made


def counted(rows: Rows, field: str) -> list[tuple[str, float]]:
    return list(rows.order_by(field).values_list(field).annotate(Count("pk")))


def books() -> list[tuple[str, float]]:
    sums = ledger.trial_balance().sums
    return [(f"{currency}_{code.name.lower()}", cents) for (currency, code), cents in sorted(sums.items())]


def difference() -> float:
    return sum(abs(cents) for cents in ledger.trial_balance().difference.values())
