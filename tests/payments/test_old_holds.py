"""Money that is held for long: an alarm on the 70th day, a person on the 85th, and never a timer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments import ledger, releasing, tasks
from payments.models import Alarm, Deadline, Operation
from tests import stages
from tests.boards import stands_on
from tests.payments.test_chargebacks import tell

pytestmark = stands_on(stages.under_way)
DAY = timedelta(days=1)


@pytest.fixture
def hold(board):
    """Both parts are handed in, and the clocks of their reviews are lost."""
    for number in (1, 2):
        stages.deliver(board, number=number)
    Deadline.objects.filter(deliverable__isnull=False).delete()
    return board.holds.get()


def live_until(hold, days):
    for day in (70, 85, 86, 87):
        if day <= days:
            tasks.run_deadlines(at=hold.funded_at + day * DAY)


def rung(kind):
    return Alarm.objects.filter(kind=kind).count()


def test_rings_on_the_70th_day_and_asks_a_person_on_the_85th(board, hold):
    live_until(hold, 70)
    assert (rung("hold_is_old"), rung("hold_must_be_decided")) == (1, 0)
    live_until(hold, 85)
    detail = Alarm.objects.get(kind="hold_must_be_decided").detail
    assert all(f"/admin/desk/award/{board.public_id}/{number}/" in detail for number in (1, 2))


def test_decides_nothing_by_itself(hold):
    live_until(hold, 87)
    assert ledger.balances_of(hold.pk).held == hold.gross
    assert not Operation.objects.filter(kind__in=["transfer", "refund"]).exists()


def test_a_bank_that_disputes_suspends_it(hold):
    tell(hold, at=hold.funded_at + 80 * DAY)
    live_until(hold, 86)
    assert rung("hold_must_be_decided") == 0
    tell(hold, "won", moves=((-44000, 1500), (44000, 0)), at=hold.funded_at + 86 * DAY)
    live_until(hold, 87)
    assert rung("hold_must_be_decided") == 1


def test_what_is_promised_to_an_account_that_is_not_ready_is_the_students(board, hold):
    for part in board.deliverables.all():
        releasing.approve_work(part, by=board.offered_by, at=timezone.now())
    live_until(hold, 87)
    assert rung("hold_must_be_decided") == 0
    assert ledger.balances_of(hold.pk).student_payable == hold.student_fee
    assert not Operation.objects.filter(kind="refund").exists()
