"""Stuck money: what waits is shown by cause, and what an operator may do about it, once and never twice."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from marketplace.kernel.models import AuditEntry
from payments import ledger, operations, tasks
from payments.models import Alarm, HandOver, Hold, Operation
from payments.models.causes import CAUSES
from payments.operations import finishing, handling
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps
from tests.payments.test_money_pages import given_back
from tests.payments.test_rulings import reversal_of, sent, stands, under_way_with_staff

Status = Operation.Status
STUCK = "/admin/payments/operation/stuck/"


def chief():
    return cast.a_person("Ada Chief", is_staff=True, is_superuser=True)


def a_transfer(**changes):
    """The first transfer of the board, in some state."""
    transfer = Operation.objects.filter(kind="transfer").order_by("pk").first()
    Operation.objects.filter(pk=transfer.pk).update(**changes)
    transfer.refresh_from_db()
    return transfer


def acts_of(by):
    return list(AuditEntry.objects.filter(by=by).order_by("pk").values_list("act", flat=True))


@pytest.fixture
def operator(client):
    person = chief()
    client.force_login(person)
    return person


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@stands_on(stages.completed)
def test_each_cause_is_shown_with_its_sum_and_age(board, client, operator):
    old = timezone.now() - timedelta(hours=3)
    first, second = Operation.objects.filter(kind="transfer").order_by("pk")
    for row, changes in (
        (
            first,
            {"status": Status.BLOCKED, "blocked_reason": "no_payee", "created_at": old, "not_before": old},
        ),
        (second, {"status": Status.FROZEN, "blocked_reason": "two_objects"}),
    ):
        Operation.objects.filter(pk=row.pk).update(**changes)

    page = words(client.get(STUCK))

    assert "The student has not set up being paid $200.00 in 1 operation" in page
    assert "(3 hours ago)" in page
    assert "Stripe has two objects for one operation $200.00 in 1 operation" in page
    one = words(client.get(f"{STUCK}?cause=two_objects"))
    assert "Try again" not in one
    assert "The student has not set up being paid" not in one
    assert client.get(f"{STUCK}?cause=nothing&after=x").status_code == 200


@stands_on(stages.completed)
@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"status": Status.UNKNOWN, "first_sent_at": timedelta(hours=1)}, "unknown"),
        ({"status": Status.UNKNOWN, "first_sent_at": timedelta()}, None),
        ({"next_try_at": timedelta(hours=1)}, "untaken"),
        ({"next_try_at": timedelta(minutes=5)}, None),
        ({"status": Status.FROZEN}, "needs_a_person"),
        ({"status": Status.BLOCKED, "blocked_reason": "fraud_review"}, "fraud_review"),
    ],
)
def test_what_heals_by_itself_is_not_stuck(board, changes, cause):
    Operation.objects.filter(kind="transfer").update(not_before=timezone.now() - timedelta(days=1))
    Operation.objects.filter(kind="transfer").update(next_try_at=timezone.now())
    ago = {name: timezone.now() - value for name, value in changes.items() if isinstance(value, timedelta)}
    transfer = a_transfer(**changes | ago)
    found = {row.pk: row.cause for row in Operation.objects.stuck(at=timezone.now())}
    assert found.get(transfer.pk) == cause


def test_every_cause_that_the_code_writes_has_its_words():
    for code in (*Operation.PAYEE_REASONS, *Hold.Reason.values, "other_account", *handling.NEVER_AGAIN):
        assert code in CAUSES


@stands_on(stages.completed)
def test_no_moderator_acts_on_money_or_sees_the_page(board, client):
    moderator, transfer = cast.a_moderator(), a_transfer(status=Status.FROZEN)
    client.force_login(moderator)
    assert client.get(STUCK).status_code == 403
    assert client.post(f"{STUCK}{transfer.pk}/try/").status_code == 403
    at = timezone.now()
    for act in (
        lambda: handling.try_again(transfer, by=moderator, at=at),
        lambda: handling.look_now(transfer, by=moderator, at=at),
        lambda: handling.hand_over(transfer, to=moderator, note="", by=moderator, at=at),
        lambda: handling.hand_over(transfer, to=moderator, note="", by=chief(), at=at),
    ):
        with pytest.raises(PermissionDenied):
            act()


@stands_on(stages.completed)
def test_what_never_left_is_sent_on_a_click_once(sandbox, board, client, operator):
    steps.a_ready_payee(sandbox, board.student, at=timezone.now())
    past = timezone.now() - timedelta(minutes=1)
    transfer = a_transfer(status=Status.FROZEN, blocked_reason="refused", not_before=past)
    operations.ring("operation_refused", str(transfer.pk), "401", at=timezone.now())

    first = client.post(f"{STUCK}{transfer.pk}/try/", follow=True)
    second = client.post(f"{STUCK}{transfer.pk}/try/", follow=True)

    assert "Tried, and done." in words(first)
    assert "Nothing to do: this has ended as “done”." in words(second)
    transfer.refresh_from_db()
    assert (transfer.status, transfer.epoch) == (Status.SUCCEEDED, 0)
    assert steps.got(sandbox, board.student) == transfer.amount_cents
    assert acts_of(operator) == ["operation_tried_again"]
    assert not Alarm.objects.filter(subject=str(transfer.pk), answered_at=None).exists()


@stands_on(stages.completed)
def test_a_stopped_one_that_was_sent_gets_one_new_key_however_often_one_clicks(board):
    by, at = chief(), timezone.now()
    transfer = a_transfer(
        status=Status.FROZEN, blocked_reason="needs_a_person", first_sent_at=at, epoch_sent_at=at, epoch=3
    )
    for _ in range(2):
        tried = handling.try_again(transfer, by=by, at=at)
    assert (tried.status, tried.epoch, tried.epoch_sent_at) == (Status.PLANNED, 4, None)


@stands_on(stages.completed)
@pytest.mark.parametrize("why", sorted(handling.NEVER_AGAIN))
def test_what_may_have_moved_twice_is_not_tried(board, why):
    transfer = a_transfer(status=Status.FROZEN, blocked_reason=why)
    with pytest.raises(handling.NotByTrying):
        handling.try_again(transfer, by=chief(), at=timezone.now())
    transfer.refresh_from_db()
    assert transfer.status == Status.FROZEN


@stands_on(stages.completed)
def test_what_still_waits_for_the_student_says_so(board):
    transfer = a_transfer(status=Status.BLOCKED, blocked_reason="no_payee")
    with pytest.raises(handling.NotByTrying, match="has not set up being paid"):
        handling.try_again(transfer, by=chief(), at=timezone.now())


@stands_on(stages.completed)
def test_what_is_at_stripe_already_is_found_and_booked_and_nothing_is_sent(sandbox, board, client, operator):
    steps.a_ready_payee(sandbox, board.student, at=timezone.now())
    past = timezone.now() - timedelta(minutes=1)
    transfer = a_transfer(not_before=past, next_try_at=past)
    sandbox.break_("drop_after_commit", method="POST", path="/v1/transfers", times=1)
    operations.run_due(at=timezone.now())
    transfer.refresh_from_db()
    assert transfer.status == Status.UNKNOWN

    answer = client.post(f"{STUCK}{transfer.pk}/look/", follow=True)

    transfer.refresh_from_db()
    assert transfer.status == Status.SUCCEEDED
    assert f"Stripe has {transfer.stripe_id}" in words(answer)
    assert steps.got(sandbox, board.student) == transfer.amount_cents
    other = Operation.objects.filter(kind="transfer").exclude(pk=transfer.pk).get()
    assert "It was never sent" in handling.look_now(other, by=operator, at=timezone.now())


@stands_on(stages.completed)
def test_it_is_handed_over_once_with_a_note(board, client, operator):
    transfer, other = a_transfer(status=Status.FROZEN, blocked_reason="two_objects"), chief()
    for _ in range(2):
        client.post(
            f"{STUCK}{transfer.pk}/hand-over/", {"to": other.public_id, "note": "Ask Stripe.", "cause": "x"}
        )
    assert [(row.owner, row.note) for row in HandOver.objects.all()] == [(other, "Ask Stripe.")]
    page = words(client.get(STUCK))
    assert "Ada Chief Ask Stripe." in page
    nobody = client.post(f"{STUCK}{transfer.pk}/hand-over/", {"to": board.student.public_id}, follow=True)
    assert "Choose who looks after it" in words(nobody)
    assert HandOver.objects.count() == 1
    assert client.post(f"{STUCK}{transfer.pk}/pay/").status_code == 404
    assert client.get(f"{STUCK}{transfer.pk}/try/").status_code == 405


@stands_on(given_back)
def test_a_refund_that_came_back_is_owed_on_the_page(board, client, operator):
    refund = Operation.objects.get(kind="refund")
    facts = {"hold": board.holds.get().pk, "operation": refund.pk, "refund": refund.stripe_id}
    ledger.refund_failed(**facts, amount=refund.amount, stripe_bt="txn_b", occurred_at=timezone.now())
    page = words(client.get(STUCK))
    assert "Refunds that a bank sent back" in page
    assert f"· {board.total_price}" in page


@stands_on(under_way_with_staff)
def test_what_students_cannot_give_back_is_refunded_by_order_with_a_reason(board, client, operator):
    engagement, staff = board
    finding = stands(sent(engagement, engagement.holds.get()), staff)
    tasks.run_deadlines(at=finding.moves_at)
    reversal = reversal_of(finding)
    assert "Not to be had back" not in words(client.get(STUCK))
    finishing.fail(reversal.pk, "balance_insufficient", at=timezone.now())
    page, address = words(client.get(STUCK)), f"{STUCK}{reversal.pk}/refund/"
    assert f"{engagement.student} owes $200.00" in page
    assert "Say in at most 500" in words(client.post(address, {"note": " "}, follow=True))
    assert not Operation.objects.filter(kind="refund").exists()
    done = words(client.post(address, {"note": "The site fronts it."}, follow=True))
    assert "$220.00 goes back to the card, and the student still owes $200.00." in done
    assert "Not to be had back" not in done
    assert acts_of(operator) == ["refund_ordered"]
    again = client.post(address, {"note": "Once more."}, follow=True)
    assert "Nothing of this finding waits" in words(again)


@stands_on(stages.completed)
def test_the_page_has_a_constant_number_of_queries(board, client, operator, django_assert_num_queries):
    client.get(STUCK)
    for number in (1, 2):
        a_transfer(status=Status.FROZEN, blocked_reason="refused")
        if number == 2:
            Operation.objects.filter(kind="transfer").update(status=Status.FROZEN, blocked_reason="refused")
        with django_assert_num_queries(7):
            client.get(STUCK)
