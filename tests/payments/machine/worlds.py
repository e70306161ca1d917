"""What the machine plays with: a few applications, the two books, and questions that must always be answered yes."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from payments import ledger, stripe_events, tasks
from payments.ledger import Code
from payments.models import Alarm, Hold, Operation, Payee, Refund, Release, StripeEvent
from tests.payments import steps

FLOAT = 500_000
APPLICATIONS = 4
# What may ring while Stripe breaks and people do odd things: each names something that a person must look at.
EXPLAINED = {
    *("operation_stuck", "operation_rejected", "operation_needs_a_person", "operation_other_account"),
    *("refund_failed", "refund_waits", "void_failed", "second_payment", "unapplied_payment"),
    *("chargeback", "chargeback_lost", "chargeback_won_late", "chargeback_is_due"),
    *("hold_is_old", "rework_is_late"),
}
WAITING = {"blocked", "frozen", "cancelled"}  # for a payee, for a person, or taken back before it was sent
MARKED = ("transfers", "refunds")  # objects of the stand-in that carry the mark of their operation


@dataclass
class World:
    """One copy of both books, and the marketplace's time."""

    sandbox: Any
    applications: list[Any]
    at: datetime
    sessions: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    # Time

    def wait(self, hours: float) -> None:
        """Stripe's clock goes on, our operations grow as much older, and what falls due by date is done."""
        self.sandbox.advance(seconds=int(hours * 3600))
        steps.grow_older(timedelta(hours=hours))
        self.at += timedelta(hours=hours)

    def sweep(self) -> None:
        """What the worker does every few seconds."""
        tasks.sweep_once(at=self.at)
        tasks.run_deadlines(at=self.at)
        self.note_pages()

    def note_pages(self) -> None:
        """Payment pages stay known to whoever has them open in a tab."""
        pages = Hold.objects.exclude(checkout_session=None).values_list("checkout_session", flat=True)
        self.sessions = list(dict.fromkeys([*self.sessions, *pages]))

    # What came through the door, or did not

    def hear(self, *, times: int = 1) -> None:
        steps.hear(self.sandbox, at=self.at)
        for _ in range(times - 1):  # Stripe says the same again
            StripeEvent.objects.update(status=StripeEvent.Status.NEW, next_try_at=self.at)
            stripe_events.handle_due(at=self.at)

    def lose(self) -> int:
        """Whatever waits to be told is never told."""
        with self.sandbox.sandbox.turn() as ctx:
            return ctx.store.run("UPDATE delivery SET done = ? WHERE done IS NULL", ctx.now)

    # What must hold after every step

    def check(self) -> None:
        assert ledger.verify() == []
        assert ledger.trial_balance().difference == {}
        report = self.sandbox.report()
        for kind in MARKED:
            marks = Counter(row["metadata"].get("fh_op") for row in report[kind].values())
            assert [mark for mark, count in marks.items() if mark and count > 1] == [], kind
        for charge in report["charges"].values():
            if charge["captured"]:  # a reservation that is given back counts as refunded too
                given = charge["transferred"] + charge["amount_refunded"]
                assert given <= charge["amount_captured"], charge

    # What must hold when everything has come to rest

    def rest(self) -> None:
        """Stripe is well again, everything is told, and time goes on until nothing is under way."""
        self.sandbox.mend()
        for _ in range(60):
            self.hear()
            self.sweep()
            under_way = Operation.objects.filter(status__in=Operation.OPEN)
            looked_for = Hold.objects.filter(status__in=[Hold.Status.CAPTURING, Hold.Status.CHECKOUT_OPEN])
            if not under_way.exists() and not looked_for.exists():
                break
            self.wait(steps.STEP_HOURS)
        else:
            raise AssertionError(list(under_way.values("kind", "slot", "status", "last_error", "not_before")))

    def settle(self) -> None:
        """Every promise was kept once, and the two books say the same."""
        steps.books_agree(self.sandbox, own=FLOAT)
        report = self.sandbox.report()
        self.check_releases(report)
        self.check_refunds(report)
        self.check_holds(report)
        again = Operation.objects.filter(epoch__gt=0).count()
        self.seen.update(transfers=len(report["transfers"]), refunds=Refund.objects.count(), again=again)
        unexplained = Alarm.objects.exclude(kind__in=EXPLAINED)
        assert list(unexplained.values_list("kind", "detail")) == []

    def check_releases(self, report: dict[str, Any]) -> None:
        """Each promise is kept once, or waits for somebody; and each payee has what was sent."""
        made = {row["metadata"]["fh_op"]: row["amount"] for row in report["transfers"].values()}
        transfers = Operation.objects.filter(kind=Operation.Kind.TRANSFER)
        sent = transfers.filter(status=Operation.Status.SUCCEEDED)
        assert made == {str(operation.pk): operation.amount_cents for operation in sent}
        assert set(transfers.exclude(pk__in=sent).values_list("status", flat=True)) <= WAITING
        for release in Release.objects.standing():
            assert release.student_cents == release.operation.amount_cents
            assert release.operation.status != Operation.Status.CANCELLED
        for payee in Payee.objects.exclude(stripe_account=None):
            owed = sent.filter(hold__engagement__student=payee.user_id).values_list("amount_cents", flat=True)
            banked = report["outside"].get(f"bank:{payee.stripe_account}", {}).get("usd", 0)
            assert steps.got(self.sandbox, payee.user) + banked == sum(owed)

    def check_refunds(self, report: dict[str, Any]) -> None:
        made = {
            row["metadata"].get("fh_op"): row["amount"]
            for row in report["refunds"].values()
            if report["charges"][row["charge"]]["captured"]
        }
        planned = Operation.objects.filter(kind=Operation.Kind.REFUND).exclude(stripe_id=None)
        assert made == {str(operation.pk): operation.amount_cents for operation in planned}
        for refund in Refund.objects.all():
            assert refund.operation.amount_cents == refund.student_cents + refund.platform_fee_cents

    def check_holds(self, report: dict[str, Any]) -> None:
        """What came in is what went out and what is still here, hold by hold."""
        paid = Hold.objects.filter(status__in=[Hold.Status.FUNDED, Hold.Status.SETTLED])
        for hold in paid.filter(chargebacks=None):
            charge = report["charges"][hold.charge]
            assert charge["amount_captured"] == hold.gross_cents
            here = ledger.balances_of(hold.pk)
            left = here.held.cents + here.student_payable.cents + here.refund_payable.cents
            fee = ledger.released_so_far(hold.pk).fee.cents
            back = sum(
                row["amount"]
                for row in report["refunds"].values()
                if row["charge"] == hold.charge and row["status"] not in {"failed", "canceled"}
            )
            assert charge["transferred"] + fee + back + left == hold.gross_cents, hold.pk
            if hold.status == Hold.Status.SETTLED:
                assert not here
        owed = sum(ledger.trial_balance().sums.get(("usd", code), 0) for code in (Code.HELD, Code.UNAPPLIED))
        assert owed >= 0
