"""Accounts that close, banks that refuse, money that is stuck: what goes on by itself, and what a person frees."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from marketplace.kernel.models import AuditEntry, Letter
from marketplace.kernel.money import Money
from payments import ledger, operations, paying_out, releasing, stripe_gateway, unsticking
from payments.ledger import Code
from payments.models import Alarm, Hold, Operation, Payee, Release, StripeEvent
from payments.operations import finishing, requesting
from payments.stripe_gateway import Booking, Done
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps


def approved_and_ready(sandbox):
    """One of two parts approved, its student ready to be paid, and an operator."""
    engagement, at = stages.under_way(sandbox), timezone.now()
    steps.a_ready_payee(sandbox, engagement.student, at=at)
    stages.deliver(engagement, at=at)
    part = engagement.deliverables.get(number=1)
    release = releasing.approve_work(part, by=engagement.offered_by, at=at)
    return engagement, release, cast.a_person("Ada Chief", is_staff=True, is_superuser=True)


pytestmark = stands_on(approved_and_ready)


@pytest.fixture
def engagement(board):
    return board[0]


@pytest.fixture
def release(board):
    return board[1]


@pytest.fixture
def operator(board):
    return board[2]


@pytest.fixture
def payee(engagement):
    return Payee.objects.get(user=engagement.student)


class TestAClosedAccount:
    def test_is_forgotten_and_another_one_can_be_set_up(self, own_database, sandbox, board):
        payee = Payee.objects.get(user=board[0].student)
        sandbox.deauthorise(payee.stripe_account)
        steps.hear(sandbox, at=timezone.now())
        payee.refresh_from_db()
        assert (payee.stripe_account, payee.transfers_status) == (None, "none")
        assert Letter.objects.get(template="payments/account_gone").to == payee.user
        paying_out.open_account(payee.user, country="SE", at=timezone.now())
        assert [o.slot for o in payee.operations.order_by("pk")] == ["account", "account.2"]
        paying_out.open_account(payee.user, country="SE", at=timezone.now())
        assert payee.operations.count() == 2

    def test_that_is_not_theirs_any_more_changes_nothing(self, payee):
        paying_out.account_gone(payee, account="acct_of_before", at=timezone.now())
        payee.refresh_from_db()
        assert payee.stripe_account is not None

    def test_keeps_what_is_promised_waiting(self, payee, release):
        paying_out.account_gone(payee, account=payee.stripe_account, at=timezone.now())
        with pytest.raises(requesting.NotReady, match="no_payee"):
            requesting.check(Operation.objects.get(pk=release.operation_id))

    def test_whose_closing_nobody_told_us_is_seen_when_asked(self, own_database, sandbox, board):
        payee = Payee.objects.get(user=board[0].student)
        closing = {"applied_configurations": ["recipient"]}
        stripe_gateway.client().v2.core.accounts.close(payee.stripe_account, closing)
        steps.hear(sandbox, at=timezone.now())
        payee.refresh_from_db()
        assert payee.stripe_account is None
        assert not StripeEvent.objects.filter(status="new").exists()  # it told so three times over


def named_old_account(release, payee, *, account="acct_new"):
    """The transfer was refused at the account of before, and the payee has another one by now."""
    operation = Operation.objects.get(pk=release.operation_id)
    operation.params = requesting.request_for(operation)
    operation.status, operation.blocked_reason = "blocked", "other_account"
    operation.epoch, operation.first_sent_at = 1, timezone.now()
    operation.save()
    Payee.objects.filter(pk=payee.pk).update(stripe_account=account)
    return operation


class TestAnotherAccount:
    def test_gets_what_the_old_one_never_got(self, own_database, sandbox, board):
        engagement, release, operator = board
        payee = Payee.objects.get(user=engagement.student)
        operation, hold = named_old_account(release, payee), engagement.holds.get()
        before = ledger.balances_of(hold.pk)
        given = {"by": operator, "at": timezone.now(), "note": "Nothing reached the old one."}
        anew = unsticking.pay_new_account(operation, **given)
        operation.refresh_from_db()
        release.refresh_from_db()
        assert (operation.status, anew.slot, release.operation) == ("cancelled", "deliverable-1.r", anew)
        assert ledger.balances_of(hold.pk) == before
        assert requesting.request_for(anew)["destination"] == "acct_new"
        assert AuditEntry.objects.get(act="transfer_to_new_account").reason == given["note"]
        with pytest.raises(unsticking.NotStuck):
            unsticking.pay_new_account(operation, **given)

    def test_gets_nothing_where_the_old_one_got_it_after_all(self, own_database, sandbox, board):
        engagement, release, operator = board
        payee = Payee.objects.get(user=engagement.student)
        account, at = payee.stripe_account, release.operation.not_before
        sandbox.break_("drop_after_commit", method="POST", path="/v1/transfers", times=1)
        operations.run_due(at=at)
        operation = Operation.objects.get(pk=release.operation_id)
        Operation.objects.filter(pk=operation.pk).update(status="blocked", blocked_reason="other_account")
        operation.refresh_from_db()
        with pytest.raises(unsticking.FoundAtStripe):
            unsticking.pay_new_account(operation, by=operator, at=at, note="It was lost.")
        operation.refresh_from_db()
        assert (operation.status, steps.got(sandbox, engagement.student)) == ("succeeded", 20000)
        assert account == payee.stripe_account
        steps.books_agree(sandbox)


class TestARefundThatCameBack:
    def test_is_owed_again_and_paid_from_our_bank(self, engagement, operator):
        hold, at = engagement.holds.get(), timezone.now()
        share = engagement.deliverables.get(number=2).hold_share
        refund = operations.plan_share_refund(share, at=at)
        booked = Done("re_1", "", status="succeeded", at=at, booking=Booking("txn_1", -22000, 0, at))
        with pytest.raises(unsticking.NotStuck):
            unsticking.paid_otherwise(hold, by=operator, at=at, note="Why?", reference="B1")
        finishing.finish(refund.operation_id, booked, at=at)
        came_back = Done(
            "re_1", "", status="failed", at=at, booking=booked.booking, failure=Booking("txn_2", 22000, 0, at)
        )
        finishing.finish(refund.operation_id, came_back, at=at)
        assert unsticking.owed_otherwise(hold) == Money(22000)
        given = {
            "by": operator,
            "at": at,
            "note": "The card is closed; paid to their IBAN.",
            "reference": "B17",
        }
        assert unsticking.paid_otherwise(hold, **given) == Money(22000)
        assert ledger.balances_of(hold.pk).refund_payable == Money(0)
        assert ledger.balance(Code.BANK) == Money(-22000)
        with pytest.raises(unsticking.NotStuck):
            unsticking.paid_otherwise(hold, **given)
        assert ledger.standing_of(ledger.Journal.objects.of_hold(hold.pk)).adds_up


def test_a_payout_that_the_bank_refused_is_told_once(own_database, sandbox, board):
    engagement, release, _ = board
    at = release.operation.not_before
    operations.run_due(at=at)
    account = steps.account_of(engagement.student)
    sandbox.bank(account, "account_closed")
    sandbox.advance(hours=24 * 12)
    steps.hear(sandbox, at=at)
    letter = Letter.objects.get(template="payments/payout_failed")
    assert (letter.to, letter.context["amount"]) == (engagement.student, {"$cents": 20000})


def test_a_balance_that_is_too_small_rings_and_is_tried_later_with_a_new_key(own_database, sandbox, board):
    _, release, _ = board
    sandbox.break_("400:balance_insufficient", method="POST", path="/v1/transfers", times=1)
    at = release.operation.not_before
    operations.run_due(at=at)
    operation = Operation.objects.get(pk=release.operation_id)
    assert (operation.epoch, operation.next_try_at) == (1, at + timedelta(minutes=1))
    assert Alarm.objects.filter(kind="balance_insufficient").exists()
    operations.run_due(at=at + timedelta(minutes=1))
    assert Release.objects.get().sent_at is not None
    assert Hold.objects.get().hold_reason == ""


def test_the_list_of_stuck_money_has_a_click_for_each(sandbox, client, engagement, operator, release, payee):
    User.objects.filter(pk=operator.pk).update(is_superuser=False)
    client.force_login(operator)
    stuck = named_old_account(release, payee)
    hold = engagement.holds.get()
    paid = f"/admin/payments/operation/owed/{hold.pk}/paid/"
    assert client.post(paid).status_code == 403
    User.objects.filter(pk=operator.pk).update(is_superuser=True)
    assert b"Send to the new account" in client.get("/admin/payments/operation/stuck/").content
    answer = client.post(f"/admin/payments/operation/stuck/{stuck.pk}/new-account/", follow=True)
    assert f"{stuck.amount} goes to the new account." in answer.content.decode()
    assert Operation.objects.get(slot=f"{stuck.slot}.r").status == "planned"
    assert client.post(paid, {"reference": "B17"}, follow=True).status_code == 200
    answer = client.post(paid, {"reference": "B17", "note": "The card is closed."}, follow=True)
    assert b"does not wait for a person" in answer.content
