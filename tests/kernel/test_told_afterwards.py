"""What is told after the decision: each once, in order, and one that cannot be told stops no other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.kernel import mail, telling
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Untold
from tests.kernel.telling import tell

NOW = timezone.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def heard(db):
    """What was told; `bad` cannot be, and `odd` fails as nobody foresaw."""
    told = []

    @telling.teller("tried")
    def tell(subject, *, at):
        if subject == "bad":
            raise RuleViolation("It cannot be told.")
        if subject == "odd":
            raise ZeroDivisionError
        told.append((subject, at))

    yield told
    del telling.TELLERS["tried"]


def test_is_told_once_with_the_moment_at_which_it_happened(heard):
    telling.later("tried", ["a", "b"], at=NOW)
    assert telling.tell_due(at=NOW + MINUTE) == 2
    assert telling.tell_due(at=NOW + 5 * MINUTE) == 0
    assert heard == [("a", NOW), ("b", NOW)]


def test_what_cannot_be_told_waits_and_stops_no_other(heard, caplog):
    telling.later("tried", ["bad", "b"], at=NOW)
    assert telling.tell_due(at=NOW) == 1
    assert "Nobody could be told" in caplog.text
    row = Untold.objects.get()
    assert (row.subject, row.attempts, row.next_try_at) == ("bad", 1, NOW + MINUTE)
    for minutes in (5, 15, 60, 60):  # longer with each try, up to an hour
        due = row.next_try_at
        assert telling.tell_due(at=due - MINUTE / 2) == 0
        telling.tell_due(at=due)
        row.refresh_from_db()
        assert row.next_try_at == due + minutes * MINUTE


def test_what_fails_as_nobody_foresaw_is_reported_and_stops_no_other_and_no_letter(
    heard, student, mailoutbox
):
    tell(student, "written before", at=NOW)
    telling.later("tried", ["odd", "a"], at=NOW)
    telling.later("unknown to this release", ["c"], at=NOW)
    telling.later("tried", ["d"], at=NOW)
    with pytest.raises(ExceptionGroup):
        mail.deliver_waiting(at=NOW)
    assert [subject for subject, _ in heard] == ["a", "d"]
    assert len(mailoutbox) == 1
    assert mail.deliver_waiting(at=NOW + MINUTE / 2) == 0  # the two wait for their next try


def test_one_may_be_told_before_its_turn(heard):
    telling.later("tried", ["a"], at=NOW)
    telling.tell_first("tried", "a")
    telling.tell_first("tried", "a")
    assert heard == [("a", NOW)]
    assert not Untold.objects.exists()
