"""The net under webhooks of students' accounts: with none of them told, each account's own list is read in time."""

import signal
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from marketplace.kernel.models import Letter
from payments import operations, paying_out, reconciling, stripe_events
from payments.models import Alarm, Hold, Job, Payee, PayeeReading, Payout, StripeEvent
from payments.reconciling import reading
from payments.sandbox.control import Control
from payments.stripe_gateway import StripeFailed
from tests import cast, stages
from tests.boards import stands_on
from tests.forks import FORKS
from tests.payments import steps
from tests.payments.kill import processes
from tests.payments.test_money_pages import settled, shown
from tests.sandboxed import standing_in


def paid_and_held(sandbox: Control):
    """One student was sent everything, long enough ago for Stripe to pay it out; for another money is held."""
    sent = settled(sandbox)
    bid = cast.an_application(cast.a_student("Kim Ray"), cast.an_open_project(sent.offered_by))
    held = stages.under_way(sandbox, bid)
    steps.a_ready_payee(sandbox, held.student, at=timezone.now())
    sandbox.advance(days=12)
    return sent, held


def an_account_alone(sandbox: Control):
    payee = paying_out.open_account(cast.a_student("Kim Ray"), country="SE", at=timezone.now())
    operations.run_open(payee=payee, at=timezone.now())
    payee.refresh_from_db()
    return payee


pytestmark = stands_on(paid_and_held)


@pytest.fixture
def sent(board):
    return board[0]


@pytest.fixture
def held(board):
    return board[1]


def read(*, at=None, job="accounts"):
    """The job, as the clock runs it, and the inbox after it; whether the job got through."""
    at = at or timezone.now()
    done = reconciling.run_job(job, at=at)
    stripe_events.handle_due(at=at)
    return done


def reads(sandbox):
    """How often a connected account was asked for."""
    rows = sandbox.log(limit=1000)
    return [row["account"] for row in rows if row["path"] == "/v1/events" and row["account"] != "platform"]


def in_use(*, at=None):
    return list(reading.due_accounts(at=at or timezone.now()).values_list("user", flat=True))


class TestWhatNobodyTold:
    def test_is_found_and_the_student_reads_that_it_is_in_the_bank(self, sandbox, sent, held, client):
        """Beside the control: our own account's list has nothing of it."""
        page = f"/money/{sent.public_id}/"
        for job in ("events", "thin_events"):
            read(job=job)
        assert (Payout.objects.count(), "In the bank" in shown(client, sent.student, page)) == (0, False)

        read()

        payout = Payout.objects.get()
        assert (payout.payee.user, payout.status) == (sent.student, "paid")
        assert "In the bank" in shown(client, sent.student, page)
        assert Letter.objects.get(template="payments/payout_arrived").to == sent.student
        events = StripeEvent.objects.filter(endpoint="connect")
        assert {event.deliveries for event in events} == {0}
        assert {event.account for event in events} == set(reads(sandbox))

    def test_a_changed_bank_account_is_compared(self, sandbox, sent, held):
        number = "111122223333"
        sandbox.bank(steps.account_of(sent.student), number=number)
        sandbox.bank(steps.account_of(held.student), number=number)
        read()
        assert held.holds.get().hold_reason == Hold.Reason.FRAUD_REVIEW

    def test_who_was_not_read_for_a_month_is_looked_at_as_they_are(self, sandbox, sent, held):
        """What happened before the list begins nobody can tell: the bank account may be another."""
        at = timezone.now()
        read(at=at)
        owed = PayeeReading.objects.filter(what="banks")
        assert not owed.exists()  # what was in the lists was compared
        PayeeReading.objects.filter(payee__user=held.student).update(
            read_at=at - timedelta(days=31), due_at=at
        )
        read(at=at + reading.AWAITED_EVERY)
        assert [row.payee.user for row in owed.all()] == [held.student]
        read(at=at + reading.AWAITED_EVERY, job="banks")
        assert not owed.exists()


