"""kill -9 at every line between the decision and its acknowledgement: the student is paid once, and both books agree.

The points are those of PAYMENTS.md 4.4; a fresh worker comes soon after, or when Stripe has forgotten the key.
"""

import signal

import pytest

from marketplace.kernel.models import Letter, Notice, Untold
from payments import releasing
from payments.models import Operation
from tests.forks import FORKS
from tests.payments import staging
from tests.payments.kill import processes
from tests.payments.kill.conftest import SECONDS

KILLED = -signal.SIGKILL
SOON, A_DAY_LATER = {"minutes": 3}, {"hours": 25}
later = pytest.mark.parametrize("later", [SOON, A_DAY_LATER], ids=["soon", "a-day-later"])


def test_before_the_decision_is_committed_nothing_has_happened(world):
    assert world.approve(dies_at="decided") == KILLED

    world.part.refresh_from_db()
    assert world.part.status == "submitted"
    assert not Operation.objects.filter(kind="transfer").exists()
    assert world.approve() == 0
    world.work_off()
    assert world.paid_once()


def test_after_the_decision_and_before_its_nudge_the_sweep_finds_the_row(world):
    assert world.approve(dies_at="decision_committed") == KILLED

    assert world.transfer.status == "planned"
    assert world.approve() == 1  # the second click hears that it is approved already
    world.work_off()
    assert world.paid_once()


@later
@pytest.mark.parametrize(
    ("point", "made"), [("claimed", 0), ("sending", 0), ("sent", 1), ("before_finished", 1)]
)
def test_between_the_claim_and_the_booking(world, point, made, later):
    world.approve()
    assert world.drain(dies_at=point) == KILLED

    assert world.transfer.status == "sending"
    assert len(world.made()) == made
    assert world.drain() == 0
    assert world.transfer.attempts == 1  # nobody else takes it while the lease lasts
    world.grow_older(**later)
    world.work_off()
    assert world.paid_once()


@later
@pytest.mark.parametrize("carries", [False, True], ids=["request-lost", "answer-lost"])
def test_during_the_call(world, wire, carries, later):
    world.approve()
    wire.carries = carries
    worker = world.start(processes.drain, stripe=wire.base)
    assert wire.swallowed.wait(SECONDS)
    worker.kill()
    worker.join(SECONDS)

    assert worker.exitcode == KILLED
    assert len(world.made()) == carries
    world.grow_older(**later)
    world.work_off()
    assert world.paid_once()


class TestControls:
    """The same crashes with a worker that leaves out one thing: the harness sees that the student is paid twice."""

    @pytest.mark.parametrize(
        ("careless", "later"),
        [
            (processes.with_one_key_for_ever, A_DAY_LATER),
            (processes.with_a_new_key_each_time, SOON),
            (processes.without_looking, A_DAY_LATER),
        ],
    )
    def test_without_it_the_student_is_paid_twice(self, world, careless, later):
        world.approve()
        pk = str(world.transfer.pk)
        assert world.end(careless, pk, dies_at="sent") == KILLED
        world.grow_older(**later)

        assert world.end(careless, pk) == 0

        assert world.transfer.status == "succeeded"
        assert world.made() == [world.part.share_cents] * 2
        with pytest.raises(AssertionError):
            world.paid_once()


class TestTelling:
    """kill -9 of who writes what the student is told: it is told once. The decision itself wrote a note only."""

    @pytest.fixture
    def killed(self, delivered, tmp_path):
        """Does `act` in a process of its own that dies at `point`."""

        def run(act, *args, point=""):
            process = FORKS.Process(target=processes.begin, args=(act, database, "", point, *args))
            process.start()
            process.join(SECONDS)
            return process.exitcode == KILLED

        part, at = delivered.about
        with staging.copied(delivered, tmp_path) as database:
            releasing.approve_work(part, by=part.engagement.offered_by, at=at)
            assert written() == (0, 0, 1)
            yield run

    @pytest.mark.parametrize(("point", "then"), [("told", (0, 0, 1)), ("told_committed", (1, 1, 0))])
    def test_loses_and_doubles_nothing(self, killed, point, then):
        assert killed(processes.tell, 0, point=point)
        assert written() == then

        processes.tell(minutes=0)
        assert written() == then  # what a dead worker had begun is left alone for a minute

        processes.tell(minutes=2)
        assert written() == (1, 1, 0)

    def test_control_who_ticks_off_first_loses_it(self, killed):
        assert killed(processes.tell_carelessly, point="told")
        processes.tell(minutes=2)
        assert written() == (0, 0, 0)


def written():
    """The letters and notices of the approval, and what is still to be told."""
    approval = {"key__startswith": "released:"}
    found = Letter.objects.filter(**approval), Notice.objects.filter(**approval), Untold.objects.all()
    return tuple(rows.count() for rows in found)
