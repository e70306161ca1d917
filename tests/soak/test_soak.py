"""The soak at its short length, or in `make deep` at its full one, and the control that shows that it sees."""

import pytest

from tests.deep import DEEP
from tests.soak import report, run
from tests.soak.processes import POINTS
from tests.soak.wish import Wish

FULL = Wish(operations=10_000, kills=2_000, faults=8_000)
SHORT = Wish(
    operations=24,
    kills=9,
    faults=15,
    watch_pace=30,
    pace=30,
    watched_for=90,
    parts=2,
    crowd=1,
    deploys=0,
    restores=0,
)
CONTROL = Wish(operations=16, kills=3, faults=5, careless=True, deploys=0, restores=0)


@pytest.fixture
def soak(django_db_blocker, tmp_path):
    def soak(wish):
        with django_db_blocker.unblock():
            found = run.soak(wish, tmp_path)
        print("\n".join(report.told(found)))  # noqa: T201
        return found

    return soak


def test_no_cent_is_lost_whatever_dies_and_breaks(soak):
    found = soak(FULL if DEEP else SHORT)

    assert str(found.verdict) == "double-paid 0, unpaid 0, cents off 0"
    assert found.verdict.wrong == []
    assert sum(found.kills.values()) >= found.wish.kills
    assert sum(found.faults.values()) >= found.wish.faults
    assert min(found.all_silences) >= 0  # never early
    if DEEP:  # which watches in true time
        assert {f"at {point}" for point in POINTS} <= set(found.kills)
        assert max(found.recoveries) <= 135
        assert max(found.after_wipes) <= 15
        assert max(found.silences) <= 60


@pytest.mark.skipif(not DEEP, reason="`make deep` runs the control, which lives through a month")
def test_the_usual_rule_pays_twice(soak):
    """One key for ever, sent again until the answer is yes: the same harness sees what that costs."""
    assert soak(CONTROL).verdict.double_paid > 0
