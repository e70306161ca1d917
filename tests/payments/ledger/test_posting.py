"""Posting: balanced or not at all, once per key, only inside the transaction that decides."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection
from django.db.transaction import TransactionManagementError, atomic

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import Money
from payments import ledger
from payments.ledger import Code, Line, credit, debit
from payments.ledger.models import Account, Balance, Entry, Journal

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOLD = UUID(int=7)
LINES = [debit(Code.STRIPE_BALANCE, Money(500)), credit(Code.HELD, Money(500), HOLD)]


def post(key: str = "k", lines: list[Line] = LINES, **facts) -> Journal:
    return ledger.post(
        **{"kind": "test", "hold": HOLD, "occurred_at": NOW} | facts, business_key=key, lines=lines
    )


@pytest.mark.django_db
def test_a_journal_remembers_who_what_and_when():
    operation = uuid4()
    journal = post(operation=operation, stripe_id="pi_1", stripe_bt="txn_1", actor="user:7")
    assert (journal.hold_id, journal.operation_id, journal.actor) == (HOLD, operation, "user:7")
    assert (journal.stripe_id, journal.stripe_bt) == ("pi_1", "txn_1")
    assert journal.occurred_at == NOW
    assert journal.posted_at > NOW


@pytest.mark.django_db
def test_the_database_says_when_it_was_posted():
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        assert post().posted_at == cursor.fetchone()[0]


@pytest.mark.django_db
def test_lines_are_written_in_the_order_of_their_accounts_which_is_the_order_of_locks():
    post("first", [debit(Code.STRIPE_BALANCE, Money(9)), credit(Code.HELD, Money(9), HOLD)])
    journal = post("second", LINES[::-1])
    accounts = list(journal.entries.order_by("line").values_list("account_id", flat=True))
    assert accounts == sorted(accounts)


@pytest.mark.django_db
def test_posting_the_same_again_returns_the_first():
    first = post(stripe_bt="txn_1")
    again = post(lines=LINES[::-1], stripe_bt="txn_1", occurred_at=NOW + timedelta(hours=1), actor="user:1")
    assert (again, again.occurred_at, again.actor) == (first, NOW, "system")
    assert Entry.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        {"lines": [debit(Code.STRIPE_BALANCE, Money(501)), credit(Code.HELD, Money(501), HOLD)]},
        {"lines": [debit(Code.BANK, Money(500)), credit(Code.HELD, Money(500), HOLD)]},
        {"kind": "other"},
        {"operation": uuid4()},
        {"stripe_id": "pi_2"},
        {"stripe_bt": "txn_2"},
    ],
)
def test_posting_something_else_under_the_same_key_is_refused(other):
    post(stripe_id="pi_1", stripe_bt="txn_1")
    with pytest.raises(ledger.JournalMismatch, match="k is posted already"):
        post(**{"stripe_id": "pi_1", "stripe_bt": "txn_1"} | other)


@pytest.mark.django_db
def test_a_balance_transaction_that_was_not_known_yet_is_no_contradiction():
    first = post()
    assert post(stripe_bt="txn_1") == first


@pytest.mark.django_db
def test_one_balance_transaction_is_one_journal():
    post("k1", stripe_bt="txn_1")
    with pytest.raises(ledger.JournalMismatch, match="txn_1"):
        post("k2", stripe_bt="txn_1")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lines",
    [
        [],
        LINES[:1],
        [debit(Code.BANK, Money(0)), credit(Code.HELD, Money(0), HOLD)],
        [debit(Code.BANK, Money(5)), credit(Code.HELD, Money(4), HOLD)],
    ],
)
def test_what_does_not_balance_never_reaches_the_database(lines, django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(ledger.Unbalanced):
        post(lines=lines)


@pytest.mark.django_db
def test_more_than_is_left_is_refused_with_a_sentence_for_the_person():
    post()
    with pytest.raises(ledger.Overdrawn) as refusal, atomic():
        post("k2", [debit(Code.HELD, Money(501), HOLD), credit(Code.STRIPE_BALANCE, Money(501))])
    assert isinstance(refusal.value, RuleViolation)
    assert str(refusal.value) == "That is more than is left of this money, so nothing was moved."
    assert ledger.balance(Code.HELD, HOLD) == Money(500)


@pytest.mark.django_db
def test_another_refusal_of_the_database_is_not_taken_for_an_overdraft():
    with pytest.raises(IntegrityError, match="ledger_entry_amount"), atomic():
        huge = Money(100_000_000_001)
        post(lines=[debit(Code.STRIPE_BALANCE, huge), credit(Code.HELD, huge, HOLD)])


def test_posting_outside_a_transaction_is_refused(own_database):
    with pytest.raises(TransactionManagementError, match="inside the transaction"):
        post()


def test_what_a_decision_posted_goes_with_it_when_it_fails(own_database):
    with pytest.raises(RuntimeError), atomic():
        post()
        raise RuntimeError
    assert not Journal.objects.exists()
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_posting_costs_three_queries_once_its_accounts_are_known(django_assert_num_queries):
    post("warm")
    with django_assert_num_queries(3):
        post("k")


@pytest.mark.django_db
@pytest.mark.parametrize("code", [Code.HELD, Code.STRIPE_BALANCE])
def test_an_account_is_named_with_its_scope_or_without_as_the_chart_says(code):
    scope = None if code is Code.HELD else HOLD
    with pytest.raises(ValueError, match=code.name):
        debit(code, Money(1), scope)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Account, Balance, Journal, Entry])
def test_django_cannot_write_the_book(model):
    post()
    row = model.objects.all()[:1].get()
    with pytest.raises(TypeError, match=r"post only"):
        row.save()
    with pytest.raises(TypeError, match="forgets nothing"):
        row.delete()
    assert str(row)


@pytest.mark.django_db
def test_many_at_once_are_new_or_none_is_posted_and_what_is_no_rule_of_ours_is_raised_as_it_is():
    post("held", [debit(Code.STRIPE_BALANCE, Money(500)), credit(Code.HELD, Money(500), HOLD)])
    drafts = [ledger.release(hold=HOLD, operation=uuid4(), share=Money(100), fee=Money(10)) for _ in range(2)]
    ledger.releases_decided(drafts[:1], occurred_at=NOW)
    with pytest.raises(ledger.JournalMismatch, match="One of these"), atomic():
        ledger.releases_decided(drafts, occurred_at=NOW)
    assert Journal.objects.filter(kind="release").count() == 1
    with pytest.raises(IntegrityError, match="null value"), atomic():
        ledger.releases_decided(drafts[1:], occurred_at=None)
