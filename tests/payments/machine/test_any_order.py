"""Whatever people, banks, Stripe and processes do, in any order: no cent is lost, sent twice or unexplained."""

from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import settings as trying
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from marketplace.kernel.errors import RuleViolation
from payments import (
    clearing,
    funding,
    leaving,
    offering,
    operations,
    paying_out,
    refunding,
    releasing,
    reviewing,
    supplying,
)
from payments.models import Chargeback, FraudCheck, Operation, Payee
from payments.operations import finishing, running
from payments.sandbox.errors import ApiError
from payments.sandbox.objects.sessions import NotOpen
from payments.stripe_gateway import StripeFailed
from projects.models import Application, Engagement
from tests import cast, stages
from tests.deep import DEEP
from tests.payments import staging, steps
from tests.payments.machine.worlds import APPLICATIONS, FLOAT, World
from tests.payments.test_promised_materials import PROMISED

EXAMPLES, STEPS = (300, 60) if DEEP else (30, 30)

CARDS = ["4242424242424242", "4242424242424242", "4000000000009995"]
FAULTS = [
    *(
        "drop_after_commit",
        "500_effect",
        "hang:30",
        "truncate",
    ),  # done, and nobody knows: the likeliest to hurt
    *("429", "409", "400:parameter_unknown", "drop_before", "drop_after_commit", "hang:30", "500_no_effect"),
    *("500_effect", "500_late:2", "truncate", "garbage", "prune_keys", "list_lag:60"),
]
PATHS = [
    "/v2/core/accounts",
    "/v1/checkout/sessions",
    "/v1/payment_intents/*",
    "/v1/transfers",
    "/v1/refunds",
]
PLACES = ["claimed", "sending", "sent", "before_finished", "finished"]
HOURS = [1 / 60, 0.6, 5, 25, 49, 8 * 24, 12 * 24]

which = st.integers(0, APPLICATIONS - 1)
numbers = st.integers(1, 2)


class Died(BaseException):
    """The process is gone: nothing after this line runs, and what was not committed never was."""


class Refused(Exception):
    """What a person meets as a sentence on the page."""


@contextmanager
def allowed_to_fail():
    """People may try anything: what the rules refuse changes nothing."""
    with suppress(RuleViolation, PermissionDenied, StripeFailed, ValueError, NotOpen, ApiError, Refused):
        yield


@pytest.fixture(scope="module")
def board(django_db_blocker, tmp_path_factory):
    """An application, an offer, work under way and work handed in; and the platform's own money at Stripe."""

    def build(sandbox):
        sandbox.seed(float_cents=FLOAT)
        at = timezone.now()
        projects = [{}, {}, {"materials": PROMISED}, {}]
        applications = [stages.paid_for(sandbox, at=at, **project) for project in projects]
        stages.offered(sandbox, applications[1], at=at)
        for application in applications[2:]:
            engagement = stages.under_way(sandbox, application, at=at)
            steps.a_ready_payee(sandbox, engagement.student, at=at)
        stages.deliver(engagement, at=at)
        steps.hear(sandbox, at=at)
        return [application.pk for application in applications], at

    with (
        django_db_blocker.unblock(),
        staging.staged("machine", build, tmp_path_factory.mktemp("machine")) as stage,
    ):
        yield stage


