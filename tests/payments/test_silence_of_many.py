"""Silence approves many parts in one go, by the rule that approves one; what cannot be approved stops no other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.kernel.states import InvalidTransition, NotLocked, become_all
from payments import ledger, releasing, tasks
from payments.ledger import Journal
from payments.models import Deadline, Hold, Operation, Release
from projects.models import Deliverable, Engagement
from tests import cast, stages
from tests.boards import stands_on
from tests.databases import rolled_back

DAY = timedelta(days=1)


def two_engagements(sandbox):
    """Each of two parts, all handed in, and of a fee that no part divides evenly."""
    at = timezone.now()
    for student in (cast.a_student(at=at), cast.another_student(at=at)):
        project = cast.an_open_project(at=at, fee_cents=40_009)
        project.company.__class__.objects.update(proven_at=at)
        engagement = stages.under_way(sandbox, cast.an_application(student, project, at=at), at=at)
        for part in engagement.deliverables.order_by("number"):
            stages.deliver(engagement, number=part.number, at=at)


pytestmark = [pytest.mark.django_db, stands_on(two_engagements)]


@pytest.fixture
def ends():
    return Deadline.objects.filter(kind="review_ends").latest("due_at").due_at


def statuses():
    return sorted(Deliverable.objects.values_list("status", flat=True))


def test_all_are_approved_in_as_many_statements_as_one(board, ends, django_assert_num_queries):
    pks = list(Deliverable.objects.order_by("pk").values_list("pk", flat=True))
    with django_assert_num_queries(18):  # the savepoint and its release are two of them
        assert releasing.approve_all_by_silence(pks, at=ends) == 4
    assert statuses() == ["auto_approved"] * 4
    assert set(Engagement.objects.values_list("status", flat=True)) == {"completed"}
    assert not Deadline.objects.pending().filter(kind__in=["review_ends", "review_reminder"]).exists()
    for hold in Hold.objects.all():  # to the cent, though both parts were decided at once
        assert ledger.balances_of(hold.pk).held.cents == 0
        assert ledger.released_so_far(hold.pk).fee == hold.platform_fee
    assert ledger.verify() == []


def test_one_at_a_time_books_the_same(board, ends):
    with rolled_back():
        releasing.approve_all_by_silence(list(Deliverable.objects.values_list("pk", flat=True)), at=ends)
        together = booked()
    for part in Deliverable.objects.order_by("pk"):
        releasing.approve_by_silence(part, at=ends)
    assert len(together) == 4
    assert booked() == together


def booked():
    """What stands of each part, without ids."""
    rows = Release.objects.order_by("share__deliverable").select_related("operation")
    return [
        (
            row.student_cents,
            row.platform_fee_cents,
            row.undo_until,
            row.operation.slot,
            row.operation.not_before,
        )
        for row in rows
    ]


def test_a_part_that_cannot_be_approved_stops_no_other(board, ends, caplog):
    bad = Engagement.objects.order_by("pk")[0]
    Engagement.objects.filter(pk=bad.pk).update(status="ended")  # so that it cannot be completed
    tasks.run_deadlines(at=ends)
    assert statuses() == ["auto_approved"] * 3 + ["submitted"]
    assert "one by one" in caplog.text
    assert Operation.objects.filter(kind="transfer").count() == 3
    assert Journal.objects.filter(kind="release").count() == 3


def test_nothing_is_approved_before_its_time(board, ends):
    assert (
        releasing.approve_all_by_silence(
            list(Deliverable.objects.values_list("pk", flat=True)), at=ends - DAY
        )
        == 0
    )
    assert statuses() == ["submitted"] * 4


class TestManyMoves:
    def move(self, status, pks):
        by = {"by": None, "at": timezone.now()}
        become_all(Deliverable, pks, was="submitted", status=status, **by)

    def test_go_along_the_arrows_only(self, board):
        with pytest.raises(InvalidTransition):
            self.move("pending", [1])

    def test_are_those_of_rows_that_nobody_moved_meanwhile(self, board):
        with pytest.raises(NotLocked):
            self.move("changes_requested", [Deliverable.objects.all()[0].pk, 0])