class TestAnAccountThatRefuses:
    @pytest.fixture
    def cut_off(self, sandbox, sent, held):
        """The one that is read first."""
        payee = Payee.objects.get(user=held.student)
        late = Payee.objects.get(user=sent.student)
        PayeeReading.objects.create(payee=late, what="events", due_at=timezone.now())
        sandbox.deauthorise(payee.stripe_account)
        return payee

    def test_does_not_stop_the_others_and_is_noticed(self, sandbox, sent, cut_off):
        account = cut_off.stripe_account
        assert read()
        assert Payout.objects.get().payee.user == sent.student
        cut_off.refresh_from_db()
        assert (cut_off.stripe_account, cut_off.transfers_status) == (None, "none")
        assert Letter.objects.get(template="payments/account_gone").to == cut_off.user
        at = timezone.now() + timedelta(days=2)
        read(at=at)
        refused = [row["path"] for row in sandbox.log(limit=1000) if row["status"] == 403]
        assert refused == [f"/v2/core/accounts/{account}", "/v1/events"]  # and never again
        assert not Alarm.objects.exists()

        sandbox.deliver()  # and what was lost comes late: there is nothing to do any more
        assert stripe_events.handle_due(at=at) > 0
        assert not StripeEvent.objects.filter(status="new").exists()

    def test_is_kept_while_our_own_payments_are_out_of_reach_too(self, sandbox, cut_off):
        """To a key of another platform every account looks as if it were cut off."""
        sandbox.break_("400:resource_missing", path="/v1/payment_intents/*", times=None)
        read()
        cut_off.refresh_from_db()
        assert cut_off.stripe_account is not None
        assert StripeEvent.objects.get(id__startswith="refused_").status == "new"

    def test_is_kept_where_stripe_only_does_not_answer(self, sandbox, held):
        payee = Payee.objects.get(user=held.student)
        sandbox.break_("500_no_effect", path="/v2/core/accounts/*")
        with pytest.raises(StripeFailed, match="500"):
            paying_out.look_whether_gone(payee, account=payee.stripe_account, at=timezone.now())

    @stands_on(an_account_alone)
    def test_is_kept_where_nobody_ever_paid(self, sandbox, board):
        sandbox.deauthorise(board.stripe_account)
        with pytest.raises(StripeFailed, match="account_invalid"):
            paying_out.look_whether_gone(board, account=board.stripe_account, at=timezone.now())
        other = paying_out.look_whether_gone(board, account="acct_of_before", at=timezone.now())
        assert other.stripe_account == board.stripe_account

    def test_is_asked_again_less_and_less_and_rings_after_a_day(self, sandbox, held):
        at = timezone.now()
        account = steps.account_of(held.student)
        waits = []
        for _ in range(7):
            PayeeReading.objects.failed(Payee.objects.get(user=held.student), "events", "400 odd", at=at)
            due_at = PayeeReading.objects.get(payee__user=held.student).due_at
            waits.append((due_at - at) / timedelta(hours=1))
            at = due_at
        assert waits == [1, 1, 2, 4, 8, 16, 24]
        sandbox.break_("400:odd", path="/v1/events", times=2)
        read(at=at)
        alarm = Alarm.objects.waiting().get()
        assert (alarm.kind, alarm.subject, account in alarm.detail) == ("accounts_unread", "400 odd", True)
        read(at=at + timedelta(days=1))
        assert not Alarm.objects.waiting().exists()


def test_a_handled_event_of_one_account_leaves_that_of_another_alone(sandbox, sent, held):
    """The object of each is the same: our own application."""
    payees = [Payee.objects.get(user=work.student) for work in (sent, held)]
    for payee in payees:
        sandbox.deauthorise(payee.stripe_account)
    steps.hear(sandbox, at=timezone.now())
    assert not Payee.objects.exclude(stripe_account=None).exists()


