"""What Stripe books seldom, lists that are long, and payouts of our own that it refuses."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace.kernel.money import Money
from payments import ledger, offering, operations, reconciling, stripe_gateway
from payments.ledger import Code
from payments.ledger.guards import guard_differences
from payments.models import Alarm, BalanceTransaction, BankPayout, Job, ReconciliationRun, Seal, StripeEvent
from payments.reconciling import balancing, matching, objects, polling, treasury
from payments.sandbox import money
from payments.sandbox.sandbox import PLATFORM
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.reconciling.test_comparing import FLOAT, paid_out


@pytest.fixture
def now():
    return timezone.now()


def booked(id_, cents, fee, now):
    return SimpleNamespace(
        id=id_, amount_cents=cents, fee_cents=fee, net_cents=cents - fee, source="", created_at=now
    )


@pytest.mark.django_db
class TestThePlatformsOwn:
    @pytest.mark.parametrize(
        ("post", "code"),
        [(ledger.fee_charged, Code.CONNECT_FEE), (ledger.reserve_moved, Code.STRIPE_RESERVED)],
    )
    def test_bookings_move_stripes_balance_and_one_account(self, now, post, code):
        ledger.bank_moved(booked("txn_0", FLOAT, 0, now))
        post(booked("txn_1", -250, 0, now))
        assert ledger.balance(Code.STRIPE_BALANCE) == Money(FLOAT - 250)
        assert ledger.balance(code) == Money(250)
        assert ledger.trial_balance().difference == {}

    def test_quarantine_rings_again_when_its_alarm_was_answered_and_it_is_not_empty(self, now):
        ledger.quarantined(booked("txn_1", 500, 0, now))
        assert not balancing.check_quarantine(at=now).is_green
        Alarm.objects.update(answered_at=now, note="Seen.")
        assert not balancing.check_quarantine(at=now).is_green
        balancing.check_quarantine(at=now)
        assert Alarm.objects.filter(kind="quarantine").count() == 2

    def test_a_booking_that_has_its_journal_is_left_alone(self, now):
        given = {"type": "topup", "amount_cents": 100, "fee_cents": 0, "net_cents": 100, "currency": "usd"}
        row = BalanceTransaction.objects.create(
            id="txn_1", created_at=now, imported_at=now, available_on=now, **given
        )
        assert [matching.match_one(row.pk, at=now) for _ in range(2)] == [True, False]


@stands_on(paid_out)
class TestLongLists:
    def test_are_kept_piece_by_piece(self, board, sandbox, now, monkeypatch):
        polling.poll_events(None, at=now)
        events, bookings = StripeEvent.objects.count(), BalanceTransaction.objects.count()
        StripeEvent.objects.all().delete()
        monkeypatch.setattr(polling, "BATCH", 2)
        monkeypatch.setattr(matching, "BATCH", 1)
        polling.poll_events(None, at=now)
        matching.import_transactions(None, at=now)
        assert (StripeEvent.objects.count(), BalanceTransaction.objects.count()) == (events, bookings)
        assert events > 2
        assert bookings > 1

    def test_hold_nothing_that_moves_nothing(self, board, sandbox, now):
        known = BalanceTransaction.objects.count()
        with sandbox.sandbox.turn() as ctx:
            money.book(ctx, money.Movement(PLATFORM, "adjustment", 0, "usd", "elsewhere", None, ctx.now))
        matching.import_transactions(None, at=now)
        assert BalanceTransaction.objects.count() == known

    def test_a_payout_that_stripe_refuses_rings_and_is_over(self, board, sandbox, now, settings):
        settings.OPERATING_FLOAT_CENTS = settings.DISPUTE_RESERVE_CENTS = 0
        sandbox.break_("400:parameter_unknown", method="POST", path="/v1/payouts")
        payout = reconciling.plan_payout(ReconciliationRun.objects.get(), at=now)
        assert treasury.send(payout.pk, at=now)
        payout.refresh_from_db()
        assert payout.status == BankPayout.Status.FAILED
        assert Alarm.objects.get(kind="payout_failed").subject == str(payout.pk)
        assert not treasury.send(payout.pk, at=now)  # it is over

    def test_the_command_pays_nothing_where_nothing_is_our_own(self, board, sandbox, capsys, settings):
        call_command("reconcile")
        figures = ReconciliationRun.objects.latest("pk").figures
        settings.DISPUTE_RESERVE_CENTS = 0
        settings.OPERATING_FLOAT_CENTS = int(figures["available"]) - int(figures["owed"])
        call_command("reconcile", "--pay-out")
        assert "RED" not in capsys.readouterr().out
        assert not BankPayout.objects.exists()


@stands_on(stages.offered)
def test_what_a_cancelled_reservation_leaves_behind_is_no_refund_of_ours(board, sandbox, now):
    offering.decline_offer(board, by=board.student, at=now)
    operations.run_due(at=now)
    hold = board.holds.get()
    assert len(stripe_gateway.refunds_of(hold.payment_intent)) == 1
    assert list(objects.objects_of(hold)) == []


@pytest.mark.django_db
class TestCommands:
    def test_seal_seals_and_lists(self, capsys):
        call_command("seal")
        call_command("seal", "--list")
        said = capsys.readouterr().out.splitlines()
        seal = Seal.objects.get()
        assert said[0] == f"Seal {seal.pk} covers 0 journals: {seal.digest}"
        assert said[1].endswith(f" 0 {seal.digest}")

    def test_halt_stops_all_sending(self, capsys, now):
        call_command("halt", "--begin")
        assert not operations.may_send(at=now)
        assert "Money is sent." not in capsys.readouterr().out

    @pytest.mark.parametrize("text", ["yesterday", "2026-02-30T10:00"])
    def test_replay_wants_a_moment_that_exists(self, text):
        with pytest.raises(CommandError, match="is no moment"):
            call_command("stripe_replay", "--since", text)


def test_where_no_guard_was_written_yet_none_is_missing(own_database, as_owner):
    as_owner.execute("DELETE FROM django_migrations WHERE app = 'payments'")
    assert guard_differences() == []


@pytest.mark.django_db
def test_an_alarm_that_somebody_looks_at_keeps_its_moment(now):
    operations.ring("coverage_low", "usd", "1.00", at=now)
    chief, alarm = cast.a_person("Ada Chief", is_staff=True, is_superuser=True), Alarm.objects.get()
    for hours in (0, 1):
        seen = reconciling.acknowledge(alarm, by=chief, at=now + timedelta(hours=hours))
    assert seen.acknowledged_at == now
    assert not Job.objects.exists()
