"""The books in the administration: they agree, lead from sum to line to Stripe's object, and cannot be edited."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import get_resolver
from django.utils import timezone

from marketplace.kernel.money import Money
from payments import ledger
from payments.admin import books
from payments.ledger import Code, browsing
from payments.models import Account, Balance, Entry, Journal, Operation
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.test_money_pages import settled
from tests.payments.test_stuck_money import chief, words

BOOKS = "/admin/payments/operation/books/"
pytestmark = stands_on(settled)


@pytest.fixture
def look(client, board):
    client.force_login(chief())
    return lambda address="", **query: client.get(
        address if address.startswith("/") else BOOKS + address, query
    )


def test_the_trial_balance_is_equal_on_both_sides_and_is_the_books_own(board, look):
    page = words(look())
    debits = Money(sum(Entry.objects.filter(amount_cents__gt=0).values_list("amount_cents", flat=True)))
    assert f"Debits and credits in USD are equal: {debits} on both sides" in page
    assert f"4000 Platform fee $0.00 {board.platform_fee} {board.platform_fee}" in page
    for (currency, code), cents in ledger.trial_balance().sums.items():
        row = next(row for row in browsing.sums_by_code() if row.code == code)
        assert (row.balance, row.currency) == (cents, currency)


def test_one_gets_from_an_account_to_its_entries_to_the_journal_and_to_stripe(board, look, settings):
    hold, held = board.holds.get(), Account.objects.get(code=Code.HELD)
    assert look(f"codes/{Code.HELD.value}/").url.endswith(f"/accounts/{held.pk}/")
    assert str(hold.pk) in words(look(f"codes/{Code.HELD.value}/", before=held.pk + 1))
    assert look(f"codes/{Code.PLATFORM_FEE.value}/").status_code == 302  # there is one account
    account = Account.objects.get(code=Code.STUDENT_PAYABLE, scope_id=str(hold.pk))
    page = words(look(f"accounts/{account.pk}/"))
    assert page.count("$200.00") == 4
    transfer = Journal.objects.filter(kind="transfer").earliest("pk")
    settings.STRIPE_API_BASE, settings.STRIPE_LIVE = "", False
    answer = look(f"journals/{transfer.pk}/")
    assert "Sum $0.00" in words(answer)
    link = f"https://dashboard.stripe.com/test/connect/transfers/{transfer.stripe_id}"
    assert link in answer.content.decode()
    assert f"/admin/payments/operation/{transfer.operation_id}/change/" in answer.content.decode()
    assert f"Now {board.total_price} $0.00 {board.fee}" in words(look(f"holds/{hold.pk}/"))
    assert {look(f"codes/{code}/").status_code for code in (1, 999999)} == {404}


@pytest.mark.parametrize("mark", ["pi_1", "re_9", "txn_2"])
def test_every_object_of_stripes_has_a_place_in_its_dashboard(settings, mark):
    settings.STRIPE_API_BASE, settings.STRIPE_LIVE = "", True
    assert books.address_at_stripe(mark).startswith("https://dashboard.stripe.com/")
    assert mark in books.address_at_stripe(mark)
    settings.STRIPE_API_BASE = "http://127.0.0.1:12111"
    assert books.address_at_stripe(mark) == f"http://127.0.0.1:12111/control/objects/{mark}"


def test_journals_are_found_by_what_anybody_calls_them(board, look):
    hold, transfer = board.holds.get(), Operation.objects.filter(kind="transfer").earliest("pk")
    charged = Journal.objects.get(kind="funded")
    about_all = (board.public_id, hold.public_id, hold.payment_intent, hold.charge, str(hold.pk))
    for known in about_all:
        assert "transfer:" in words(look("find/", q=known))
    for known, kinds in ((transfer.stripe_id, 2), (str(transfer.pk), 1), (charged.stripe_bt, 1)):
        answer = look("find/", q=known)
        assert answer.status_code == (302 if kinds == 1 else 200), known
    assert look("find/", q=charged.business_key).url.endswith(f"/journals/{charged.pk}/")
    assert "No journal is about this" in words(look("find/", q="x' OR 1=1"))
    assert look("find/").status_code == 302


def test_the_lines_of_some_days_come_as_csv_and_sum_to_zero(board, look):
    today = timezone.now().date()
    answer = look("lines.csv", since=today - timedelta(days=400), until=today + timedelta(days=400))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert len(rows) == Entry.objects.count()
    debits, credits_ = (sum(float(row[side] or 0) for row in rows) for side in ("debit", "credit"))
    assert debits == pytest.approx(credits_)
    assert {row["currency"] for row in rows} == {"USD"}
    none = look("lines.csv", since="2001-01-01", until="2001-12-31")
    assert len(b"".join(none.streaming_content).splitlines()) == 1
    for since, until in (("", ""), ("2026-02-01", "2026-01-01"), ("x", "y")):
        assert look("lines.csv", since=since, until=until).status_code == 422


def test_long_lists_go_on_by_key(board, look, monkeypatch):
    monkeypatch.setattr(books, "PAGE", 2)
    account = Account.objects.get(code=Code.STUDENT_PAYABLE)
    seen, older = [], ""
    for _ in range(2):
        page = look(f"accounts/{account.pk}/", **({"before": older} if older else {})).content.decode()
        seen += re.findall(r"/books/journals/(\d+)/", page)
        older = (re.findall(r"\?before=(\d+)", page) or [""])[0]
    assert len(set(seen)) == 4
    assert older == ""
    assert look(f"accounts/{account.pk}/", before="x").status_code == 200


def addresses():
    """Every address of the books in the administration."""
    for pattern in get_resolver("marketplace.urls").url_patterns:
        if getattr(pattern, "namespace", "") == "admin":
            yield from flat(pattern, str(pattern.pattern))


def flat(pattern, prefix):
    for inner in pattern.url_patterns:
        route = prefix + str(inner.pattern)
        if hasattr(inner, "url_patterns"):
            yield from flat(inner, route)
        elif "/books/" in route:
            yield route


def test_no_address_of_the_books_takes_anything_but_a_look(board, client):
    client.force_login(chief())
    found = sorted(set(addresses()))
    assert len(found) == 7
    for route in found:
        address = "/" + route.replace("<int:code>", "2000").replace("<int:pk>", "1")
        address = address.replace("<uuid:pk>", str(board.holds.get().pk))
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(address).status_code == 405, (method, address)


def test_nothing_registers_a_form_for_the_ledger():
    assert {Journal, Entry, Account, Balance} & set(admin.site._registry) == set()


def test_who_has_no_view_of_money_sees_no_book(board, client):
    client.force_login(cast.a_moderator())
    for address in ("", "find/?q=x", "lines.csv", "codes/2000/", "accounts/1/", "journals/1/"):
        assert client.get(BOOKS + address).status_code == 403, address


@stands_on(stages.offered)
def test_an_empty_book_says_so(look):
    assert "Nothing is in the book yet" in words(look())