class TestReads:
    def test_are_few_while_something_is_awaited_fewer_while_it_is_held_and_none_after(
        self, sandbox, sent, held
    ):
        at = timezone.now()
        sandbox.break_("list_lag:2000000", path="/v1/events", times=1)  # the payout is not in the list yet
        read(at=at)
        first, second = (PayeeReading.objects.get(what="events", payee__user=w.student) for w in (sent, held))
        assert (first.due_at - at, second.due_at - at) == (timedelta(hours=6), timedelta(days=1))
        assert len(reads(sandbox)) == 2
        read(at=at + timedelta(hours=5))
        assert len(reads(sandbox)) == 2
        later = at + timedelta(hours=6)
        assert in_use(at=later) == [sent.student.pk]
        read(at=later)
        assert (Payout.objects.get().status, len(reads(sandbox))) == ("paid", 3)
        assert in_use(at=at + timedelta(days=9)) == [held.student.pk]
        Hold.objects.filter(status="funded").update(status="settled")
        assert in_use(at=at + timedelta(days=9)) == []

    def test_of_one_payment_stay_far_below_what_stripe_gives_for_it(self):
        often = reading.SOON_THERE / reading.AWAITED_EVERY
        daily = (reading.AWAITED_FOR - reading.SOON_THERE) / reading.IN_USE_EVERY
        assert often + daily <= 100  # of 500; PAYMENTS.md 1.3

    def test_of_one_run_are_bounded_and_the_longest_unread_come_first(self, sandbox, sent, held, monkeypatch):
        monkeypatch.setattr(reading, "A_RUN", 1)
        at = timezone.now()
        for payee, days in zip(Payee.objects.order_by("pk"), (1, 2), strict=True):
            PayeeReading.objects.create(payee=payee, what="events", due_at=at - timedelta(days=days))
        expected = list(Payee.objects.order_by("-pk").values_list("stripe_account", flat=True))
        for number, minutes in enumerate((0, 15), 1):
            read(at=at + timedelta(minutes=minutes))
            assert reads(sandbox)[::-1] == expected[:number]

    def test_end_where_everything_fails_and_what_was_read_stays(self, sandbox, sent, held, monkeypatch):
        monkeypatch.setattr(reading, "IN_A_ROW", 2)
        sandbox.break_("500_no_effect", path="/v1/events", times=None)
        assert not read()
        assert {row.read_until for row in PayeeReading.objects.all()} == {None}
        sandbox.mend()
        read(at=timezone.now() + PayeeReading.SOONEST)
        assert Payout.objects.get().status == "paid"

    def test_are_chosen_by_indexes_of_what_is_under_way(self, db):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = reading.due_accounts(at=timezone.now()).explain()
        wanted = {"hold_funded", "release_sent", "leaving_pay_sent", "payout_under_way", "payee_reading"}
        assert {name for name in wanted if name in plan} == wanted


def read_alone(books):
    """A worker of its own, with the stand-in's file."""
    with standing_in(books):
        read()


class TestKilled:
    @pytest.mark.parametrize(("point", "done"), [("account_events_kept", 0), ("account_read", 1)])
    def test_between_two_accounts_nothing_is_lost_or_doubled(self, own_database, books, sent, point, done):
        worker = FORKS.Process(
            target=processes.begin, args=(read_alone, own_database, "", point, books), daemon=True
        )
        worker.start()
        worker.join(60)
        assert worker.exitcode == -signal.SIGKILL
        assert PayeeReading.objects.exclude(read_at=None).count() == done
        before = set(StripeEvent.objects.values_list("pk", flat=True))
        assert before

        with standing_in(books) as sandbox:
            Job.objects.update(lease_until=None)  # it is over after ten minutes
            read()

            assert before < set(StripeEvent.objects.values_list("pk", flat=True))
            assert len(reads(sandbox)) == 3 - done
        assert (Payout.objects.get().status, Payout.objects.get().payee.user) == ("paid", sent.student)