class Machine(RuleBasedStateMachine):
    stage: staging.Stage
    seen: Counter[str]

    def __init__(self):
        super().__init__()
        self.open = ExitStack()

    @initialize(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=4))
    def begin(self, faults):
        folder = Path(mkdtemp(dir=self.stage.folder))
        sandbox = self.open.enter_context(staging.gone_on(self.stage, folder))
        applications, at = self.stage.about
        self.world = World(sandbox, applications, at)
        for kind in faults:
            self.break_stripe(kind)

    def engagement(self, n):
        """The latest of this application. Raises Refused where there is none."""
        found = Engagement.objects.filter(application_id=self.world.applications[n]).order_by("pk").last()
        if found is None:
            raise Refused
        return found

    def the_part(self, n, number):
        found = self.engagement(n).deliverables.filter(number=number).first()
        if found is None:
            raise Refused
        return found

    # The employer

    @rule(n=which)
    def offer(self, n):
        application = Application.objects.get(pk=self.world.applications[n])
        with allowed_to_fail():
            offering.make_offer(application, by=application.project.posted_by, at=self.world.at)
            self.world.sweep()

    @rule(data=st.data(), card=st.sampled_from(CARDS))
    def pay(self, data, card):
        """On any page that was ever opened, in any tab."""
        self.world.note_pages()
        if self.world.sessions:
            with allowed_to_fail():
                self.world.sandbox.pay(data.draw(st.sampled_from(self.world.sessions)), card)

    @rule(n=which)
    def come_back(self, n):
        with allowed_to_fail():
            funding.confirm_payment(self.engagement(n).holds.get(number=1), at=self.world.at)

    @rule(n=which)
    def pay_again(self, n):
        with allowed_to_fail():
            engagement = self.engagement(n)
            funding.retry_payment(engagement, by=engagement.offered_by, at=self.world.at)

    @rule(n=which)
    def withdraw(self, n):
        with allowed_to_fail():
            engagement = self.engagement(n)
            offering.withdraw_offer(engagement, by=engagement.offered_by, at=self.world.at)

    @rule(n=which, number=numbers)
    def approve(self, n, number):
        with allowed_to_fail():
            part = self.the_part(n, number)
            releasing.approve_work(part, by=part.engagement.offered_by, at=self.world.at)

    @rule(n=which, number=numbers)
    def undo(self, n, number):
        with allowed_to_fail():
            part = self.the_part(n, number)
            releasing.undo_approval(part, by=part.engagement.offered_by, at=self.world.at)

    @rule(n=which, number=numbers)
    def ask_for_changes(self, n, number):
        with allowed_to_fail():
            part = self.the_part(n, number)
            reviewing.ask_for_changes(
                part,
                by=part.engagement.offered_by,
                at=self.world.at,
                failing_criteria=[1],
                message="Not yet: the first is not met.",
            )

    @rule(n=which, by_student=st.booleans())
    def cancel(self, n, by_student):
        with allowed_to_fail():
            engagement = self.engagement(n)
            by = engagement.student if by_student else engagement.offered_by
            refunding.cancel_before_start(engagement, by=by, at=self.world.at, reason="Plans have changed.")

    # The student

    @rule(n=which)
    def accept(self, n):
        with allowed_to_fail():
            engagement = self.engagement(n)
            paying_out.open_account(engagement.student, country="SE", at=self.world.at)
            offering.accept_offer(engagement, by=engagement.student, at=self.world.at)

    @rule(n=which)
    def decline(self, n):
        with allowed_to_fail():
            engagement = self.engagement(n)
            offering.decline_offer(engagement, by=engagement.student, at=self.world.at)

    @rule(n=which, outcome=st.sampled_from(["active", "later"]))
    def set_up_being_paid(self, n, outcome):
        with allowed_to_fail():
            payee = Payee.objects.filter(user=self.engagement(n).student).first()
            if payee is None or payee.stripe_account is None:
                raise Refused
            self.world.sandbox.onboard(payee.stripe_account, outcome)
            paying_out.refresh_payee(payee, at=self.world.at)

    @rule(n=which, status=st.sampled_from(["restricted", "active"]))
    def account_changes(self, n, status):
        with allowed_to_fail():
            payee = Payee.objects.filter(user=self.engagement(n).student).exclude(stripe_account=None).first()
            if payee is not None:
                self.world.sandbox.capability(payee.stripe_account, status)

    @rule(n=which, number=numbers)
    def deliver(self, n, number):
        with allowed_to_fail():
            self.the_part(n, number)
            stages.deliver(self.engagement(n), number=number, at=self.world.at)

    @rule(n=which)
    def ask_for_materials(self, n):
        with allowed_to_fail():
            engagement = self.engagement(n)
            supplying.ask_for_materials(engagement, by=engagement.student, at=self.world.at)

    @rule(n=which)
    def leave(self, n):
        with allowed_to_fail():
            engagement = self.engagement(n)
            leaving.leave(engagement, by=engagement.student, at=self.world.at)

    # Several steps at once, or examples would rarely come far

    @rule(n=which)
    def all_goes_well_until_the_work(self, n):
        with allowed_to_fail():
            self.offer(n)
            hold = self.engagement(n).holds.get(number=1)
            if hold.checkout_session:
                self.world.sandbox.pay(hold.checkout_session)
            funding.confirm_payment(hold, at=self.world.at)
            self.accept(n)
            self.world.sweep()
            self.set_up_being_paid(n, "active")

    @rule(n=which, number=numbers)
    def deliver_and_approve(self, n, number):
        self.deliver(n, number)
        self.approve(n, number)

    @rule(place=st.sampled_from(PLACES))
    def nine_days_pass(self, place):
        """Long enough for a company's first charges, and for each date that falls due; a worker dies each time."""
        for _ in range(5):
            self.world.wait(43)
            self.die(place)
            self.world.sweep()

    # Stripe, the banks, the post

    @rule(kind=st.sampled_from(FAULTS))
    def break_stripe(self, kind):
        """It strikes once at each kind of call."""
        for path in PATHS:
            self.world.sandbox.break_(kind, method="*" if kind.startswith("list_lag") else "POST", path=path)

    @rule()
    def refund_comes_back(self):
        done = Operation.objects.filter(kind=Operation.Kind.REFUND, status=Operation.Status.SUCCEEDED)
        if operation := done.order_by("pk").last():
            with allowed_to_fail():
                self.world.sandbox.fail_refund(operation.stripe_id)

    @rule(n=which, part_of_it=st.booleans(), inquiry=st.booleans())
    def bank_takes_it_back(self, n, part_of_it, inquiry):
        with allowed_to_fail():
            hold = self.engagement(n).holds.get(number=1)
            if hold.charge is None:
                raise Refused
            about = {"cents": hold.gross_cents // 3} if part_of_it else {}
            self.world.sandbox.dispute(hold.charge, inquiry=inquiry, **about)

    @rule(status=st.sampled_from(["needs_response", "under_review", "won", "lost", "appeal_under_review"]))
    def bank_decides(self, status):
        with allowed_to_fail():
            for chargeback in Chargeback.objects.order_by("pk"):
                self.world.sandbox.decide(chargeback.pk, status)

    @rule(n=which)
    def network_warns(self, n):
        with allowed_to_fail():
            hold = self.engagement(n).holds.get(number=1)
            if hold.charge is None:
                raise Refused
            self.world.sandbox.efw(hold.charge)

    @rule()
    def checks_are_cleared(self):
        for check in FraudCheck.objects.waiting():
            with allowed_to_fail():
                clearing.clear(check, by=cast.a_moderator(), at=self.world.at)

    @rule(times=st.integers(1, 2))
    def hear(self, times):
        self.world.hear(times=times)

    @rule()
    def lose(self):
        self.world.lose()

    # The worker

    @rule()
    def sweep(self):
        self.world.sweep()

    @rule(place=st.sampled_from(PLACES))
    def die(self, place):
        """A worker is killed at this place of the next operation; its lease must bring that back."""

        def reach(name):
            if name == place:
                raise Died

        with pytest.MonkeyPatch.context() as patch, suppress(Died):
            patch.setattr(running, "reach", reach)
            patch.setattr(finishing, "reach", reach)
            operations.run_due(at=self.world.at)

    @rule(hours=st.sampled_from(HOURS))
    def wait(self, hours):
        self.world.wait(hours)

    @invariant()
    def nothing_is_wrong(self):
        if hasattr(self, "world"):
            self.world.check()

    def teardown(self):
        try:
            if hasattr(self, "world"):
                self.world.rest()
                self.world.settle()
                self.seen.update(self.world.seen)
        finally:
            self.open.close()


def test_any_order_of_anything(board, django_db_blocker):
    class Played(Machine):
        stage, seen = board, Counter()

    tried = trying(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not DEEP,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],  # the explanation takes longer than the finding
    )
    with django_db_blocker.unblock():
        run_state_machine_as_test(Played, settings=tried)
    came_to = {"transfers", "refunds", "again"}  # or it went round in circles and proved nothing
    assert {kind for kind, count in Played.seen.items() if count} == came_to
