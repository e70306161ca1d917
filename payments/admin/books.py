"""The books: trial balance, accounts, entries, journals, holds. Every page only reads, and no address takes a POST."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from marketplace.kernel.money import Money
from payments import ledger
from payments.accounting.writing import harmless, plain
from payments.admin.looking import check_may_look, shown
from payments.ledger import Code, browsing
from payments.models import Account, Entry, Hold, Journal, Operation

PAGE = 50
HEAD = (
    *("journal", "kind", "key", "occurred_at", "posted_at", "line", "code", "account", "scope"),
    *("debit", "credit", "currency", "hold", "operation", "stripe_id", "stripe_bt", "actor"),
)
PLACES = {
    "pi": "payments",
    "ch": "payments",
    "py": "payments",
    "tr": "connect/transfers",
    "acct": "connect/accounts",
    "dp": "disputes",
    "du": "disputes",
    "po": "payouts",
}
"""Where Stripe's dashboard shows an object, by the mark of its id; all others are found by its search."""


def urls(site: admin.AdminSite) -> list[URLPattern]:
    pages = (
        ("books/", books, "payments_books"),
        ("books/find/", find, "payments_find"),
        ("books/lines.csv", lines, "payments_lines"),
        ("books/codes/<int:code>/", accounts, "payments_accounts"),
        ("books/accounts/<int:pk>/", entries, "payments_entries"),
        ("books/journals/<int:pk>/", journal, "payments_journal"),
        ("books/holds/<uuid:pk>/", hold, "payments_hold_book"),
    )
    return [path(route, site.admin_view(page), name=name) for route, page, name in pages]


class FindForm(forms.Form):
    q = forms.CharField(max_length=200, strip=True)


class RangeForm(forms.Form):
    """Whole days as the books count them, both included."""

    since = forms.DateField()
    until = forms.DateField()

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("since") and given.get("until") and given["since"] > given["until"]:
            raise forms.ValidationError("The first day comes after the last.")
        return given


class AfterForm(forms.Form):
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


@require_safe
def books(request: HttpRequest) -> HttpResponse:
    """The trial balance by account: debits and credits are equal in each currency, or the page says so."""
    check_may_look(request)
    sums = browsing.sums_by_code()
    totals = {
        currency: [sum(getattr(row, side) for row in sums if row.currency == currency) for side in SIDES]
        for currency in dict.fromkeys(row.currency for row in sums)
    }
    rows = [(row, Money(row.debit), Money(row.credit), Money(row.balance)) for row in sums]
    whole = [
        (currency.upper(), Money(debit), Money(credit), Money(debit - credit))
        for currency, (debit, credit) in totals.items()
    ]
    context = {"title": "The books", "rows": rows, "whole": whole, "form": FindForm()}
    return shown(request, "books", context)


SIDES = ("debit", "credit")


@require_safe
def accounts(request: HttpRequest, code: int) -> HttpResponse:
    """The accounts of one code; where there is only one, its entries."""
    check_may_look(request)
    if code not in set(Code):
        raise Http404
    found, older = page_of(browsing.accounts_of(Code(code)), request)
    if len(found) == 1 and not older and "before" not in request.GET:
        return redirect("admin:payments_entries", found[0].pk)
    rows = [(account, Money(account.cents)) for account in found]
    context = {"title": titled(Code(code)), "code": Code(code), "rows": rows, "older": older}
    return shown(request, "accounts", context)


@require_safe
def entries(request: HttpRequest, pk: int) -> HttpResponse:
    """The entries of one account, newest first."""
    check_may_look(request)
    account = get_object_or_404(Account, pk=pk)
    found, older = page_of(browsing.entries_of(account), request)
    code = Code(account.code)
    context = {
        "title": f"{titled(code)}{f' of {account.scope_id}' if account.scope_id else ''}",
        "code": code,
        "account": account,
        "hold": account.scope_id if account.scope_type == "hold" else "",
        "rows": [(entry, *both_sides(entry)) for entry in found],
        "older": older,
    }
    return shown(request, "entries", context)


@require_safe
def journal(request: HttpRequest, pk: int) -> HttpResponse:
    """One journal: its lines, which sum to zero, our operation and hold, and the object at Stripe."""
    check_may_look(request)
    found = get_object_or_404(Journal, pk=pk)
    lines_of = list(Entry.objects.filter(journal=found).select_related("account").order_by("line"))
    context = {
        "title": f"{found.get_kind_display()}: {found.business_key}",
        "journal": found,
        "rows": [(entry, titled(Code(entry.account.code)), *both_sides(entry)) for entry in lines_of],
        "sum": Money(sum(entry.amount_cents for entry in lines_of)),
        "hold": Hold.objects.filter(pk__in=[found.hold_id]).select_related("engagement").first(),
        "operation": Operation.objects.filter(pk__in=[found.operation_id]).first(),
        "at_stripe": [(id_, address_at_stripe(id_)) for id_ in (found.stripe_id, found.stripe_bt) if id_],
    }
    return shown(request, "journal", context)


