"""What stopped an operation, as an operator finds it: nothing is sent while it is unknown what happened."""

from datetime import timedelta

import pytest

from payments import operations, stripe_gateway, unsticking
from payments.models import Alarm, Operation
from payments.operations import answering, handling, requesting, running
from payments.stripe_gateway import Answer, StripeFailed
from tests import cast
from tests.payments import steps

POST = {"method": "POST", "path": "/v1/transfers"}
GET = {"method": "GET", "path": "/v1/transfers"}


@pytest.fixture
def chief(due):
    return cast.a_person("Ada Chief", is_staff=True, is_superuser=True)


def twins(due):
    """Two objects at Stripe carry the mark of one transfer."""
    for key in ("one", "two"):
        words = requesting.request_for(due.transfer) | {"amount": 1}
        stripe_gateway.client().v1.transfers.create(words, {"idempotency_key": key})


def rung(kind, due):
    return Alarm.objects.filter(kind=kind, subject=str(due.transfer.pk)).count()


def changed(due, **changes):
    Operation.objects.filter(pk=due.transfer.pk).update(**changes)
    return due.transfer


def refused(answer, **more):
    said = {"status": None, "code": "", "message": "No.", "request_id": ""} | more
    return StripeFailed(answer, **said)


def test_twenty_tries_without_an_answer_ring_once(due):
    changed(due, attempts=19)
    due.sandbox.break_("drop_before", **POST, times=None)
    for hours in range(3):
        due.run(due.at + timedelta(hours=hours))
        assert rung("operation_stuck", due) == int(hours > 0)


def test_twenty_looks_without_an_answer_ring_too(due):
    changed(due, attempts=20)
    claim = running.take(due.transfer.pk, at=due.at)
    answering.after_failed_look(claim, refused(Answer.UNSENT, status=429), at=due.at)
    assert rung("operation_stuck", due) == 1
    assert due.transfer.next_try_at == due.at + timedelta(minutes=1)


def test_a_look_that_stripe_forbids_us_freezes(due):
    claim = running.take(due.transfer.pk, at=due.at)
    answering.after_failed_look(claim, refused(Answer.BUG, status=401), at=due.at)
    assert (due.transfer.status, rung("operation_refused", due)) == ("frozen", 1)


def test_a_refusal_that_cannot_be_looked_into_is_sent_again_with_the_same_key(due):
    due.sandbox.break_("400:parameter_unknown", **POST)
    due.sandbox.break_("429", **GET)
    due.run()
    assert (due.transfer.status, due.transfer.epoch) == ("unknown", 0)


def test_a_refusal_beside_two_objects_freezes(due):
    twins(due)
    due.sandbox.break_("400:parameter_unknown", **POST)
    due.run()
    assert (due.transfer.status, rung("operation_two_objects", due)) == ("frozen", 1)


def test_a_worker_that_slept_says_so_and_leaves_the_rest_to_the_lease(due):
    claim = running.take(due.transfer.pk, at=due.at)
    running.after_answer(claim, None, at=due.at)
    assert due.transfer.status == "sending"
    assert due.transfer.tries.get().outcome == "slept"


def test_after_a_restore_two_objects_freeze_and_what_was_sent_since_is_booked(due):
    second = Operation.objects.get(kind="transfer", slot="deliverable-2")
    twins(due)
    stripe_gateway.client().v1.transfers.create(
        requesting.request_for(second), {"idempotency_key": "forgotten"}
    )
    assert operations.look_for_open(at=due.at) == 1
    assert set(Operation.objects.filter(kind="transfer").values_list("slot", "status")) == {
        ("deliverable-1", "frozen"),
        ("deliverable-2", "succeeded"),
    }


class TestAnOperator:
    def test_looks_and_is_told_of_two_objects_which_freezes(self, due, chief):
        twins(due)
        changed(due, params=requesting.request_for(due.transfer))
        assert "More than one object" in handling.look_now(due.transfer, by=chief, at=due.at)
        assert due.transfer.status == "frozen"

    def test_looks_at_a_refund_that_waits_and_sees_it_wait(self, due, chief):
        changed(due, params=requesting.request_for(due.transfer))
        assert "Nothing that carries its mark" in handling.look_now(due.transfer, by=chief, at=due.at)

    def test_does_nothing_to_what_has_ended(self, due, chief):
        due.run()
        with pytest.raises(handling.AlreadyOver):
            handling.look_now(due.transfer, by=chief, at=due.at)
        with pytest.raises(handling.AlreadyOver):
            handling.hand_over(due.transfer, to=chief, note="See to it.", by=chief, at=due.at)

    def test_frees_what_waits_for_nobody_any_more(self, due, chief):
        changed(due, status="blocked", blocked_reason="payee")
        assert handling.try_again(due.transfer, by=chief, at=due.at).status == "planned"

    def test_tries_and_is_told_what_stripe_said(self, due, chief):
        due.sandbox.break_("400:parameter_unknown", **POST)
        assert "Tried; it is “" in (told := handling.tried(due.transfer, at=due.at))
        assert "Stripe said:" in told

    def test_tries_and_is_told_that_it_stopped_again(self, due):
        due.sandbox.capability(steps.account_of(due.engagement.student), "restricted")
        assert handling.tried(due.transfer, at=due.at).startswith("Tried, and stopped again: ")

    def test_pays_another_account_only_where_a_look_found_nothing_for_certain(self, due, chief):
        due.sandbox.break_("429", **GET)
        changed(
            due, status="blocked", blocked_reason="other_account", params=requesting.request_for(due.transfer)
        )
        with pytest.raises(unsticking.NotToBeLookedUp, match="Nothing was sent"):
            unsticking.pay_new_account(due.transfer, by=chief, at=due.at, note="")
        twins(due)
        with pytest.raises(unsticking.NotToBeLookedUp, match="two objects"):
            unsticking.pay_new_account(due.transfer, by=chief, at=due.at, note="")
        assert due.transfer.status == "blocked"

    def test_pays_another_account_without_a_look_where_nothing_was_ever_asked(self, due, chief):
        changed(due, status="blocked", blocked_reason="other_account")
        unsticking.pay_new_account(due.transfer, by=chief, at=due.at, note="Another bank.")
        assert due.transfer.status == "cancelled"
