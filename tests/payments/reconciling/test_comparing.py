"""Our book and Stripe's, compared: all green on a site that lived, and each thing broken rings its own alarm."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from marketplace.kernel.money import Money
from payments import ledger, reconciling, stripe_gateway
from payments.ledger import Code
from payments.models import (
    Alarm,
    BalanceTransaction,
    BankPayout,
    Hold,
    Payee,
    ReconciliationRun,
)
from payments.reconciling import balancing, matching, treasury
from payments.sandbox import money
from payments.sandbox.sandbox import PLATFORM
from tests import stages
from tests.boards import stands_on
from tests.deep import spread
from tests.payments import steps

FLOAT = 200_000


def rung():
    return {(kind, subject) for kind, subject in Alarm.objects.waiting().values_list("kind", "subject")}


def kinds():
    return {kind for kind, _ in rung()}


def paid_out(sandbox):
    """Work that is paid for, handed in, approved and sent; the platform put its float in; all was compared."""
    sandbox.seed(float_cents=FLOAT)
    engagement = stages.under_way(sandbox)
    at = timezone.now()
    steps.a_ready_payee(sandbox, engagement.student, at=at)
    at = steps.approved(engagement, at=at)
    steps.work_off(sandbox, at=at)
    reconciling.run_checks(at=timezone.now())
    return engagement.holds.get().pk


@stands_on(paid_out)
class TestAGreenRun:
    def test_everything_agrees_and_every_booking_is_one_journal(self, board, sandbox):
        run = ReconciliationRun.objects.get()
        assert [(c["name"], c["words"]) for c in run.checks if not c["is_green"]] == []
        assert len(run.checks) == 9
        booked = BalanceTransaction.objects.order_by("created_at", "pk")
        assert {b.type for b in booked} >= {"topup", "charge", "transfer"}
        assert all(b.journal.stripe_bt in (b.pk, None) for b in booked)
        assert rung() == set()
        assert ledger.balance(Code.STRIPE_BALANCE).cents == sandbox.books()["platform"]["usd"]
        steps.books_agree(sandbox)


ENTRY = """(SELECT e.id FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
            JOIN ledger_journal j ON j.id = e.journal_id WHERE a.code = {code} AND j.kind = '{kind}' LIMIT 1)"""


def cents(code, kind, more):
    which = ENTRY.format(code=code, kind=kind)
    return f"UPDATE ledger_entry SET amount_cents = amount_cents + {more} WHERE id = {which};"


BOOK = ("ledger_journal", "ledger_entry")
BOOKINGS = "payments_balancetransaction"
OPERATIONS = ("payments_operation",)
BREAKS = [
    # what is done behind the guards, the tables it touches (parents first), and all that rings
    (cents(4000, "release", 1), BOOK, {"trial_balance"}),
    (cents(2000, "release", 1) + cents(4000, "release", -1), BOOK, {"balances_differ"}),
    (
        "UPDATE ledger_balance SET posted_cents = posted_cents + 1",
        ("ledger_balance",),
        {"balances_differ", "settled_hold_open"},
    ),
    (cents(1000, "funded", 1) + cents(5000, "funded", -1), BOOK, {"bt_differs", "balance_differs"}),
    (
        """INSERT INTO ledger_journal (kind, business_key, occurred_at, actor) VALUES ('bank', 'forged', now(), 'x');
           INSERT INTO ledger_entry (journal_id, account_id, amount_cents, currency, line)
           SELECT j.id, a.id, CASE a.code WHEN 1000 THEN 100 ELSE -100 END, 'usd', a.code FROM ledger_journal j,
           ledger_account a WHERE business_key = 'forged' AND a.code IN (1000, 1900)""",
        BOOK,
        {"journal_without_bt", "balance_differs"},
    ),
    (
        """UPDATE payments_balancetransaction SET journal_id = NULL WHERE type = 'charge';
           DELETE FROM ledger_entry WHERE journal_id = (SELECT id FROM ledger_journal WHERE kind = 'funded');
           DELETE FROM ledger_journal WHERE kind = 'funded'""",
        (*BOOK, BOOKINGS),
        {"bt_unmatched", "balance_differs", "balances_differ"},
    ),
    (
        """UPDATE payments_balancetransaction SET amount_cents = amount_cents + 1, net_cents = net_cents + 1
           WHERE type = 'transfer'""",
        (BOOKINGS,),
        {"bt_changed", "bt_differs"},
    ),
    (
        "UPDATE payments_operation SET amount_cents = amount_cents + 1 WHERE kind = 'transfer'",
        OPERATIONS,
        {"object_differs"},
    ),
    (
        "UPDATE payments_operation SET status = 'cancelled', stripe_id = NULL WHERE kind = 'transfer'",
        OPERATIONS,
        {"object_foreign"},
    ),
    (
        """UPDATE payments_operation SET stripe_id = 'tr_other'
           WHERE id = (SELECT id FROM payments_operation WHERE kind = 'transfer' LIMIT 1)""",
        OPERATIONS,
        {"object_foreign", "object_missing"},
    ),
    (
        "UPDATE ledger_journal SET actor = 'user:2' WHERE kind = 'release'",
        ("ledger_journal",),
        {"seal_broken"},
    ),
]


def compared(*, at=None):
    """Twice, half an hour apart: what is seen for the first time may still be on its way."""
    at = at or timezone.now()
    reconciling.run_checks(at=at)
    return reconciling.run_checks(at=at + timedelta(minutes=31))


@stands_on(paid_out)
class TestTheFence:
    def test_waits_for_two_equal_reads_with_every_booking_between_them(self, board, sandbox, monkeypatch):
        moving, read = iter([100, 200, 0, 0]), matching.import_transactions

        def still_moving(read_until, *, at):
            if cents := next(moving, 0):
                book(cents, "contribution")(sandbox, None)
            return read(read_until, at=at)

        monkeypatch.setattr(matching, "import_transactions", still_moving)
        fence = balancing.fence(None, at=timezone.now())
        assert fence.funds.total("usd") == sandbox.books()["platform"]["usd"]
        moving = iter([1, 2, 3, 4])
        with pytest.raises(balancing.Moving):
            balancing.fence(None, at=timezone.now())

    def test_what_is_on_its_way_into_the_book_is_no_difference_yet(self, board, sandbox):
        hold = Hold.objects.get(pk=board)
        DONE["a_refund_by_hand"](sandbox, hold)
        checks = {c["name"]: c["is_green"] for c in reconciling.run_checks(at=timezone.now()).checks}
        assert (checks["balance"], checks["bookings"]) == (True, True)


def test_what_is_owed_float_and_reserve_stay_at_stripe(settings):
    settings.OPERATING_FLOAT_CENTS, settings.DISPUTE_RESERVE_CENTS = 20_000, 10_000
    run = ReconciliationRun(figures={"available": 100_000, "owed": 30_000})
    assert treasury.own_cents(run) == 40_000


@stands_on(paid_out)
class TestTheTreasury:
    def test_pays_out_its_own_alone_and_once(self, board, sandbox, settings):
        settings.OPERATING_FLOAT_CENTS, settings.DISPUTE_RESERVE_CENTS = 100_000, 50_000
        settings.BANK_PAYOUT_LEAST_CENTS = 1
        at = timezone.now()
        run = reconciling.run_checks(at=at)
        payout = BankPayout.objects.get()
        assert payout.amount_cents == run.figures["available"] - run.figures["owed"] - 150_000 > 0
        assert reconciling.plan_payout(run, at=at) is None
        assert (reconciling.send_payouts(at=at), reconciling.send_payouts(at=at)) == (1, 0)
        payout.refresh_from_db()
        there = stripe_gateway.payouts_since(at)
        assert (payout.status, there) == ("sent", {str(payout.pk): payout.stripe_id})
        assert compared().is_green
        assert ledger.balance(Code.BANK).cents == payout.amount_cents - FLOAT
        assert BankPayout.objects.count() == 1

    def test_never_while_something_is_red_or_old_or_owed(self, board, sandbox, settings):
        settings.OPERATING_FLOAT_CENTS = settings.DISPUTE_RESERVE_CENTS = 0
        at = timezone.now()
        green = reconciling.run_checks(at=at)
        assert reconciling.plan_payout(green, at=at + timedelta(hours=25)) is None
        DONE["an_odd_booking"](sandbox, None)
        red = reconciling.run_checks(at=at + timedelta(minutes=1))
        assert reconciling.plan_payout(red, at=at) is None
        assert reconciling.plan_payout(green, at=at) is None  # it is the newest no more
        settings.DISPUTE_RESERVE_CENTS = FLOAT * 2
        assert treasury.own_cents(green) < 0

    @pytest.mark.parametrize(
        ("fault", "after"),
        spread(
            [
                ("drop_after_commit", ["unknown", "sent"]),
                ("drop_before", ["unknown", "sent"]),
                ("500_effect", ["unknown", "sent"]),
                ("400:balance_insufficient", ["failed", "failed"]),
            ],
            over=2,
        ),
    )
    def test_an_answer_that_is_lost_pays_nothing_twice(self, board, sandbox, fault, after):
        at = timezone.now()
        payout = reconciling.plan_payout(reconciling.run_checks(at=at), at=at)
        sandbox.break_(fault, method="POST", path="/v1/payouts")
        seen = []
        for minutes in (0, 6):
            reconciling.send_payouts(at=at + timedelta(minutes=minutes))
            payout.refresh_from_db()
            seen.append(payout.status)
        assert seen == after
        assert len(stripe_gateway.payouts_since(at)) == (after[-1] == "sent")
        assert kinds() == ({"payout_failed"} if "failed" in after else set())

    def test_one_whose_key_may_be_forgotten_is_looked_for_and_never_sent_again(
        self, board, sandbox, monkeypatch
    ):
        at = timezone.now()
        payout = reconciling.plan_payout(reconciling.run_checks(at=at), at=at)
        sandbox.break_("drop_before", method="POST", path="/v1/payouts")
        reconciling.send_payouts(at=at)
        for name, status in (("KEY_TRUSTED", "unknown"), ("GIVEN_UP_AFTER", "failed")):
            monkeypatch.setattr(treasury, name, timedelta(0))
            at += timedelta(minutes=6)
            reconciling.send_payouts(at=at)
            payout.refresh_from_db()
            assert payout.status == status
        assert stripe_gateway.payouts_since(payout.created_at) == {}
        assert kinds() == {"payout_unknown"}


@stands_on(paid_out)
class TestEachDetectorSeesWhatIsBroken:
    @pytest.mark.parametrize(("change", "tables", "rings"), BREAKS, ids=[str(sorted(b[2])) for b in BREAKS])
    def test_in_our_own_database(self, board, sandbox, as_owner, change, tables, rings):
        if "seal_broken" in rings:
            ledger.seal()
        for table in tables:
            as_owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        as_owner.execute(change)
        run = compared()
        assert (kinds(), run.is_green) == (rings, False)
        sums = Alarm.objects.filter(kind__in=["trial_balance", "balances_differ", "balance_differs"])
        assert all("$" in alarm.detail for alarm in sums)

    @pytest.mark.parametrize(
        ("done", "rings"),
        [
            ("a_transfer_by_hand", {"object_foreign", "bt_unmatched", "balance_differs"}),
            ("a_refund_by_hand", {"object_foreign", "bt_unmatched", "balance_differs"}),
            ("a_transfer_that_is_gone", {"object_missing"}),
            ("a_payout_by_hand", {"payout_foreign", "float_low"}),
            ("an_odd_booking", {"quarantine"}),
            ("a_debt", {"coverage_negative"}),
            ("a_settled_hold_with_money", {"settled_hold_open"}),
        ],
    )
    def test_at_stripe_and_by_our_own_rules(self, board, sandbox, settings, done, rings):
        settings.OPERATING_FLOAT_CENTS, settings.DISPUTE_RESERVE_CENTS = 100_000, 0
        DONE[done](sandbox, Hold.objects.get(pk=board))
        run = compared()
        assert kinds() == rings
        assert not run.is_green


def at_stripe(call):
    return lambda _sandbox, hold: call(stripe_gateway.client().v1, hold)


def book(cents, kind):
    def booked(sandbox, _hold):
        with sandbox.sandbox.turn() as ctx:
            money.book(ctx, money.Movement(PLATFORM, kind, cents, "usd", "elsewhere", None, ctx.now))

    return booked


def post(debited, credited, cents):
    """A balanced journal of the app's own, away from Stripe."""

    def posted(_sandbox, hold):
        with transaction.atomic():
            amount = Money(cents)
            lines = [ledger.debit(debited, amount), ledger.credit(credited, amount, scope_of(credited, hold))]
            about = {"hold": hold.pk} if credited is Code.HELD else {}
            ledger.post("odd", "odd", lines, occurred_at=timezone.now(), **about)

    return posted


def scope_of(code, hold):
    return hold.pk if code is Code.HELD else "pi_odd"


def forget(sandbox, _hold):
    with sandbox.sandbox.turn() as ctx:
        transfer = ctx.store.find("transfer")[0]
        ctx.store.run("DELETE FROM object WHERE id = ?", transfer["id"])


DONE = {
    "a_transfer_by_hand": at_stripe(
        lambda v1, hold: v1.transfers.create(
            {
                "amount": 100,
                "currency": "usd",
                "destination": Payee.objects.get().stripe_account,
                "transfer_group": hold.transfer_group,
            }
        )
    ),
    "a_refund_by_hand": at_stripe(
        lambda v1, hold: v1.refunds.create({"payment_intent": hold.payment_intent, "amount": 100})
    ),
    "a_transfer_that_is_gone": forget,
    "a_payout_by_hand": at_stripe(lambda v1, _: v1.payouts.create({"amount": 150_000, "currency": "usd"})),
    "an_odd_booking": book(500, "contribution"),
    "a_debt": post(Code.GOODWILL, Code.UNAPPLIED, FLOAT * 10),
    "a_settled_hold_with_money": post(Code.GOODWILL, Code.HELD, 1),
}
