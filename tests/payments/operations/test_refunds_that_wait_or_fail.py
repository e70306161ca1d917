"""Refunds that Stripe leaves pending, and refunds that the bank sends back, soon or weeks later."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.kernel.models import Letter
from payments import ledger, operations, refunding
from payments.ledger import Code
from payments.models import Alarm, Hold, Operation
from payments.operations import handling
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps

pytestmark = stands_on(stages.under_way)
FLOAT = 100_000


class Refund:
    """An engagement that was paid for and cancelled before its start."""

    def __init__(self, sandbox, engagement, *, own):
        self.sandbox, self.at, self.engagement = sandbox, timezone.now(), engagement
        sandbox.seed(float_cents=own)
        by, reason = self.engagement.offered_by, "We hired somebody."
        refunding.cancel_before_start(self.engagement, by=by, at=self.at, reason=reason)
        operations.run_due(at=self.at)

    @property
    def operation(self):
        return Operation.objects.get(kind="refund")

    @property
    def hold(self):
        return Hold.objects.get()

    @property
    def owed(self):
        return ledger.balances_of(self.hold.pk).refund_payable

    def at_stripe(self):
        ((id_, row),) = self.sandbox.report()["refunds"].items()
        return id_, row["status"]


def told(refund):
    """What the company heard of the refund, in order."""
    letters = Letter.objects.filter(template__startswith="payments/refund_", to=refund.engagement.offered_by)
    return [letter.template.partition("/")[2] for letter in letters.order_by("pk")]


@pytest.fixture
def booked(sandbox, board):
    refund = Refund(sandbox, board, own=FLOAT)
    assert refund.operation.status == Operation.Status.SUCCEEDED
    return refund


@pytest.fixture
def pending(sandbox, board):
    """The platform has not the money: the charge rests for two days and Stripe kept its fee."""
    refund = Refund(sandbox, board, own=0)
    assert refund.at_stripe()[1] == "pending"
    assert refund.operation.status == Operation.Status.UNKNOWN
    return refund


def test_one_that_waits_is_booked_when_the_money_is_there(pending):
    assert pending.owed == pending.hold.gross
    pending.sandbox.seed(float_cents=FLOAT)

    operations.run_due(at=pending.at + timedelta(hours=1))

    assert pending.hold.status == Hold.Status.SETTLED
    assert told(pending) == ["refund_sent"]
    assert pending.at_stripe() == (pending.operation.stripe_id, "succeeded")
    assert not Alarm.objects.exists()
    steps.books_agree(pending.sandbox, own=FLOAT)


def test_an_operator_who_looks_at_one_that_waits_sees_it_wait(pending):
    chief = cast.a_person("Ada Chief", is_staff=True, is_superuser=True)
    told = handling.look_now(pending.operation, by=chief, at=pending.at)
    assert pending.at_stripe()[0] in told
    assert pending.operation.is_open


def test_one_that_waits_for_a_day_rings_once_and_is_asked_about_less_often(pending):
    at, looks = pending.at, 0
    while at < pending.at + timedelta(days=2):
        at = max(pending.operation.next_try_at, at + timedelta(minutes=1))
        operations.run_due(at=at)
        looks += 1
    assert Alarm.objects.filter(kind="refund_waits").count() == 1
    assert looks < 70
    assert len(pending.sandbox.report()["refunds"]) == 1


def test_one_that_fails_before_it_was_booked_is_still_owed(pending):
    pending.sandbox.fail_refund(pending.at_stripe()[0])
    steps.hear(pending.sandbox, at=pending.at)

    assert pending.operation.status == Operation.Status.FROZEN
    assert Alarm.objects.filter(kind="refund_failed").count() == 1
    assert pending.owed == pending.hold.gross
    assert told(pending) == ["refund_came_back"]
    steps.books_agree(pending.sandbox)


def test_one_that_comes_back_weeks_later_is_owed_again(booked):
    assert (booked.hold.status, booked.owed.cents) == ("settled", 0)
    booked.sandbox.advance(days=20)
    booked.sandbox.fail_refund(booked.at_stripe()[0])

    for _ in range(2):  # Stripe tells of it in two events, and each may come again
        steps.hear(booked.sandbox, at=booked.at + timedelta(days=20))

    assert booked.owed == booked.hold.gross
    assert booked.hold.status == Hold.Status.FUNDED
    assert told(booked) == ["refund_sent", "refund_came_back"]
    assert Alarm.objects.get(kind="refund_failed").subject == str(booked.operation.pk)
    assert ledger.balance(Code.PROCESSING_FEE).cents > 0
    steps.books_agree(booked.sandbox, own=FLOAT)


def test_one_that_came_back_before_anybody_looked_is_booked_both_ways(sandbox, board):
    sandbox.break_("drop_after_commit", method="POST", path="/v1/refunds")
    refund = Refund(sandbox, board, own=FLOAT)
    sandbox.fail_refund(refund.at_stripe()[0])
    at = steps.work_off(sandbox, at=refund.at)  # the answer of its key is the old one
    steps.hear(sandbox, at=at)

    assert refund.owed == refund.hold.gross
    assert Alarm.objects.filter(kind="refund_failed").count() == 1
    steps.books_agree(sandbox, own=FLOAT)
