"""What people do about alarms: administrators get a letter, somebody looks, somebody writes down what was done."""

from collections import defaultdict
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounts.empowering import administrators
from accounts.models import User
from marketplace.kernel import auditing
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import AuditEntry
from marketplace.kernel.transactions import locked
from payments.emails import alarms as letters
from payments.models import Alarm


class AlarmAnswered(RuleViolation):
    """Its first answer stands."""

    code = "alarm_answered"

    def __init__(self) -> None:
        super().__init__("Somebody answered this alarm already. What they wrote stands on its page.")


def acknowledge(alarm: Alarm, *, by: User, at: datetime) -> Alarm:
    """Somebody looks at it: it rings on, and others see who is on it. Raises PermissionDenied, AlarmAnswered."""
    with locked(alarm) as alarm:
        check_may_answer(alarm, by)
        if alarm.acknowledged_at is None:
            alarm.acknowledged_at = at
            alarm.save(update_fields=["acknowledged_at"])
            auditing.record("alarm_acknowledged", alarm, by=by, at=at)
    return alarm


def answer(alarm: Alarm, *, by: User, note: str, at: datetime) -> Alarm:
    """It is dealt with, and how. The same cause rings anew. Raises PermissionDenied, AlarmAnswered."""
    with locked(alarm) as alarm:
        check_may_answer(alarm, by)
        alarm.answered_at, alarm.note = at, note.strip()
        alarm.save(update_fields=["answered_at", "note"])
        auditing.record("alarm_answered", alarm, by=by, at=at, reason=alarm.note)
    return alarm


def steps_of(alarm: Alarm) -> QuerySet[AuditEntry]:
    """Who looked at it and who answered, oldest first."""
    about = {"app": "payments", "noun": "alarm", "row_id": str(alarm.pk)}
    return AuditEntry.objects.filter(**about).select_related("by").order_by("pk")


def check_may_answer(alarm: Alarm, by: User) -> None:
    """Whoever of the staff may read alarms: on a night when one rings there may be nobody else."""
    if not (by.is_staff and by.has_perm("payments.view_alarm")):
        raise PermissionDenied
    if alarm.answered_at is not None:
        raise AlarmAnswered


def tell_administrators(*, at: datetime) -> int:
    """A letter about what rang since, one for each kind and hour, so that a flood is one letter. How many kinds."""
    by_kind: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in Alarm.objects.untold().order_by("pk")[:500]:
        by_kind[alarm.kind].append(alarm)
    readers = list(administrators()) if by_kind else []
    for rung in by_kind.values():
        for reader in readers:
            letters.alarm_rung(rung[0], count=len(rung), to=reader, at=at)
        Alarm.objects.filter(pk__in=[alarm.pk for alarm in rung]).update(told_at=at)
    return len(by_kind)