@require_safe
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The journals of one payment, and where its money stands."""
    check_may_look(request)
    found = get_object_or_404(Hold.objects.select_related("engagement__company"), pk=pk)
    changes = ledger.changes_of(Journal.objects.of_hold(found.pk).oldest_first())
    now = sum((change for _, change in changes), ledger.Standing())
    rows = [(found, change) for found, change in changes]
    return shown(request, "hold", {"title": str(found), "hold": found, "rows": rows, "now": now})


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Journals by an id of Stripe's, of an engagement, a payment or an operation, or by their own key."""
    check_may_look(request)
    form = FindForm(request.GET)
    if not form.is_valid():
        return redirect("admin:payments_books")
    words = form.cleaned_data["q"]
    found = list(browsing.journals_about(words, *known_as(words))[: PAGE + 1])
    if len(found) == 1:
        return redirect("admin:payments_journal", found[0].pk)
    context = {"title": f"“{words}”", "form": form, "rows": found[:PAGE], "more": len(found) > PAGE}
    return shown(request, "found", context)


def known_as(words: str) -> tuple[list[UUID], list[UUID]]:
    """Our payments and operations that these words may mean, each found by an index of its own."""
    holds: list[UUID] = []
    for name in ("public_id", "engagement__public_id", "payment_intent", "charge", "checkout_session"):
        holds += Hold.objects.filter(**{name: words}).values_list("pk", flat=True)
    operations = list(Operation.objects.filter(stripe_id=words).values_list("pk", flat=True))
    try:
        key = UUID(words)
    except ValueError:
        return holds, operations
    return [*holds, *Hold.objects.filter(pk=key).values_list("pk", flat=True)], [*operations, key]


@require_safe
def lines(request: HttpRequest) -> Any:
    """Every line of a range of days as CSV, written while it is read, however much that is."""
    check_may_look(request)
    form = RangeForm(request.GET)
    if not form.is_valid():
        return shown(request, "books_range", {"title": "Lines of the book", "form": form}, status=422)
    zone = ZoneInfo(settings.BOOKS_TIME_ZONE)
    days = (form.cleaned_data["since"], form.cleaned_data["until"] + timedelta(days=1))
    since, before = (datetime.combine(day, datetime.min.time(), tzinfo=zone) for day in days)
    writer = csv.writer(Echo(), lineterminator="\r\n")
    rows = (writer.writerow(row) for row in rows_of(browsing.rows_between(since, before)))
    answer = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    name = f"books-{form.cleaned_data['since']}-{form.cleaned_data['until']}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


class Echo:
    """What csv writes to, that hands each line on."""

    def write(self, line: str) -> str:
        return line


def rows_of(found: Iterator[Entry]) -> Iterator[tuple[Any, ...]]:
    yield HEAD
    for entry in found:
        about, account = entry.journal, entry.account
        debit, credit = both_sides(entry)
        yield (
            *(about.pk, about.kind, harmless(about.business_key)),
            *(about.occurred_at.isoformat(), about.posted_at.isoformat(), entry.line),
            *(account.code, Code(account.code).name.lower(), harmless(account.scope_id or "")),
            *(plain(debit) if debit else "", plain(credit) if credit else "", entry.currency.upper()),
            *(about.hold_id or "", about.operation_id or ""),
            *(about.stripe_id or "", about.stripe_bt or "", harmless(about.actor)),
        )


def page_of(rows: "QuerySet[Any]", request: HttpRequest) -> tuple[list[Any], int | None]:
    """One page by descending key, and the key after which the next one goes on."""
    form = AfterForm(request.GET)
    before = form.cleaned_data.get("before") if form.is_valid() else None
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def both_sides(entry: Entry) -> tuple[Money | None, Money | None]:
    cents = entry.amount_cents
    return (Money(cents), None) if cents > 0 else (None, Money(-cents))


def titled(code: Code) -> str:
    return f"{code.value} {code.name.replace('_', ' ').capitalize()}"


def address_at_stripe(id_: str) -> str:
    """The object in Stripe's dashboard; at the stand-in, in its console."""
    if settings.STRIPE_API_BASE:
        return f"{settings.STRIPE_API_BASE}/control/objects/{id_}"
    site = "https://dashboard.stripe.com" + ("" if settings.STRIPE_LIVE else "/test")
    place = PLACES.get(id_.partition("_")[0])
    return f"{site}/{place}/{id_}" if place else f"{site}/search?query={id_}"
