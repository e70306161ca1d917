"""Whatever Stripe does at each step, everything happens once and the cents agree.

Each fault strikes each kind of call in three situations: at the first try, at the repetition of a try whose
answer was lost, and when nobody repeated it for 25 h, so that Stripe may have forgotten the key.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments import finding_fraud, offering, operations, refunding, stripe_gateway, tasks
from payments.models import Alarm, Hold, Operation, Release
from projects.models import Engagement
from tests import cast, stages
from tests.deep import in_turn, spread
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
    "402",
    "list_lag:60",
]
WHEN = ("first", "repeated", "late")
PATHS = {
    "account": "/v2/core/accounts",
    "checkout": "/v1/checkout/sessions",
    "capture": "/v1/payment_intents/*/capture",
    "void": "/v1/payment_intents/*/cancel",
    "transfer": "/v1/transfers",
    "refund": "/v1/refunds",
    "reversal": "/v1/transfers/*/reversals",
}


def work_off(sandbox, at, when):
    """Run what is due until nothing is; `late`, everybody is away for 25 h after the first try."""
    if when == "late":
        operations.run_due(at=at)
        steps.pass_time(sandbox, 25)
        at += timedelta(hours=25)
    return steps.work_off(sandbox, at=at)


def offered(sandbox, application, at, when="first"):
    engagement = offering.make_offer(application, by=application.project.posted_by, at=at)
    at = work_off(sandbox, at, when)
    hold = engagement.holds.get()
    sandbox.pay(hold.checkout_session)
    steps.hear(sandbox, at=at)
    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.OFFERED
    return engagement, at


def accepted(sandbox, engagement, at, when="first"):
    steps.accept(engagement, at=at)
    at = work_off(sandbox, at, when)
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


@pytest.fixture(scope="module")
def found_to_be_fraud(reserved_and_held, django_db_blocker, tmp_path_factory):
    """A payment that was sent, and must be taken back; the student's money rests at Stripe, where it can be."""

    def build(sandbox):
        _, engagement, at = reserved_and_held.about
        steps.a_ready_payee(sandbox, engagement.student, at=at)
        rests = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
        options = {"stripe_account": steps.account_of(engagement.student)}
        stripe_gateway.client().v1.balance_settings.update(rests, options)
        at = steps.work_off(sandbox, at=steps.approved(engagement, at=at))
        release = Release.objects.filter(share__hold__engagement=engagement).earliest("pk")
        first, second = cast.a_moderator("Mod A"), cast.a_moderator("Mod B")
        finding = finding_fraud.find(release, codes=["not_done"], note="Nothing was done.", by=first, at=at)
        finding = finding_fraud.sign(finding, by=second, at=at)
        steps.pass_time(sandbox, 24 * 8)
        tasks.run_deadlines(at=finding.moves_at - timedelta(hours=12))  # when the other offer ends
        steps.work_off(sandbox, at=finding.moves_at - timedelta(hours=12))
        tasks.run_deadlines(at=finding.moves_at)
        return engagement, finding, finding.moves_at

    folder = tmp_path_factory.mktemp("fraud")
    after = {"after": reserved_and_held}
    with django_db_blocker.unblock(), staging.staged("fraud", build, folder, **after) as stage:
        yield stage


CASES = [(fault, when) for n, fault in enumerate(FAULTS) for when in in_turn(WHEN, n)]


@pytest.fixture(params=CASES, ids="-".join)
def case(request):
    """It strikes once, at each kind of operation."""
    return request.param


def broken(sandbox, fault, when):
    """Each kind of call breaks once; the card's own no is no fault of a charge, and has its tests elsewhere."""
    for kind, path in PATHS.items():
        if when != "first":
            sandbox.break_("drop_before", method="POST", path=path)
        if fault.startswith("list_lag"):
            sandbox.break_(fault, method="GET", path=path, times=3)
        elif (fault, kind) != ("402", "capture"):
            sandbox.break_(fault, method="POST", path=path)
    return sandbox


@pytest.fixture
def from_application(applied, case, tmp_path):
    with staging.gone_on(applied, tmp_path) as sandbox:
        yield broken(sandbox, *case), *applied.about


@pytest.fixture
def from_payments(reserved_and_held, case, tmp_path):
    with staging.gone_on(reserved_and_held, tmp_path) as sandbox:
        yield broken(sandbox, *case), *reserved_and_held.about


@pytest.fixture(params=spread(CASES, over=4), ids="-".join)
def taking_back(request, found_to_be_fraud, tmp_path):
    with staging.gone_on(found_to_be_fraud, tmp_path) as sandbox:
        yield broken(sandbox, *request.param), request.param, *found_to_be_fraud.about


def all_done(sandbox, case, *struck):
    """Each operation was struck and came to its end, at one object, and nobody has to look."""
    fault, when = case
    fired = {(row["kind"], row["path"]) for row in sandbox.faults() if row["fired"]}
    sent = {kind for kind in struck if (fault, kind) != ("402", "capture")}
    if not fault.startswith("list_lag"):  # which strikes only where somebody looks
        assert {path for kind, path in fired if kind == fault} == {PATHS[kind] for kind in sent}
    if when != "first":
        assert {path for kind, path in fired if kind == "drop_before"} == {PATHS[kind] for kind in struck}
    assert set(Operation.objects.values_list("status", flat=True)) == {"succeeded"}
    assert not Alarm.objects.exists()


def test_an_engagement_is_paid_for_and_paid_out(from_application, case):
    sandbox, application, at = from_application
    engagement, at = offered(sandbox, application, at, case[1])
    at = accepted(sandbox, engagement, at, case[1])
    steps.a_ready_payee(sandbox, engagement.student, at=at)
    at = work_off(sandbox, steps.approved(engagement, at=at), case[1])
    steps.hear(sandbox, at=at)
    all_done(sandbox, case, "account", "checkout", "capture", "transfer")
    assert engagement.holds.get().status == Hold.Status.SETTLED
    assert steps.got(sandbox, engagement.student) == engagement.fee_cents
    steps.books_agree(sandbox, own=FLOAT)


def test_what_was_not_to_be_goes_back_to_the_card_once(from_payments, case):
    sandbox, declined, cancelled, at = from_payments
    offering.decline_offer(declined, by=declined.student, at=at)
    at = work_off(sandbox, at, case[1])
    assert steps.intent_status(declined) == "canceled"

    refunding.cancel_before_start(cancelled, by=cancelled.offered_by, at=at, reason="We hired somebody.")
    work_off(sandbox, at, case[1])
    assert cancelled.holds.get().status == Hold.Status.SETTLED
    all_done(sandbox, case, "void", "refund")
    steps.books_agree(sandbox, own=FLOAT)


def test_what_fraud_took_comes_back_once_and_then_goes_to_the_card(taking_back):
    sandbox, case, engagement, finding, at = taking_back
    had = steps.got(sandbox, engagement.student)
    work_off(sandbox, at, case[1])
    all_done(sandbox, case, "reversal", "refund")
    assert steps.got(sandbox, engagement.student) == had - finding.cents
    (transfer,) = [t for t in sandbox.report()["transfers"].values() if t["amount_reversed"]]
    assert transfer["amount_reversed"] == finding.cents
    steps.books_agree(sandbox, own=FLOAT)
