"""Two decisions about the same money at once: one is taken, the other hears a sentence, and the books agree.

Each stands beside its control, which runs the same acts with their row locks taken out.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from marketplace.kernel.money import Money
from payments import ledger, offering, operations, releasing, reviewing
from payments.models import Operation
from projects.models import Application
from tests.payments import steps
from tests.payments.races.meeting import at_once, is_decided

SECOND = timedelta(seconds=1)


def accept(scene):
    engagement = scene.engagement
    at = engagement.offer_expires_at - SECOND
    return lambda: offering.accept_offer(engagement, by=engagement.student, at=at)


def decline(scene):
    engagement = scene.engagement
    return lambda: offering.decline_offer(engagement, by=engagement.student, at=timezone.now())


def withdraw(scene):
    engagement = scene.engagement
    return lambda: offering.withdraw_offer(engagement, by=engagement.offered_by, at=timezone.now())


def expire(scene):
    engagement = scene.engagement
    return lambda: offering.expire_offer(engagement, at=engagement.offer_expires_at)


def offer_to(number):
    def offer(scene):
        application = Application.objects.order_by("pk")[number]
        return lambda: offering.make_offer(application, by=application.project.posted_by, at=timezone.now())

    return offer


def approve(scene):
    part = scene.part
    return lambda: releasing.approve_work(part, by=part.engagement.offered_by, at=part.review_ends_at)


def ask_for_changes(scene):
    part = scene.part
    asked = {"failing_criteria": [1], "message": "The first page is missing."}
    by = part.engagement.offered_by
    return lambda: reviewing.ask_for_changes(part, by=by, at=part.review_ends_at, **asked)


def keep_silent(scene):
    part = scene.part
    return lambda: releasing.approve_by_silence(part, at=part.review_ends_at)


def undo(scene):
    part = scene.part
    at = part.hold_share.releases.get().undo_until - SECOND
    return lambda: releasing.undo_approval(part, by=part.engagement.offered_by, at=at)


def send(scene):
    operation = Operation.objects.get(kind="transfer")
    return lambda: operations.run(operation.pk, at=operation.not_before)


def accept_unlocked(scene):
    """The same two steps on copies that were read before anybody wrote."""
    engagement, hold, at = scene.engagement, scene.hold, timezone.now()

    def act():
        with transaction.atomic():
            engagement.become("funding", by=engagement.student, at=at, accepted_at=at)
            return operations.plan_capture(hold, by=engagement.student, at=at)

    return act


def end_unlocked(status):
    def end(scene):
        engagement, hold, at = scene.engagement, scene.hold, timezone.now()

        def act():
            with transaction.atomic():
                engagement.become(status, by=None, at=at, finished_at=at)
                return operations.plan_void(hold, by=None, at=at, reason="At once.")

        return act

    return end


# Name, stage, the acts; then the control's own, where the hold's state catches what its lock should.
RACES = [
    ("two-acceptances", "offered", (accept, accept), (accept_unlocked, accept_unlocked)),
    ("accept-or-expire", "offered", (accept, expire), (accept_unlocked, end_unlocked("expired"))),
    ("accept-or-withdraw", "offered", (accept, withdraw), (accept_unlocked, end_unlocked("withdrawn"))),
    ("accept-or-decline", "offered", (accept, decline), (accept_unlocked, end_unlocked("declined"))),
    ("two-offers-for-the-last-seat", "applied", (offer_to(0), offer_to(1))),
    ("two-offers-to-one-applicant", "applied", (offer_to(0), offer_to(0))),
    ("two-approvals", "delivered", (approve, approve)),
    ("approve-or-ask-for-changes", "delivered", (approve, ask_for_changes)),
    ("approve-or-silence", "delivered", (approve, keep_silent)),
    ("two-silences", "delivered", (keep_silent, keep_silent)),
    ("undo-or-send", "approved", (undo, send)),
]
races = pytest.mark.parametrize(
    ("stage", "acts"), [pytest.param(stage, acts, id=name) for name, stage, acts, *_ in RACES]
)
controls = pytest.mark.parametrize(
    ("stage", "acts"), [pytest.param(stage, acts[-1], id=name) for name, stage, *acts in RACES]
)
IN_THE_END = timedelta(days=30)


@races
def test_one_of_two_decisions_stands(scene, acts):
    outcomes = at_once(*(act(scene) for act in acts))

    assert is_decided(outcomes), outcomes
    assert scene.agrees(at=timezone.now() + IN_THE_END)


@controls
def test_control_without_the_locks_it_does_not(scene, acts):
    """Both are done, or one of them ends in an error instead of a sentence."""
    outcomes = at_once(*(act(scene) for act in acts), locks=False)

    assert not is_decided(outcomes), outcomes


@pytest.mark.parametrize("stage", ["offered"])
@pytest.mark.parametrize("other", [expire, withdraw, decline])
def test_the_card_follows_the_decision(scene, other):
    """Charged where the student's yes came first, given back where it did not, and never both."""
    at_once(accept(scene), other(scene))
    assert scene.agrees(at=scene.engagement.offer_expires_at)

    accepted = scene.engagement.status == "active"
    assert steps.intent_status(scene.engagement) == ("succeeded" if accepted else "canceled")
    assert scene.hold.status == ("funded" if accepted else "void")
    done = scene.hold.operations.filter(kind__in=["capture", "void"])
    assert [operation.kind for operation in done] == ["capture" if accepted else "void"]


@pytest.mark.parametrize("stage", ["approved"])
def test_what_was_undone_is_not_sent_and_what_was_sent_is_not_undone(scene):
    at_once(undo(scene), send(scene))

    sent = scene.part.status == "approved"
    transfers = scene.sandbox.report()["transfers"].values()
    assert [row["amount"] for row in transfers] == [scene.part.share_cents] * sent
    assert ledger.balances_of(scene.hold.pk).student_payable == Money(0)
