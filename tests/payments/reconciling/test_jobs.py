"""The net beneath it all: lists of events are polled, payloads forgotten, and after a restore one reads first."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from payments import operations, reconciling, stripe_events, stripe_gateway
from payments.models import Alarm, Hold, Job, Operation, ReconciliationRun, Seal, SendingStop, StripeEvent
from payments.operations import requesting
from payments.reconciling import jobs
from payments.sandbox import money
from payments.sandbox.sandbox import PLATFORM
from tests import stages
from tests.boards import stands_on
from tests.payments import steps


def captured_without_a_word(sandbox):
    """The student accepted and the card was charged; the operation is done, and nobody was told of anything."""
    sandbox.seed(float_cents=200_000)
    engagement = stages.offered(sandbox)
    return engagement.pk


def due(name, *, at):
    return reconciling.run_job(name, at=at)


class TestPolling:
    @stands_on(captured_without_a_word)
    def test_webhooks_that_are_off_for_days_lose_nothing(self, board, sandbox):
        at = timezone.now()
        hold = Hold.objects.get()
        steps.accept(hold.engagement, at=at)
        steps.a_ready_payee(sandbox, hold.engagement.student, at=at)
        Hold.objects.update(next_look_at=None)  # nor does the sweep ask by itself
        sandbox.break_("drop_after_commit", path="/v1/payment_intents/*/capture")
        operations.run_due(at=at)
        hold.refresh_from_db()
        assert (hold.status, StripeEvent.objects.count()) == ("capturing", 0)
        sandbox.advance(days=3)

        later = at + timedelta(days=3)
        assert [due(name, at=later) for name in ("events", "thin_events")] == [True, True]
        assert not due("events", at=later + timedelta(minutes=14))  # every 15 min
        kept = StripeEvent.objects.all()
        assert {event.deliveries for event in kept} == {0}
        assert {event.endpoint for event in kept} == {"platform", "v2"}
        stripe_events.handle_due(at=later)
        hold.refresh_from_db()
        assert hold.status == "funded"

    @stands_on(captured_without_a_word)
    def test_each_poll_goes_on_from_where_the_last_one_got(self, board, sandbox):
        at = timezone.now()
        due("events", at=at)
        read_until, kept = Job.objects.get(name="events").read_until, StripeEvent.objects.count()
        assert kept > 0
        StripeEvent.objects.all().delete()
        read_until += timedelta(minutes=50)  # as if something newer had been seen
        Job.objects.filter(name="events").update(read_until=read_until)
        sandbox.advance(hours=2)
        sandbox.seed(float_cents=100)
        due("events", at=at + timedelta(hours=3))
        assert Job.objects.get(name="events").read_until == read_until  # a top-up is not subscribed to
        assert StripeEvent.objects.count() == kept  # an hour of overlap: lists may lag

    @stands_on(captured_without_a_word)
    def test_a_job_that_fails_is_due_again_and_rings_after_hours(self, board, sandbox):
        at = timezone.now()
        sandbox.break_("500_no_effect", path="/v1/events", times=None)
        reconciling.run_jobs(at=at)
        job = Job.objects.get(name="events")
        assert (job.due_at, "500" in job.last_error) == (at + jobs.AGAIN, True)
        assert Alarm.objects.get(kind="reconciling_fails").subject == "events"
        sandbox.mend()
        reconciling.run_jobs(at=at + jobs.AGAIN)
        assert not Alarm.objects.waiting().filter(kind="reconciling_fails").exists()

    def test_two_clocks_do_a_job_once(self, db):
        at = timezone.now()
        assert Job.objects.claim("events", at=at) is not None
        assert Job.objects.claim("events", at=at) is None


@pytest.mark.parametrize(("now", "then"), [((2, 59), (28, 3)), ((3, 0), (29, 3)), ((23, 0), (29, 3))])
def test_the_night_begins_at_three(now, then):
    at = datetime(2026, 11, 28, *now, tzinfo=UTC)
    assert jobs.next_night(at) == datetime(2026, 11, *then, tzinfo=UTC)


def test_payloads_are_forgotten_after_ninety_days_but_for_their_hash(db):
    at = timezone.now()
    for pk, days, status in (("evt_old", 91, "handled"), ("evt_new", 89, "handled"), ("evt_open", 91, "new")):
        then = at - timedelta(days=days)
        StripeEvent.objects.create(id=pk, payload=b"{1}", received_at=then, next_try_at=then, status=status)
    due("payloads", at=at)
    kept = {event.pk: (bytes(event.payload), event.payload_hash) for event in StripeEvent.objects.all()}
    digest = hashlib.sha256(b"{1}").hexdigest()
    assert kept == {"evt_old": (b"", digest), "evt_new": (b"{1}", ""), "evt_open": (b"{1}", "")}


class TestDraining:
    @stands_on(captured_without_a_word)
    def test_it_does_the_work_of_every_job(self, board, sandbox, capsys):
        call_command("drain")
        assert set(Job.objects.exclude(done_at=None).values_list("name", flat=True)) == set(jobs.JOBS)
        assert ReconciliationRun.objects.get().is_green
        assert Seal.objects.count() == 1
        assert not StripeEvent.objects.filter(status="new").exists()
        call_command("reconcile", pay_out=True)
        assert "to the bank (at stripe)" in capsys.readouterr().out.lower()

    @stands_on(captured_without_a_word)
    def test_a_red_comparison_fails(self, board, sandbox, settings):
        settings.OPERATING_FLOAT_CENTS = 10**9
        with pytest.raises(CommandError, match="differ"):
            call_command("reconcile")


class TestAfterARestore:
    @stands_on(captured_without_a_word)
    def test_nothing_is_sent_until_what_happened_since_is_booked(self, board, sandbox, capsys):
        at = timezone.now()
        hold = Hold.objects.get()
        steps.accept(hold.engagement, at=at)
        capture = Operation.objects.get(kind="capture")
        # The backup is of this moment; then a worker charged the card, and its key is forgotten by now.
        request = requesting.request_for(capture)
        stripe_gateway.send("capture", request, key=requesting.idempotency_key(capture))
        sandbox.advance(days=2)

        call_command("halt", restored=True)
        assert "Restored from a backup" in capsys.readouterr().out
        assert operations.run_due(at=at) == 0
        for minute in range(2):
            assert SendingStop.objects.standing().exists()
            now = timezone.now() + timedelta(minutes=minute)
            reconciling.run_jobs(at=now)
            stripe_events.handle_due(at=now)
        hold.refresh_from_db()
        assert hold.status == "funded"
        capture.refresh_from_db()
        assert (capture.status, capture.attempts) == ("succeeded", 0)
        assert not SendingStop.objects.standing().exists()
        call_command("halt")
        assert capsys.readouterr().out == "Money is sent.\n"

    @stands_on(captured_without_a_word)
    def test_what_stays_without_a_journal_is_left_to_a_person(self, board, sandbox, capsys):
        with sandbox.sandbox.turn() as ctx:
            money.book(ctx, money.Movement(PLATFORM, "refund", -100, "usd", "elsewhere", "re_lost", ctx.now))
        at = timezone.now()
        call_command("halt", restored=True)
        for minute in (0, 1, 2, 33, 62):
            reconciling.run_jobs(at=at + timedelta(minutes=minute))
            stripe_events.handle_due(at=at)
        assert SendingStop.objects.standing().exists()
        reconciling.watch(at=at + timedelta(minutes=62))
        assert set(Alarm.objects.waiting().values_list("kind", flat=True)) >= {
            "bt_unmatched",
            "sending_stopped",
        }
        call_command("halt", end=True)
        assert operations.may_send(at=at)
