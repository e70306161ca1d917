"""Whatever Stripe does at each step, everything happens once and the cents agree."""

import pytest
from django.utils import timezone

from payments import offering, refunding
from payments.models import Alarm, Hold, Operation
from projects.models import Engagement
from tests import stages
from tests.payments import staging, steps

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


def offered(sandbox, application, at):
    engagement = offering.make_offer(application, by=application.project.posted_by, at=at)
    at = steps.work_off(sandbox, at=at)
    hold = engagement.holds.get()
    sandbox.pay(hold.checkout_session)
    steps.hear(sandbox, at=at)
    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.OFFERED
    return engagement, at


def accepted(sandbox, engagement, at):
    steps.accept(engagement, at=at)
    at = steps.work_off(sandbox, at=at)
    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.ACTIVE
    return at


@pytest.fixture(scope="module")
def applied(django_db_blocker, tmp_path_factory):
    """An application, and some money of the platform's own at Stripe."""

    def build(sandbox):
        sandbox.seed(float_cents=FLOAT)
        at = timezone.now()
        return stages.paid_for(sandbox, at=at), at

    folder = tmp_path_factory.mktemp("applied")
    with django_db_blocker.unblock(), staging.staged("applied", build, folder) as stage:
        yield stage


@pytest.fixture(scope="module")
def reserved_and_held(applied, django_db_blocker, tmp_path_factory):
    """An offer on a reserved card, and another that was accepted and is paid for."""

    def build(sandbox):
        reserved, at = offered(sandbox, *applied.about)
        held, at = offered(sandbox, stages.paid_for(sandbox, at=at), at)
        return reserved, held, accepted(sandbox, held, at)

    folder = tmp_path_factory.mktemp("reserved")
    with django_db_blocker.unblock(), staging.staged("reserved", build, folder, after=applied) as stage:
        yield stage


@pytest.fixture(params=FAULTS)
def fault(request):
    """It strikes once, at each kind of operation."""
    return request.param


def broken(sandbox, fault):
    for path in PATHS.values():
        sandbox.break_(fault, method="POST", path=path)
    return sandbox


@pytest.fixture
def from_application(applied, fault, tmp_path):
    with staging.gone_on(applied, tmp_path) as sandbox:
        yield broken(sandbox, fault), *applied.about


@pytest.fixture
def from_payments(reserved_and_held, fault, tmp_path):
    with staging.gone_on(reserved_and_held, tmp_path) as sandbox:
        yield broken(sandbox, fault), *reserved_and_held.about


def all_done(sandbox, *struck):
    """Each operation was struck and came to its end, at one object, and nobody has to look."""
    fired = {row["path"] for row in sandbox.faults() if row["fired"]}
    assert fired == {PATHS[kind] for kind in struck}
    assert set(Operation.objects.values_list("status", flat=True)) == {"succeeded"}
    assert not Alarm.objects.exists()


def test_an_engagement_is_paid_for_and_paid_out(from_application, fault):
    sandbox, application, at = from_application
    engagement, at = offered(sandbox, application, at)
    at = accepted(sandbox, engagement, at)
    steps.a_ready_payee(sandbox, engagement.student, at=at)
    at = steps.work_off(sandbox, at=steps.approved(engagement, at=at))
    steps.hear(sandbox, at=at)
    all_done(sandbox, "account", "checkout", "capture", "transfer")
    assert engagement.holds.get().status == Hold.Status.SETTLED
    assert steps.got(sandbox, engagement.student) == engagement.fee_cents
    steps.books_agree(sandbox, own=FLOAT)


def test_what_was_not_to_be_goes_back_to_the_card_once(from_payments, fault):
    sandbox, declined, cancelled, at = from_payments
    offering.decline_offer(declined, by=declined.student, at=at)
    at = steps.work_off(sandbox, at=at)
    assert steps.intent_status(declined) == "canceled"

    refunding.cancel_before_start(cancelled, by=cancelled.offered_by, at=at, reason="We hired somebody.")
    steps.work_off(sandbox, at=at)
    assert cancelled.holds.get().status == Hold.Status.SETTLED
    all_done(sandbox, "void", "refund")
    steps.books_agree(sandbox, own=FLOAT)
