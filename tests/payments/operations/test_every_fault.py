"""Whatever Stripe does at each step, everything happens once and the cents agree."""

import pytest
from django.utils import timezone

from payments import offering, refunding
from payments.models import Alarm, Hold, Operation
from projects.models import Engagement
from tests import stages
from tests.payments import steps

FLOAT = 100_000
FAULTS = [
    "429",
    "429:lock_timeout",
    "409",
    "400:parameter_unknown",
    "drop_before",
    "drop_after_commit",
    "hang:30",
    "500_no_effect",
    "500_effect",
    "500_late:2",
    "truncate",
    "garbage",
    "prune_keys",
]
PATHS = {
    "account": "/v2/core/accounts",
    "checkout": "/v1/checkout/sessions",
    "capture": "/v1/payment_intents/*/capture",
    "void": "/v1/payment_intents/*/cancel",
    "transfer": "/v1/transfers",
    "refund": "/v1/refunds",
}


@pytest.fixture(params=FAULTS)
def fault(request, sandbox):
    """One fault, once, for each kind of operation."""
    sandbox.seed(float_cents=FLOAT)
    for path in PATHS.values():
        sandbox.break_(request.param, method="POST", path=path)
    return request.param


def offered(sandbox, at):
    application = stages.paid_for(sandbox, at=at)
    engagement = offering.make_offer(application, by=application.project.posted_by, at=at)
    at = steps.work_off(sandbox, at=at)
    hold = engagement.holds.get()
    sandbox.pay(hold.checkout_session)
    steps.hear(sandbox, at=at)
    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.OFFERED
    return engagement, at


def all_done(fault):
    """Every operation came to its end, at one object each, and nobody has to look."""
    assert set(Operation.objects.values_list("status", flat=True)) == {"succeeded"}
    assert not Alarm.objects.exists()


def test_an_engagement_is_paid_for_and_paid_out(sandbox, fault):
    engagement, at = offered(sandbox, timezone.now())
    steps.accept(engagement, at=at)
    at = steps.work_off(sandbox, at=at)
    steps.a_ready_payee(sandbox, engagement.student, at=at)
    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.ACTIVE
    at = steps.work_off(sandbox, at=steps.approved(engagement, at=at))
    steps.hear(sandbox, at=at)
    all_done(fault)
    assert engagement.holds.get().status == Hold.Status.SETTLED
    assert steps.got(sandbox, engagement.student) == engagement.fee_cents
    steps.books_agree(sandbox, own=FLOAT)


def test_what_was_not_to_be_goes_back_to_the_card_once(sandbox, fault):
    declined, at = offered(sandbox, timezone.now())
    offering.decline_offer(declined, by=declined.student, at=at)
    at = steps.work_off(sandbox, at=at)
    assert steps.intent_status(declined) == "canceled"

    cancelled, at = offered(sandbox, at)
    steps.accept(cancelled, at=at)
    at = steps.work_off(sandbox, at=at)
    cancelled.refresh_from_db()
    refunding.cancel_before_start(cancelled, by=cancelled.offered_by, at=at, reason="We hired somebody.")
    steps.work_off(sandbox, at=at)
    assert cancelled.holds.get().status == Hold.Status.SETTLED
    all_done(fault)
    steps.books_agree(sandbox, own=FLOAT)
