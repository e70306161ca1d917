"""The daily letter: in the person's morning, with what is new, once, whatever happens to the worker."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as post
from django.db import connection

from marketplace.kernel import digests, letters, mail, notices, preferences
from marketplace.kernel.models import Digest, How, Letter, Notice, Topic
from marketplace.kernel.times import next_morning
from tests import cast
from tests.kernel.telling import MORNING, NOON, daily, letter_of, tell


class TestTheDailyLetter:
    def test_comes_in_the_persons_morning_with_all_that_was_told(self, student):
        daily(student)
        tell(student, "A")
        tell(student, "B", at=NOON + timedelta(hours=3))

        digests.write_due(at=NOON + timedelta(hours=4))
        digests.write_due(at=MORNING - timedelta(seconds=1))
        assert not Letter.objects.exists()
        digests.write_due(at=MORNING)

        text = letters.message(letter_of(student), at=MORNING).body
        assert letter_of(student).subject == "The offer for “B” has ended, and 1 more"
        assert "- The offer for “B” has ended\n- The offer for “A” has ended\n" in text

    def test_never_comes_twice(self, student):
        daily(student)
        tell(student, "A")
        digests.write_due(at=NOON)

        for minutes in range(0, 120, 30):
            digests.write_due(at=MORNING + timedelta(minutes=minutes))

        assert Letter.objects.count() == 1
        assert mail.deliver_waiting(at=MORNING) == 1
        assert len(post.outbox) == 1

    def test_is_not_written_when_there_is_nothing_to_say(self, student):
        daily(student)
        tell(student, "read")
        tell(student, "old", not_after=MORNING - timedelta(hours=1))
        digests.write_due(at=NOON)
        notices.mark_read(student, at=NOON, notice=Notice.objects.get(text__contains="read"))

        assert digests.write_due(at=MORNING) == 0

        assert not Letter.objects.exists()
        assert not Notice.objects.for_digest().exists()

    def test_of_the_next_day_has_only_what_is_new(self, student):
        daily(student)
        tell(student, "A")
        digests.write_due(at=NOON)
        digests.write_due(at=MORNING)
        tell(student, "B", at=MORNING + timedelta(hours=1))
        digests.write_due(at=MORNING + timedelta(hours=2))
        digests.write_due(at=MORNING + timedelta(days=1))

        subjects = Letter.objects.order_by("created_at").values_list("subject", flat=True)
        assert list(subjects) == ["The offer for “A” has ended", "The offer for “B” has ended"]

    def test_comes_once_after_days_in_which_no_worker_ran(self, student):
        daily(student)
        tell(student, "A")
        woken = MORNING + timedelta(days=2, hours=5)

        digests.write_due(at=woken)
        digests.write_due(at=woken + timedelta(minutes=1))
        tell(student, "B", at=woken + timedelta(minutes=2))
        digests.write_due(at=woken + timedelta(minutes=3))

        assert Letter.objects.count() == 1
        assert Digest.objects.get(done_at=None).due_at == MORNING + timedelta(days=3)

    def test_a_late_committed_notice_brings_no_second_letter_that_day(self, student):
        """Written before the morning, seen after it: it waits for the next."""
        daily(student)
        tell(student, "A")
        digests.write_due(at=NOON)
        digests.write_due(at=MORNING)
        tell(student, "B", at=MORNING - timedelta(seconds=5))

        digests.write_due(at=MORNING + timedelta(minutes=1))

        assert Letter.objects.count() == 1
        assert Digest.objects.get(done_at=None).due_at == MORNING + timedelta(days=1)

    def test_leaves_out_what_was_switched_off_meanwhile(self, student):
        daily(student)
        daily(student, Topic.APPLICATIONS)
        tell(student, "A")
        tell(student, "B", topic=Topic.APPLICATIONS)
        digests.write_due(at=NOON)
        preferences.choose(student, {Topic.WORK: How.SITE}, at=NOON)

        digests.write_due(at=MORNING)

        assert letter_of(student).subject == "The offer for “B” has ended"

    def test_still_tells_what_waited_for_it_when_letters_come_at_once_again(self, student):
        daily(student)
        tell(student, "A")
        digests.write_due(at=NOON)
        preferences.choose(student, {Topic.WORK: How.AT_ONCE}, at=NOON)

        digests.write_due(at=MORNING)

        assert mail.deliver_waiting(at=MORNING) == 1

    def test_comes_whole_when_the_worker_was_killed_while_it_wrote(self, student):
        daily(student)
        tell(student, "A")
        digests.write_due(at=NOON)

        def killed(execute, sql, *rest):
            if "kernel_letter" in sql:
                raise KeyboardInterrupt
            return execute(sql, *rest)

        with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(killed):
            digests.write_due(at=MORNING)
        assert (Notice.objects.for_digest().count(), Letter.objects.count()) == (1, 0)

        assert [digests.write_due(at=MORNING) for _ in range(2)] == [1, 0]
        assert Letter.objects.count() == 1

    def test_costs_as_many_queries_for_many_people_without_news(self, student, django_assert_num_queries):
        with django_assert_num_queries(3):
            digests.write_due(at=NOON)

    def test_names_at_most_twenty(self, student):
        daily(student)
        for n in range(23):
            tell(student, f"P{n}")
        digests.write_due(at=NOON)
        digests.write_due(at=MORNING)

        text = letters.message(letter_of(student), at=MORNING).body
        assert text.count("\n- ") == 20
        assert "And 3 more." in text


def elsewhere(do, *args):
    """In a connection of its own, which commits."""

    def work():
        try:
            return do(*args)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


@pytest.mark.parametrize(
    ("claim", "written"),
    [(r"\A\Z", [False, True]), (r" FOR UPDATE.*", [True, True])],
    ids=["locked", "control"],
)
def test_of_two_workers_at_the_same_daily_letter_one_writes_it(own_database, claim, written):
    """The second starts when the first has just claimed it; the control claims without the lock."""
    person, started, done = cast.a_student(), [], []
    daily(person)
    tell(person, "A")
    digests.set_clocks(limit=1)

    def work():
        with connection.execute_wrapper(claiming):
            done.append(digests.write(Digest.objects.get().pk, at=MORNING))

    def claiming(execute, sql, *rest):
        answer = execute(re.sub(claim, "", sql), *rest)
        if "FOR UPDATE" in sql and not started:
            started.append(True)
            elsewhere(work)
        return answer

    work()

    assert sorted(done) == written
    assert Letter.objects.filter(template="kernel/digest").count() == 1  # by its key in any case


def test_what_is_told_while_a_daily_letter_is_written_is_in_it_or_in_the_next(own_database):
    person, later = cast.a_student(), []
    daily(person)
    tell(person, "A")
    digests.write_due(at=NOON)

    def meanwhile(execute, sql, *rest):
        answer = execute(sql, *rest)
        if connection.in_atomic_block and "kernel_notice" in sql and not later:
            later.append("B")
            elsewhere(tell, person, "B")
        return answer

    with connection.execute_wrapper(meanwhile):
        digests.write_due(at=MORNING)
    digests.write_due(at=MORNING + timedelta(minutes=1))
    digests.write_due(at=MORNING + timedelta(days=1))

    told = (
        Letter.objects.filter(template="kernel/digest")
        .order_by("pk")
        .values_list("context__lines", flat=True)
    )
    assert list(told) == [["The offer for “A” has ended"], ["The offer for “B” has ended"]]


@pytest.mark.parametrize(
    ("zone", "at", "morning"),
    [
        ("Europe/Stockholm", "2026-11-24T05:59:59", "2026-11-24T06:00:00"),
        ("Europe/Stockholm", "2026-11-24T06:00:00", "2026-11-25T06:00:00"),
        ("America/New_York", "2026-11-01T04:00:00", "2026-11-01T12:00:00"),  # the clocks go back that night
        ("Pacific/Kiritimati", "2026-11-24T20:00:00", "2026-11-25T17:00:00"),
    ],
)
def test_the_next_morning_is_by_the_persons_clock(zone, at, morning):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert next_morning(moment, ZoneInfo(zone), hour=7) == datetime.fromisoformat(morning).replace(tzinfo=UTC)
