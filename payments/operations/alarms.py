"""Ringing: once for each cause while nobody answered, and over by itself where only a state was wrong."""

from collections.abc import Mapping
from datetime import datetime

from payments.models import Alarm

OVER = "It is over by itself."


def ring(kind: str, subject: str, detail: str, *, at: datetime) -> None:
    """Raise an alarm, once until somebody answers it."""
    ring_all(kind, {subject: detail}, at=at)


def ring_all(kind: str, causes: Mapping[str, str], *, at: datetime) -> None:
    """One alarm for each subject, with its detail."""
    alarms = [Alarm(kind=kind, subject=s, detail=detail, raised_at=at) for s, detail in causes.items()]
    if alarms:
        Alarm.objects.bulk_create(alarms, ignore_conflicts=True)


def follow(kind: str, causes: Mapping[str, str], *, at: datetime) -> int:
    """Ring for what is wrong now, and end what rang of this kind and is wrong no more.

    For what can be seen at any time. What happened once, such as a second object, is rung by `ring` and answered
    by a person. Returns how many causes there are.
    """
    ring_all(kind, causes, at=at)
    over = Alarm.objects.waiting().filter(kind=kind).exclude(subject__in=list(causes))
    over.update(answered_at=at, note=OVER)
    return len(causes)
