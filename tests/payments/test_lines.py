"""Each row says in a line what it is: lists of the administration, alarms and logs show it."""

from datetime import UTC, datetime

import pytest

from accounts.models import Company, User
from payments import models
from payments.ledger.models import Account, Balance, Seal
from projects.models import Deliverable

AT = datetime(2026, 11, 28, 14, 5, tzinfo=UTC)
SUM = {"amount_cents": 30_000, "currency": "usd"}
MAYA = User(name="Maya Lindqvist")


def operation():
    return models.Operation(kind="transfer", status="planned", **SUM)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (models.Alarm(kind="coverage", subject="usd"), "coverage: usd"),
        (
            models.Chargeback(amount_cents=30_000, status="needs_response"),
            "$300.00 taken back (needs an answer)",
        ),
        (models.Deadline(kind="hold_alarm", due_at=AT), "hold_alarm at 2026-11-28 14:05"),
        (models.StripeEvent(id="evt_1", type="payout.paid"), "evt_1 payout.paid"),
        (models.FraudCheck(kind="one_card", company=Company(name="Maple")), "Maple"),
        (models.HandOver(operation=operation(), owner=MAYA), "is with Maya Lindqvist"),
        (
            models.Share(amount_cents=30_000, deliverable=Deliverable(number=1, title="Notes")),
            "$300.00 for 1. Notes",
        ),
        (
            models.Release(student_cents=30_000),
            "$300.00 released",
        ),
        (models.LeavingPay(student_cents=30_000), "$300.00 for leaving"),
        (models.OperationAttempt(operation=operation(), number=2, outcome="done"), "#2 done"),
        (models.Payee(user=MAYA), "Maya Lindqvist: not "),
        (models.Payout(**SUM, status="paid"), "$300.00 (in the bank)"),
        (models.ReconciliationRun(began_at=AT, checks=[]), "2026-11-28 14:05: "),
        (models.Job(name="events"), "events"),
        (models.PayeeReading(payee=models.Payee(user=MAYA), what="banks"), "Maya Lindqvist: not set up"),
        (models.Refund(student_cents=27_000, platform_fee_cents=3_000), "$300.00 back to the card"),
        (Seal(id=4, digest="ab12"), "4: ab12"),
        (Balance(account=Account(code=2000, scope_id="1"), posted_cents=-5), "[1]: -5"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_a_row_says_what_it_is(row, line):
    assert line in str(row)
