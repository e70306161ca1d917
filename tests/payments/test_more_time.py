"""More time for a part, taken by the student, and the last moment: a submission and the refund at once."""

from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from payments import extending, operations, refunding, reviewing, tasks
from payments.models import Deadline, Refund
from projects.models import Deadline as WorkDeadline
from projects.models import Deliverable
from tests import stages
from tests.boards import stands_on
from tests.payments.test_late_work import DAY, of_parts, part, three_parts
from tests.projects.test_application_races import at_once

pytestmark = stands_on(three_parts)


@pytest.fixture
def engagement(board):
    return board


class TestMoreTime:
    def test_moves_every_clock_once(self, engagement):
        before, at = part(engagement).due_at, timezone.now()

        extending.take_more_time(part(engagement), by=engagement.student, at=at, reason="I am ill.\nSorry.")

        later = part(engagement)
        assert later.due_at.date() == (before + 3 * DAY).date()
        ends = Deadline.objects.pending().get(kind=Deadline.Kind.UNDELIVERED_ENDS, deliverable=later)
        assert ends.due_at.date() == (before + 13 * DAY).date()
        assert Letter.objects.get(template="payments/more_time_taken").to == engagement.offered_by
        reminder = WorkDeadline.objects.pending().get(deliverable=later)
        assert reminder.due_at == later.due_at - 3 * DAY
        with pytest.raises(extending.AlreadyExtended):
            extending.take_more_time(later, by=engagement.student, at=at)

    def test_is_there_until_the_grace_is_over(self, engagement):
        due = part(engagement).due_at

        with pytest.raises(extending.TooLateToExtend):
            extending.take_more_time(part(engagement), by=engagement.student, at=due + 4 * DAY)
        extending.take_more_time(part(engagement), by=engagement.student, at=due + 3 * DAY)

    def test_is_the_students_alone_and_only_for_what_is_due(self, engagement):
        at = timezone.now()
        with pytest.raises(PermissionDenied):
            extending.take_more_time(part(engagement), by=engagement.offered_by, at=at)
        stages.deliver(engagement)
        with pytest.raises(InvalidTransition):
            extending.take_more_time(part(engagement), by=engagement.student, at=at)

    def test_for_a_later_version_moves_the_look_of_a_person(self, engagement):
        at = timezone.now()
        stages.deliver(engagement, at=at)
        asked = {"by": engagement.offered_by, "failing_criteria": [1], "message": "No."}
        reviewing.ask_for_changes(part(engagement), at=at, **asked)

        later = extending.take_more_time(part(engagement), by=engagement.student, at=at)

        rework = Deadline.objects.pending().get(kind=Deadline.Kind.REWORK_ENDS)
        assert rework.due_at == later.due_at

    def test_has_a_page_with_one_click(self, engagement, client):
        address = f"{engagement.get_absolute_url()}deliverables/1/more-time/"
        client.force_login(engagement.student)
        assert "Take 3 more days" in client.get(address).content.decode()

        answer = client.post(address, {"reason": ""}, follow=True)

        assert "You have more time" in answer.content.decode()
        assert part(engagement).extended_at
        client.force_login(engagement.offered_by)
        assert client.post(f"{engagement.get_absolute_url()}deliverables/2/more-time/").status_code == 403


def a_late_part(sandbox):
    """Work in one part, and when its share goes back."""
    engagement = of_parts(sandbox, 40000)
    due = part(engagement).due_at
    tasks.run_deadlines(at=due + 3 * DAY)
    return engagement, due + 10 * DAY


@stands_on(a_late_part)
class TestTheLastMoment:
    """A submission and the refund at once: one of them happens, never both."""

    @pytest.fixture
    def late(self, own_database, board):
        return board

    def hand_in(self, engagement, at):
        return lambda: stages.deliver(engagement, at=at) and "handed in"

    def test_has_one_outcome(self, late):
        engagement, at = late

        outcomes = at_once(
            self.hand_in(engagement, at),
            lambda: refunding.refund_undelivered(part(engagement), at=at) and "refunded",
        )

        both = part(engagement)
        handed_in = both.submissions.exists()
        assert Refund.objects.exists() is not handed_in
        assert both.status == (Deliverable.Status.SUBMITTED if handed_in else Deliverable.Status.ENDED)
        assert ("refunded" in outcomes) is not ("handed in" in outcomes)

    def test_control_without_the_lock_both_happen(self, late):
        """The same question and the same refund, asked before the submission and made after it."""
        engagement, at = late
        asked, handed_in = Barrier(2, timeout=20), Barrier(2, timeout=20)

        def unguarded():
            assert refunding.is_awaited(part(engagement), engagement)
            asked.wait()
            handed_in.wait()
            with transaction.atomic():
                operations.plan_share_refund(part(engagement).hold_share, at=at)
            return "refunded"

        def submission():
            asked.wait()
            self.hand_in(engagement, at)()
            handed_in.wait()
            return "handed in"

        assert sorted(at_once(unguarded, submission)) == ["handed in", "refunded"]
        assert Refund.objects.exists()
        assert part(engagement).submissions.exists()
