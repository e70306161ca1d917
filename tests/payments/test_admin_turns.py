"""Turns that the administration of money takes seldom: refused, unanswered, forgotten, or paid another way."""

import pytest
from django.utils import timezone

from payments import ledger, operations
from payments.admin.stuck import owed_back
from payments.models import Alarm, Operation, ReconciliationRun, StripeEvent
from payments.operations import planning, requesting
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.test_money_pages import given_back
from tests.payments.test_stuck_money import STUCK, a_transfer, chief, words

COMPARE = "/admin/payments/reconciliationrun/compare/"


@pytest.fixture
def operator(client):
    person = chief()
    client.force_login(person)
    return person


def came_back(engagement):
    """The bank sent the whole refund back; the hold that owes it again."""
    refund, hold = Operation.objects.get(kind="refund"), engagement.holds.get()
    facts = {"hold": hold.pk, "operation": refund.pk, "refund": refund.stripe_id}
    ledger.refund_failed(**facts, amount=refund.amount, stripe_bt="txn_b", occurred_at=timezone.now())
    return hold


@stands_on(given_back)
class TestARefundThatCameBack:
    def test_is_owed_less_what_is_under_way_of_it(self, board):
        hold, whole = came_back(board), board.total_price
        assert [(one.pk, owed) for one, owed in owed_back()] == [(hold.pk, whole)]
        about = {"hold": hold, "currency": hold.currency, "at": timezone.now()}
        planning.plan("refund", slot="again", amount_cents=100, **about)
        assert [owed.cents for _, owed in owed_back()] == [whole.cents - 100]
        planning.plan("refund", slot="more", amount_cents=whole.cents - 100, **about)
        assert owed_back() == []

    def test_is_paid_from_our_bank_with_a_click(self, board, client, operator):
        hold = came_back(board)
        given = {"reference": "B17", "note": "The card is closed."}
        answer = client.post(f"/admin/payments/operation/owed/{hold.pk}/paid/", given, follow=True)
        assert f"{board.total_price} paid back from our bank" in words(answer)
        assert owed_back() == []


@stands_on(stages.completed)
def test_who_looks_while_stripe_is_silent_is_told_and_stays_at_the_cause(sandbox, board, client, operator):
    transfer = a_transfer(status="frozen", blocked_reason="two_objects")
    Operation.objects.filter(pk=transfer.pk).update(params=requesting.request_for(transfer))
    sandbox.break_("429", method="*", path="*", times=None)
    answer = client.post(f"{STUCK}{transfer.pk}/look/", {"cause": "two_objects"}, follow=True)
    assert "Stripe did not answer" in words(answer)
    assert answer.redirect_chain == [(f"{STUCK}?cause=two_objects", 302)]
    transfer.refresh_from_db()
    assert transfer.status == "frozen"


@stands_on(given_back)
class TestComparingNow:
    def test_is_for_who_may_look_at_money(self, board, client):
        client.force_login(cast.a_moderator())
        assert client.post(COMPARE).status_code == 403
        assert not ReconciliationRun.objects.exists()

    def test_leads_to_what_was_compared(self, board, sandbox, client, operator):
        answer = client.post(COMPARE)
        run = ReconciliationRun.objects.get()
        assert answer["Location"] == f"/admin/payments/reconciliationrun/{run.pk}/change/"

    def test_says_that_stripe_is_silent(self, board, sandbox, client, operator):
        sandbox.break_("429", method="*", path="*", times=None)
        assert "Nothing was compared" in words(client.post(COMPARE, follow=True))
        assert not ReconciliationRun.objects.exists()


@pytest.mark.django_db
def test_answered_alarms_are_a_filter_away(client, operator):
    at = timezone.now()
    operations.ring("quarantine", "first", "", at=at)
    Alarm.objects.update(answered_at=at, note="Done.")
    operations.ring("quarantine", "second", "", at=at)
    for state, seen in (("", {"second"}), ("answered", {"first"}), ("all", {"first", "second"})):
        page = words(client.get("/admin/payments/alarm/", {"state": state} if state else {}))
        assert {subject for subject in ("first", "second") if f" {subject} " in page} == seen


@pytest.mark.django_db
def test_of_a_forgotten_payload_its_hash_is_shown(client, operator):
    at = timezone.now()
    about = {"type": "refund.updated", "endpoint": "platform", "object_id": "re_1"}
    StripeEvent.objects.create(
        id="evt_1", payload=b"", payload_hash="ab" * 32, received_at=at, next_try_at=at, **about
    )
    assert f"SHA-256 was {'ab' * 32}" in words(client.get("/admin/payments/stripeevent/evt_1/change/"))
