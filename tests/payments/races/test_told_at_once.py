"""The same fact told many times at once, and the same work found by two sweeps: booked once, done once."""

from threading import Event

import pytest
from django.db import connection
from django.utils import timezone

from payments import funding, ledger, operations, paying_out, stripe_events, tasks
from payments.models import Alarm, Journal, Operation, Payee, StripeEvent
from payments.operations import running
from tests.payments import steps
from tests.payments.races.meeting import at_once
from tests.sandboxed import post

TIMES = 50
FACTS = [("paid", "authorised"), ("captured", "funded")]


def letters(scene, kind):
    """The webhooks of this type that Stripe would send, kept instead of delivered."""
    kept = []
    scene.sandbox.send = lambda *letter: kept.append(letter) or 200
    scene.sandbox.deliver()
    return [letter for letter in kept if f'"{kind}"'.encode() in letter[1]]


def handle(event):
    return lambda: stripe_events.handle(event, at=timezone.now())


def kept(letter):
    """The event as our door keeps it, not handled yet."""
    assert post(*letter) == 200
    return StripeEvent.objects.latest("received_at").pk


def is_told_once(scene, outcomes, status):
    """The hold came to this state once, and nobody ended in an error."""
    errors = [o for o in outcomes if isinstance(o, Exception)]
    errors += StripeEvent.objects.exclude(last_error="")
    return not errors and scene.hold.history.filter(to_status=status).count() == 1


CLAIM_AND_BOOK = ('UPDATE "payments_stripeevent"', 'UPDATE "payments_hold"')


@pytest.mark.parametrize("stage", ["captured"])
class TestTheSameWebhookManyTimes:
    def test_fifty_deliveries_are_one_event_and_one_journal(self, scene):
        (letter,) = letters(scene, "payment_intent.succeeded")

        def deliver():
            assert post(*letter) == 200
            return stripe_events.handle(StripeEvent.objects.get().pk, at=timezone.now())

        outcomes = at_once(*[deliver] * TIMES)

        assert outcomes.count(True) == 1, outcomes
        assert outcomes.count(False) == TIMES - 1
        assert StripeEvent.objects.get().deliveries == TIMES
        assert is_told_once(scene, outcomes, "funded")
        assert Journal.objects.filter(kind="funded").count() == 1
        assert scene.agrees(at=timezone.now())

    def test_handled_by_four_at_once_it_is_handled_once(self, scene):
        event = kept(letters(scene, "payment_intent.succeeded")[0])

        outcomes = at_once(*[handle(event)] * 4, points=CLAIM_AND_BOOK)

        assert sorted(outcomes) == [False, False, False, True]
        assert is_told_once(scene, outcomes, "funded")

    def test_control_without_the_locks_all_four_handle_it(self, scene):
        """The book refuses a second journal even then; the other three end in an error."""
        event = kept(letters(scene, "payment_intent.succeeded")[0])

        outcomes = at_once(*[handle(event)] * 4, points=CLAIM_AND_BOOK, locks=False)

        assert outcomes == [True] * 4
        assert not is_told_once(scene, outcomes, "funded")
        assert Journal.objects.filter(kind="funded").count() == 1


@pytest.mark.parametrize(("stage", "status"), FACTS)
class TestTheRedirectAndTheWebhook:
    def acts(self, scene):
        hold, kind = scene.hold, {"checkout_open": "checkout.session.completed"}
        event = kept(letters(scene, kind.get(hold.status, "payment_intent.succeeded"))[0])
        return handle(event), lambda: funding.confirm_payment(hold, at=timezone.now())

    def test_whoever_is_first_books_it(self, scene, status):
        outcomes = at_once(*self.acts(scene), points=('UPDATE "payments_hold"',))

        assert is_told_once(scene, outcomes, status)
        assert scene.agrees(at=timezone.now())

    def test_control_without_the_locks_both_try(self, scene, status):
        outcomes = at_once(*self.acts(scene), points=('UPDATE "payments_hold"',), locks=False)

        assert not is_told_once(scene, outcomes, status)


@pytest.mark.parametrize("stage", ["approved"])
class TestTwoSweeps:
    def sweeps(self, scene):
        at = Operation.objects.get(kind="transfer").not_before
        return [lambda: tasks.sweep_once(at=at)] * 2

    def requests(self, scene):
        return [
            row for row in scene.sandbox.log() if (row["method"], row["path"]) == ("POST", "/v1/transfers")
        ]

    def test_send_a_transfer_once(self, scene):
        at_once(*self.sweeps(scene), points=('"lease_token" = ',))

        assert len(self.requests(scene)) == 1
        assert Operation.objects.get(kind="transfer").attempts == 1
        assert not Alarm.objects.exists()
        steps.books_agree(scene.sandbox)

    def test_control_without_the_locks_both_take_it(self, scene):
        """The second attempt has the number of the first, which the database refuses."""
        at_once(*self.sweeps(scene), points=('"lease_token" = ',), locks=False)

        assert Alarm.objects.filter(kind="operation_not_booked").exists()


@pytest.mark.parametrize("stage", ["approved"])
def test_a_payee_who_becomes_ready_while_the_transfer_is_put_aside_is_paid(scene):
    """The worker has read that there is nobody to pay, and writes that down after the good news was handled."""
    operation = Operation.objects.get(kind="transfer")
    at = operation.not_before
    Payee.objects.update(transfers_status="pending")
    has_read, was_told = Event(), Event()

    def put_aside():
        def late(execute, sql, *rest):
            if sql.startswith('UPDATE "payments_operation"'):
                has_read.set()
                was_told.wait(20)
            return execute(sql, *rest)

        with connection.execute_wrapper(late):
            return running.take(operation.pk, at=at)

    def become_ready():
        has_read.wait(20)
        payee = paying_out.refresh_payee(Payee.objects.get(), at=at)
        was_told.set()
        return payee.is_ready

    assert at_once(put_aside, become_ready, points=()) == [None, True]
    operation.refresh_from_db()
    assert operation.status == "blocked"  # the race is real: nobody will tell it again

    operations.run_due(at=at)

    assert steps.got(scene.sandbox, scene.engagement.student) == scene.part.share_cents
    assert ledger.verify() == []
