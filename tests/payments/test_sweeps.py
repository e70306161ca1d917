"""A row that nobody foresaw stops no other row of a sweep, no other sweep, and rings until it is mended."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from payments import reconciling, tasks
from payments.models import Alarm, Deadline, Hold
from projects.models import Engagement
from tests import stages
from tests.boards import stands_on

HALF_AN_HOUR = timedelta(minutes=30)


def a_mistake(*, due_at):
    """The reminder of a payee that names a payment: its rule fails as nobody foresaw."""
    return Deadline.objects.create(kind=Deadline.Kind.PAYEE_REMINDER, hold=Hold.objects.get(), due_at=due_at)


@stands_on(stages.offered)
def test_a_row_that_fails_unforeseen_stops_no_other_and_rings_until_it_is_mended(board):
    ends_at = board.offer_expires_at
    row = a_mistake(due_at=ends_at - timedelta(days=1))

    with pytest.raises(ExceptionGroup):
        tasks.run_deadlines(at=ends_at)

    board.refresh_from_db()
    assert board.status == Engagement.Status.EXPIRED
    for later, ringing in ((HALF_AN_HOUR, 1), (HALF_AN_HOUR - timedelta(seconds=1), 0)):
        reconciling.watch(at=row.due_at + later)
        alarms = Alarm.objects.waiting().filter(kind="deadline_late")
        assert alarms.count() == ringing
    reconciling.watch(at=ends_at)
    assert (alarms.get().subject, alarms.get().detail[:18]) == (f"payments {row.pk}", "Payee Reminder: du")
    row.delete()
    reconciling.watch(at=ends_at)
    assert not alarms.exists()


@stands_on(stages.offered)
def test_without_celery_all_that_is_due_is_done_beside_it(board, sandbox):
    a_mistake(due_at=timezone.now() - timedelta(hours=1))

    with pytest.raises(ExceptionGroup):
        call_command("drain", "--once")

    assert Alarm.objects.filter(kind="deadline_late").exists()
