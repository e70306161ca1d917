"""What rings rings once, is told, and is answered by a person or over by itself; each watcher sees its own."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from marketplace.kernel import pulse, telling
from marketplace.kernel.models import AuditEntry, Letter, Untold
from payments import operations, reconciling, tasks
from payments.models import MEANINGS, Alarm, Operation, SendingStop, StripeEvent
from payments.models.alarms import SAME
from payments.models.causes import CAUSES
from payments.operations import stopping
from payments.reconciling import AlarmAnswered
from tests import cast, stages
from tests.boards import stands_on
from tests.test_architecture import SOURCES

RINGS = re.compile(r"""(?:ring|ring_all|follow|freeze)\(\s*(?:[\w.]+, )?f?"(?:operation_\{\w+\})?(\w*)["{]""")


def rung():
    return set(Alarm.objects.waiting().values_list("kind", "subject"))


@pytest.fixture
def chief(db):
    return User.objects.create_superuser("root@example.org", name="Root")


@pytest.fixture
def alarm(db):
    operations.ring("bt_unmatched", "txn_1", "12.00", at=timezone.now())
    return Alarm.objects.get()


class TestRinging:
    def test_a_cause_rings_once_and_anew_after_it_was_answered(self, alarm, chief):
        operations.ring("bt_unmatched", "txn_1", "again", at=timezone.now())
        assert Alarm.objects.count() == 1
        reconciling.answer(alarm, by=chief, note="Booked by hand.", at=timezone.now())
        operations.ring("bt_unmatched", "txn_1", "again", at=timezone.now())
        assert Alarm.objects.waiting().get().detail == "again"

    def test_what_is_wrong_no_more_is_over_by_itself(self, alarm):
        now = timezone.now()
        operations.follow("bt_unmatched", {"txn_2": ""}, at=now)
        assert rung() == {("bt_unmatched", "txn_2")}
        alarm.refresh_from_db()
        assert alarm.note == "It is over by itself."

    def test_every_kind_that_is_rung_says_what_to_do(self):
        found = {name for path in SOURCES for name in RINGS.findall(path.read_text())} - {""}
        frozen = {"two_objects", "refused", "other_amount", "needs_a_person", "other_account"}
        assert {name for name in found if f"operation_{name}" not in MEANINGS} - MEANINGS.keys() == {
            "operation_"
        }
        assert {f"operation_{name}" for name in frozen} <= MEANINGS.keys()
        assert len(found) > 15

    def test_one_thing_has_one_name_whether_it_rings_or_is_listed_as_stuck(self):
        alarms = [meaning.title for kind, meaning in MEANINGS.items() if kind not in SAME]
        titles = [*alarms, *(cause.title for cause in CAUSES.values())]
        assert sorted(titles) == sorted(set(titles))

    def test_no_words_are_kept_for_what_no_code_says(self):
        words = {"alarms.py", "causes.py"}
        code = "".join(
            path.read_text() for path in SOURCES if path.name not in words or "models" not in path.parts
        )
        names = {kind.removeprefix("operation_") for kind in MEANINGS} | CAUSES.keys()
        assert {name for name in names if not re.search(rf"""["_]{name}["']""", code)} == set()


class TestPeople:
    def test_administrators_get_one_letter_for_a_flood_of_one_kind(self, chief, alarm):
        operations.ring("bt_unmatched", "txn_2", "", at=timezone.now())
        operations.ring("refund_failed", "op", "", at=timezone.now())
        assert reconciling.tell_administrators(at=timezone.now()) == 2
        assert reconciling.tell_administrators(at=timezone.now()) == 0
        subjects = sorted(Letter.objects.filter(to=chief).values_list("subject", flat=True))
        assert subjects == [
            "Alarm: A bank sent a refund back",
            "Alarm: Stripe booked something that is not in our book for 30 minutes",
        ]

    def test_somebody_looks_and_then_writes_down_what_was_done(self, client, chief, alarm):
        client.force_login(chief)
        page = f"/admin/payments/alarm/{alarm.pk}/"
        assert "nobody is on it" in client.get(f"{page}change/").text
        client.post(f"{page}acknowledge/")
        assert "somebody is on it" in client.get(f"{page}change/").text
        empty = client.post(f"{page}answer/", {"note": "  "})
        assert (empty.status_code, "Write down what it was" in empty.text) == (422, True)
        client.post(f"{page}answer/", {"note": "A transfer of the Dashboard."})
        assert "A transfer of the Dashboard." in client.get(f"{page}change/").text
        acts = list(AuditEntry.objects.order_by("pk").values_list("act", "by", "reason"))
        assert acts == [
            ("alarm_acknowledged", chief.pk, ""),
            ("alarm_answered", chief.pk, "A transfer of the Dashboard."),
        ]
        assert str(alarm.pk) not in client.get("/admin/payments/alarm/").text.partition('id="result_list"')[2]

    def test_it_is_answered_once_and_by_who_may_read_it(self, chief, alarm):
        with pytest.raises(PermissionDenied):
            reconciling.acknowledge(alarm, by=cast.a_moderator(), at=timezone.now())
        reconciling.answer(alarm, by=chief, note="Done.", at=timezone.now())
        with pytest.raises(AlarmAnswered):
            reconciling.answer(alarm, by=chief, note="Done again.", at=timezone.now())


def an_operation(**changes):
    """A transfer of the board's hold, as `changes` say."""
    row = Operation.objects.filter(kind="checkout").first()
    given = {"kind": "transfer", "amount_cents": 100, "currency": "usd", "hold": row.hold, "slot": "watched"}
    at = timezone.now()
    times = {"created_at": at, "not_before": at, "next_try_at": at}
    return str(Operation.objects.create(**given | times | changes).pk)


def state(pk):
    return Operation.objects.get(pk=pk).status


@stands_on(stages.offered)
class TestWatching:
    @pytest.mark.parametrize(
        ("kind", "wrong", "right"),
        [
            ("operation_unknown", {"status": "unknown", "ago": 31}, {"status": "unknown", "ago": 29}),
            ("operation_unknown", {"status": "unknown", "ago": 31}, {"stripe_id": "re_waits", "ago": 31}),
            ("operation_late", {"status": "sending", "ago": 24 * 60 + 1}, {"status": "sending", "ago": 9}),
            ("operation_late", {"status": "blocked", "ago": 24 * 60 + 1}, {"status": "blocked", "ago": 9}),
            (
                "operation_late",
                {"status": "blocked", "blocked_reason": "payee", "ago": 9999},
                {"status": "blocked", "blocked_reason": "no_payee", "ago": 9999},
            ),
            ("operation_stuck", {"attempts": 21, "ago": 1}, {"attempts": 20, "ago": 1}),
        ],
    )
    def test_operations_that_do_not_end(self, board, kind, wrong, right):
        def made(slot, *, ago, status="unknown", **changes):
            then = timezone.now() - timedelta(minutes=ago)
            sent = None if status == "blocked" else then
            moments = {"created_at": then, "not_before": then, "epoch_sent_at": sent}
            return an_operation(slot=slot, status=status, **moments | changes)

        subject = made("wrong", **wrong)
        made("right", **right)
        reconciling.watch(at=timezone.now())
        assert rung() == {(kind, subject)}
        Operation.objects.filter(pk=subject).update(status="cancelled")
        reconciling.watch(at=timezone.now())
        assert rung() == set()

    def test_events_that_wait(self, board):
        at = timezone.now()
        due = at - timedelta(minutes=4)
        StripeEvent.objects.create(id="evt_1", payload=b"{}", received_at=due, next_try_at=due)
        reconciling.watch(at=at)
        assert rung() == set()
        reconciling.watch(at=at + timedelta(minutes=2))
        assert rung() == {("event_backlog", "stripe")}

    def test_news_that_nobody_can_be_told(self, board):
        at = timezone.now()
        telling.later("approved", ["gone"], at=at)
        for minutes in (0, 1, 6, 21):
            telling.tell_due(at=at + timedelta(minutes=minutes))
        reconciling.watch(at=at + timedelta(minutes=29))
        assert rung() == set()
        reconciling.watch(at=at + timedelta(minutes=31))
        assert rung() == {("untold", "approved: gone")}
        assert Alarm.objects.get().detail.endswith("tried 4 times.")
        Untold.objects.all().delete()
        reconciling.watch(at=at + timedelta(minutes=32))
        assert rung() == set()

    def test_a_clock_that_stands_still_is_told_of_by_the_tasks_that_people_start(self, board, chief):
        pulse.beat(at=timezone.now() - timedelta(minutes=1))
        tasks.handle_event("evt_none")
        assert rung() == set()
        pulse.beat(at=timezone.now() - timedelta(minutes=3))
        tasks.handle_event("evt_none")
        assert rung() == {("clock_silent", "clock")}
        assert Letter.objects.filter(to=chief, template="payments/alarm_rung").exists()
        pulse.beat(at=timezone.now())
        tasks.watch()
        assert rung() == set()


class TestSending:
    @stands_on(stages.offered)
    def test_nothing_is_sent_while_it_is_stopped(self, board):
        pk, at = an_operation(), timezone.now()
        operations.stop_sending(SendingStop.Reason.ORDERED, at=at)
        assert (operations.run_due(at=at), operations.run(pk, at=at), state(pk)) == (0, False, "planned")
        assert operations.send_again(SendingStop.Reason.ORDERED, at=at) == 1
        operations.run_due(at=at)
        assert state(pk) == "blocked"  # it was looked at: the student has no account yet

    @stands_on(stages.offered)
    def test_nothing_is_sent_over_a_changed_guard(self, board, own_database, as_owner):
        pk, at = an_operation(), timezone.now()
        as_owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_balances")
        assert (operations.run_due(at=at), operations.run(pk, at=at), state(pk)) == (0, False, "planned")
        assert Alarm.objects.get().detail == "firing ledger_entry_balances differs"
        as_owner.execute("ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_balances")
        operations.run_due(at=at)
        assert state(pk) == "planned"  # for a minute the process trusts what it saw
        stopping._looked.clear()
        operations.run_due(at=at)
        assert state(pk) == "blocked"
        assert rung() == set()
