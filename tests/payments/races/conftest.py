"""The life of one engagement in stages, each built on the one before and copied for every race."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company
from marketplace.kernel import telling
from payments import funding, offering, operations, paying_out, releasing, tasks
from payments.models import Hold
from projects.models import Application, Engagement
from tests import cast, stages
from tests.payments import staging, steps


class Story:
    """What the stages are made of, and which comes after which."""

    ORDER = ("applied", "paid", "offered", "captured", "delivered", "approved")

    def __init__(self, folders: Any, ends: ExitStack) -> None:
        self.folders, self.ends, self.at = folders, ends, timezone.now()
        self.built: dict[str, staging.Stage] = {}

    def stage(self, name: str) -> staging.Stage:
        if name not in self.built:
            number = self.ORDER.index(name)
            before = self.stage(self.ORDER[number - 1]) if number else None
            build, folder = getattr(self, name), self.folders.mktemp(name)
            self.built[name] = self.ends.enter_context(staging.staged(name, build, folder, after=before))
        return self.built[name]

    def applied(self, sandbox: Any) -> None:
        """Two students want the one seat."""
        project = cast.an_open_project(at=self.at, seats=1)
        Company.objects.update(proven_at=self.at)
        for student in (cast.a_student(at=self.at), cast.another_student(at=self.at)):
            cast.an_application(student, project, at=self.at)

    def paid(self, sandbox: Any) -> None:
        """The card was reserved on the payment page of the first, and nobody knows of it."""
        application = Application.objects.order_by("pk")[0]
        offering.make_offer(application, by=application.project.posted_by, at=self.at)
        operations.run_due(at=self.at)
        sandbox.pay(Hold.objects.get().checkout_session)

    def offered(self, sandbox: Any) -> None:
        funding.confirm_payment(Hold.objects.get(), at=self.at)
        payee = paying_out.open_account(Engagement.objects.get().student, country="SE", at=self.at)
        operations.run_open(payee=payee, at=self.at)

    def captured(self, sandbox: Any) -> None:
        """The offer is accepted and the card charged, and nobody knows of that."""
        engagement = Engagement.objects.get()
        offering.accept_offer(engagement, by=engagement.student, at=self.at)
        sandbox.break_("drop_before", method="GET", path="/v1/payment_intents/*", times=None)
        operations.run_due(at=self.at)
        sandbox.mend()
        assert (Hold.objects.get().status, steps.intent_status(engagement)) == ("capturing", "succeeded")

    def delivered(self, sandbox: Any) -> None:
        """The first part is handed in."""
        funding.confirm_payment(Hold.objects.get(), at=self.at)
        engagement = Engagement.objects.get()
        steps.a_ready_payee(sandbox, engagement.student, at=self.at)
        stages.deliver(engagement, at=self.at)

    def approved(self, sandbox: Any) -> None:
        """Its money may go as soon as its time has come."""
        engagement = Engagement.objects.get()
        part = engagement.deliverables.get(number=1)
        releasing.approve_work(part, by=engagement.offered_by, at=self.at)
        telling.tell_due(at=self.at)


@pytest.fixture(scope="package")
def story(django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Story]:
    with django_db_blocker.unblock(), ExitStack() as ends:
        yield Story(tmp_path_factory, ends)


class Scene:
    """One copy of a stage, which a race may spoil."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox

    @property
    def engagement(self) -> Engagement:
        return Engagement.objects.get()

    @property
    def hold(self) -> Hold:
        return Hold.objects.get()

    @property
    def part(self) -> Any:
        return self.engagement.deliverables.get(number=1)

    def agrees(self, *, at: Any) -> bool:
        """Whatever was decided is carried out, and both books say the same."""
        for _ in range(3):
            tasks.sweep_once(at=at)
        steps.books_agree(self.sandbox)
        return True


@pytest.fixture
def scene(story: Story, stage: str, tmp_path: Any) -> Iterator[Scene]:
    """Ask for it in a test with `stage` as a parameter."""
    built = story.stage(stage)
    with staging.gone_on(built, tmp_path) as sandbox:
        yield Scene(sandbox)
