"""When nobody knows whether money moved: look before sending, and never twice."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from payments import ledger, operations, stripe_gateway
from payments.models import Alarm, Operation, Payee
from payments.operations import answering, looking, requesting, running
from payments.stripe_gateway import Answer, StripeFailed
from tests.payments import steps

POST_TRANSFER = {"method": "POST", "path": "/v1/transfers"}


def test_an_answer_lost_for_a_day_is_found_and_nothing_is_sent_again(due):
    due.sandbox.break_("drop_after_commit", **POST_TRANSFER)
    due.run()
    assert due.transfer.status == "unknown"
    steps.pass_time(due.sandbox, 25)
    due.run(due.at + timedelta(hours=25))
    assert due.transfer.status == "succeeded"
    assert due.transfer.epoch == 0
    assert due.made() == [due.transfer.stripe_id]


def test_a_request_lost_for_a_day_is_sent_anew_after_three_looks_and_26_hours(due):
    due.sandbox.break_("drop_before", **POST_TRANSFER)
    due.run()
    steps.pass_time(due.sandbox, 25)
    at = due.at + timedelta(hours=25)
    for _ in range(3):
        due.run(at)
        assert due.made() == []
        assert due.transfer.epoch == 0
        steps.pass_time(due.sandbox, 1)
        at += timedelta(hours=1)
    due.run(at)
    assert due.transfer.epoch == 1
    due.run(at + timedelta(hours=1))
    assert due.made() == [due.transfer.stripe_id]


def test_looks_are_spaced_wider_and_wider(due):
    due.sandbox.break_("500_no_effect", **POST_TRANSFER)
    due.run()
    waits, at = [], due.at
    for _ in range(6):
        at = due.transfer.next_try_at
        due.run(at)
        waits.append((due.transfer.next_try_at - at) // timedelta(minutes=1))
    assert waits == [1, 5, 15, 60, 60, 60]
    asked = [row for row in due.sandbox.log() if row["path"] == "/v1/transfers"]
    assert [row["method"] for row in asked] == ["GET"] * 6 + ["POST"]


def test_a_500_that_took_effect_hours_later_pays_once(due):
    due.sandbox.break_("500_late:5", **POST_TRANSFER)
    due.run()
    at = steps.work_off(due.sandbox, at=due.at)
    assert due.transfer.epoch == 0
    assert due.made() == [due.transfer.stripe_id]
    assert at < due.at + timedelta(hours=9)


def wait_for_a_new_key(due):
    """Nobody learns what became of the request until another key may be used; the moment then."""
    due.run()
    steps.pass_time(due.sandbox, 25)
    at = due.at + timedelta(hours=25)
    while due.transfer.epoch == 0:
        due.run(at)
        steps.pass_time(due.sandbox, 1)
        at += timedelta(hours=1)
    assert due.made() == []
    return at


def test_a_new_key_is_used_only_after_another_look(due):
    """The workers stood still since the last one, and Stripe carried the first request out after all."""
    due.sandbox.break_("500_late:35", **POST_TRANSFER)
    at = wait_for_a_new_key(due)
    steps.pass_time(due.sandbox, 10)
    due.run(at + timedelta(hours=10))
    assert due.transfer.status == "succeeded"
    assert due.made() == [due.transfer.stripe_id]


def test_a_payment_page_is_looked_for_since_the_last_request_under_the_key_before(due):
    """And not since the operation began: the list of pages grows by all that others pay meanwhile."""
    page = Operation.objects.filter(kind="checkout").first()
    last = page.tries.create(number=2, epoch=0, sent_at=page.created_at + timedelta(hours=27))
    for epoch, since in ((0, page.created_at), (1, last.sent_at)):
        page.epoch, apart = epoch, timedelta(minutes=1)
        looking.LOOKS["checkout"](page)
        asked = due.sandbox.log()[0]
        assert asked["path"] == "/v1/checkout/sessions"
        assert int(asked["params"]["created"]["gte"]) == int((since - apart).timestamp())


def test_a_look_that_fails_is_repeated_before_a_new_key_is_used(due):
    due.sandbox.break_("500_late:35", **POST_TRANSFER)
    at = wait_for_a_new_key(due)
    steps.pass_time(due.sandbox, 10)
    due.sandbox.break_("500_no_effect", method="GET", path="/v1/transfers")
    due.run(at + timedelta(hours=10))
    assert due.transfer.last_500_at is None
    due.run(at + timedelta(hours=11))
    assert due.made() == [due.transfer.stripe_id]


def test_stripes_own_word_ends_an_operation_whose_answer_was_lost(due):
    due.sandbox.break_("drop_after_commit", **POST_TRANSFER)
    due.run()
    steps.hear(due.sandbox, at=due.at)
    assert due.transfer.status == "succeeded"
    assert due.made() == [due.transfer.stripe_id]
    assert not due.run(due.at + timedelta(days=2))


def test_two_objects_for_one_operation_stop_it_for_good(due):
    due.sandbox.break_("500_effect", **POST_TRANSFER)
    due.run()
    twin = dict(due.transfer.params)
    twin["amount"] = 1
    stripe_gateway.client().v1.transfers.create(twin, {"idempotency_key": "somebody else"})
    steps.pass_time(due.sandbox, 30)
    due.run(due.at + timedelta(hours=30))
    assert due.transfer.status == "frozen"
    assert Alarm.objects.get(kind="operation_two_objects").subject == str(due.transfer.pk)
    assert not due.run(due.at + timedelta(hours=60))
    assert len(due.made()) == 2


def test_a_twin_that_stripe_tells_of_later_rings(due):
    due.run()
    twin = dict(due.transfer.params)
    twin["amount"] = 1
    stripe_gateway.client().v1.transfers.create(twin, {"idempotency_key": "somebody else"})
    steps.hear(due.sandbox, at=due.at)
    assert Alarm.objects.filter(kind="operation_two_objects").count() == 1
    assert due.transfer.status == "succeeded"


def test_an_object_of_another_amount_is_not_taken_for_ours(due):
    twin = dict(requesting.request_for(due.transfer))
    twin["amount"] = 1
    stripe_gateway.client().v1.transfers.create(twin, {"idempotency_key": "somebody else"})
    steps.hear(due.sandbox, at=due.at)
    assert due.transfer.status == "frozen"
    alarm = Alarm.objects.get(kind="operation_other_amount")
    assert (alarm.subject, alarm.detail[-13:]) == (str(due.transfer.pk), "is over $0.01")
    assert ledger.balances_of(due.transfer.hold_id).student_payable == due.owed


def test_a_large_amount_waits_for_a_person_instead_of_a_new_key(due, settings):
    settings.AUTOMATIC_RESEND_CENTS = 100
    due.sandbox.break_("500_no_effect", **POST_TRANSFER)
    operations.run_due(at=due.at)
    at = due.at
    for _ in range(10):
        steps.pass_time(due.sandbox, 4)
        at += timedelta(hours=4)
        due.run(at)
    assert due.transfer.status == "frozen"
    assert Alarm.objects.filter(kind="operation_needs_a_person").exists()
    assert due.transfer.tries.latest("pk").outcome == "not_found"
    assert due.made() == []


def test_stripes_word_is_booked_even_when_a_person_was_asked(due, settings):
    settings.AUTOMATIC_RESEND_CENTS = 100
    due.sandbox.break_("500_late:60", **POST_TRANSFER)
    at = due.at
    while due.transfer.status != "frozen":
        due.run(at)
        steps.pass_time(due.sandbox, 4)
        at += timedelta(hours=4)
    steps.pass_time(due.sandbox, 60)
    steps.hear(due.sandbox, at=at)
    assert due.transfer.status == "succeeded"
    assert due.made() == [due.transfer.stripe_id]


def test_a_key_that_was_used_for_something_else_freezes_the_operation(due):
    key = f"fh:sandbox:{due.transfer.pk}:0"
    other = {"amount": 1, "currency": "usd", "destination": steps.account_of(due.engagement.student)}
    other["source_transaction"] = due.engagement.holds.get().charge
    stripe_gateway.client().v1.transfers.create(other, {"idempotency_key": key})
    due.run()
    assert due.transfer.status == "frozen"
    assert Alarm.objects.get(kind="operation_refused").subject == str(due.transfer.pk)


def test_a_rejected_transfer_goes_under_a_new_key_and_with_growing_patience(due):
    due.sandbox.break_("400:balance_insufficient", **POST_TRANSFER, times=6)
    waits, at = [], due.at
    for _ in range(6):
        due.run(at)
        waits.append((due.transfer.next_try_at - at) // timedelta(minutes=1))
        at = due.transfer.next_try_at
    assert waits == [1, 5, 15, 60, 60, 60]
    assert Alarm.objects.filter(kind="operation_rejected").count() == 1
    due.run(at)
    assert due.transfer.epoch == 6
    assert due.made() == [due.transfer.stripe_id]


def test_a_payee_who_cannot_be_paid_any_more_is_waited_for(due):
    account = steps.account_of(due.engagement.student)
    due.sandbox.capability(account, "restricted")
    due.run()
    assert (due.transfer.status, due.transfer.blocked_reason) == ("blocked", "payee")
    due.sandbox.capability(account, "active")
    at = due.at + timedelta(hours=2)
    steps.hear(due.sandbox, at=at)
    operations.run_due(at=at)
    assert due.made() == [due.transfer.stripe_id]


def test_money_prepared_for_one_account_never_goes_to_another(due):
    due.sandbox.break_("400:transfers_not_allowed", **POST_TRANSFER)
    due.run()
    Payee.objects.update(stripe_account="acct_of_somebody")
    operations.run_due(at=due.at + timedelta(days=1))
    assert (due.transfer.status, due.transfer.blocked_reason) == ("blocked", "other_account")
    assert Alarm.objects.filter(kind="operation_other_account", subject=due.transfer.pk).exists()
    assert due.made() == []


def test_a_stopped_hold_sends_nothing_even_what_was_prepared(due):
    due.sandbox.break_("400:transfers_not_allowed", **POST_TRANSFER)
    due.run()
    hold = due.engagement.holds.get()
    hold.hold_reason = "bank_dispute"
    hold.save(update_fields=["hold_reason"])
    operations.run_due(at=due.at + timedelta(days=1))
    assert (due.transfer.status, due.transfer.blocked_reason) == ("blocked", "bank_dispute")
    assert due.made() == []


def test_a_worker_that_slept_sends_nothing(due):
    claim = running.take(due.transfer.pk, at=due.at)
    claim = replace(claim, booted=claim.booted - 61)
    assert running.send(claim) is None
    assert due.made() == []


def test_a_worker_counts_its_sleep_from_before_the_claim(due):
    """Frozen right after the claim, it would otherwise take an old key for a fresh one."""
    pk, moments = due.transfer.pk, []

    def watched(execute, *statement):
        moments.append(time.clock_gettime(time.CLOCK_BOOTTIME))
        return execute(*statement)

    with connection.execute_wrapper(watched):
        claim = running.take(pk, at=due.at)
    assert claim.booted <= moments[0]


def test_a_worker_whose_lease_was_taken_over_changes_nothing(due):
    late = running.take(due.transfer.pk, at=due.at)
    Operation.objects.filter(pk=late.operation.pk).update(lease_until=None)
    due.run()
    failure = StripeFailed(Answer.UNKNOWN, status=None, code="", message="Timed out.", request_id="")
    answering.after_failure(late, failure, at=due.at)
    rejected = StripeFailed(Answer.REJECTED, status=400, code="x", message="No.", request_id="")
    answering.start_anew(late, "rejected", rejected, at=due.at)
    assert (due.transfer.status, due.transfer.epoch) == ("succeeded", 0)
    assert late.operation.tries.count() == 2


def test_money_is_never_sent_before_its_time(due):
    early = due.transfer.not_before - timedelta(seconds=1)
    Operation.objects.update(next_try_at=early - timedelta(days=1))
    assert operations.run_due(at=early) == 0
    assert due.made() == []
    assert operations.run_due(at=due.transfer.not_before)


def test_an_operation_that_cannot_be_booked_does_not_stop_the_others(due):
    first, second = Operation.objects.filter(kind="transfer").order_by("next_try_at", "pk")[:2]
    with transaction.atomic():  # its journal is in the book already, with other content
        hold = first.hold_id
        ledger.transferred(
            hold=hold,
            operation=second.pk,
            transfer="tr_other",
            amount=second.amount,
            stripe_bt=None,
            occurred_at=due.at,
        )
    operations.run_due(at=due.at)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.status == "succeeded"
    assert second.status == "sending"
    assert Alarm.objects.get(kind="operation_not_booked").subject == str(second.pk)
    assert len(due.sandbox.report()["transfers"]) == 2


def test_only_what_is_due_counts_as_taken(due):
    """Else a person would wait for a worker that never comes."""
    pk = due.transfer.pk
    for status, taken in (("planned", True), ("blocked", False), ("unknown", False)):
        Operation.objects.filter(pk=pk).update(status=status)
        assert running.is_taken(pk, at=due.at) is taken


def test_stripe_is_never_called_inside_a_transaction(due):
    with transaction.atomic(), pytest.raises(transaction.TransactionManagementError):
        due.run()
    assert not connection.in_atomic_block
    assert due.made() == []


def test_a_person_waits_for_the_worker_that_has_it(due):
    operation = Operation.objects.filter(pk=due.transfer.pk)
    operation.update(status="sending", lease_until=Now() + timedelta(seconds=60))

    def lets_go():
        operation.update(status="planned", lease_until=None)
        connection.close()

    worker = threading.Timer(0.3, lets_go)
    worker.start()
    assert operations.run_now(due.transfer, at=due.at).status == "succeeded"
    worker.join()
