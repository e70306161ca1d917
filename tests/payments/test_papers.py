"""Receipts and yearly statements: to the cent what the book says, in years of the site, for the right side alone."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from marketplace.kernel.money import Money
from payments import accounting, ledger
from payments.accounting import writing
from payments.accounting.papers import Line, Paper
from payments.ledger.models import Journal
from payments.models import Hold
from payments.operations import planning
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.test_money_pages import given_back, settled

NEW_YEAR = datetime(2026, 1, 1, 5, tzinfo=UTC)  # 0:00 in New York
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def new_york(settings):
    settings.BOOKS_TIME_ZONE = "America/New_York"


def a_hold(engagement, number, *, at, fee=300_00, platform=30_00):
    """A further payment, charged then."""
    hold = Hold.objects.create(
        engagement=engagement,
        number=number,
        currency="usd",
        student_fee_cents=fee,
        platform_fee_cents=platform,
        gross_cents=fee + platform,
        created_at=at,
    )
    ledger.funded(
        hold=hold.pk,
        payment=f"pi_{number}",
        gross=hold.gross,
        processing_fee=Money(9_87),
        stripe_bt=f"txn_{number}",
        occurred_at=at,
    )
    return hold


def moved(hold, *, share=0, fee=0, back=0, at, sent_at=None):
    """A share released and sent, or something given back."""
    number = Journal.objects.count()
    kind = "refund" if back else "transfer"
    whose = {"hold": hold, "amount_cents": share or back, "currency": "usd"}
    operation = planning.plan(kind, slot=f"x{number}", at=at, **whose)
    about = {"hold": hold.pk, "operation": operation.pk}
    if back:
        ledger.refund_decided(**about, amount=Money(back), occurred_at=at)
        facts = {"refund": f"re_{number}", "amount": Money(back), "stripe_bt": f"txn_re_{number}"}
        ledger.refund_booked(**about, **facts, occurred_at=sent_at or at)
    else:
        ledger.release_decided(**about, share=Money(share), fee=Money(fee), occurred_at=at)
        facts = {"transfer": f"tr_{number}", "amount": Money(share), "stripe_bt": f"txn_tr_{number}"}
        ledger.transferred(**about, **facts, occurred_at=sent_at or at)
    return operation


@stands_on(stages.offered)
def test_a_line_belongs_to_the_year_of_the_site_in_which_it_happened(board):
    hold = a_hold(board, 2, at=NEW_YEAR - timedelta(days=9))
    moved(hold, share=100_00, fee=10_00, at=NEW_YEAR - SECOND)
    moved(hold, share=50_00, fee=5_00, at=NEW_YEAR - SECOND, sent_at=NEW_YEAR)

    old, new = (accounting.earned(board.student, year, at=timezone.now()) for year in (2025, 2026))

    assert [paper.totals for paper in (old, new)] == [(Money(100_00),), (Money(50_00),)]
    assert [paper.balances[0][1] for paper in (old, new)] == [Money(50_00), Money(0)]


@stands_on(stages.offered)
def test_a_companys_year_adds_up_from_what_was_held_to_what_is_held(board):
    hold = a_hold(board, 2, at=NEW_YEAR - timedelta(days=9))
    moved(hold, share=100_01, fee=10_00, at=NEW_YEAR - SECOND)
    moved(hold, back=50_49, at=NEW_YEAR - SECOND, sent_at=NEW_YEAR + SECOND)
    other = a_hold(board, 3, at=NEW_YEAR + timedelta(days=3))
    moved(other, back=330_00, at=NEW_YEAR + timedelta(days=4))

    carried, sums = Money(0), []
    for year in (2025, 2026):
        paper = accounting.paid(board.company, year, at=timezone.now())
        charged, students, fee, back = paper.totals
        (_, opening), (_, closing) = paper.balances
        assert opening == carried
        assert opening + charged == students + fee + back + closing
        carried = closing
        sums.append(paper.totals)

    now = ledger.standing_of(Journal.objects.of_holds([hold.pk, other.pk]))
    whole = tuple(Money(sum(amount.cents for amount in column)) for column in zip(*sums, strict=True))
    assert whole == (now.charged, now.student, now.fee, now.returned)
    assert carried == now.held + now.returning
    assert [row[3] for row in sums] == [Money(0), Money(380_49)]


@stands_on(stages.offered)
def test_a_refund_that_came_back_is_netted(board):
    hold = a_hold(board, 2, at=NEW_YEAR)
    refund = moved(hold, back=330_00, at=NEW_YEAR)
    facts = {"hold": hold.pk, "operation": refund.pk, "refund": "re_x", "amount": Money(330_00)}
    ledger.refund_failed(**facts, stripe_bt="txn_back", occurred_at=NEW_YEAR + timedelta(days=20))

    paper = accounting.paid(board.company, 2026, at=timezone.now())

    assert [line.amounts[3] for line in paper.lines] == [None, Money(330_00), Money(-330_00)]
    assert paper.totals[3] == Money(0)
    assert paper.balances[1][1] == Money(330_00)


def test_csv_is_plain_stable_and_no_formula():
    line = Line(NEW_YEAR, ('=HYPERLINK("x")', "-1+1", "“Ada, Żółć”", " @now"), (Money(-1234_05),))
    columns = ("Project", "Part", "Company", "Transfer")
    text = writing.as_csv(Paper("T", "t", [], columns, ("Sent to you",), [line])).decode("utf-8-sig")

    head, row = csv.reader(io.StringIO(text))

    assert head == ["date", "project", "part", "company", "transfer", "sent_to_you", "currency"]
    words = ['\'=HYPERLINK("x")', "'-1+1", "“Ada, Żółć”", "' @now"]
    assert row == ["2026-01-01", *words, "-1234.05", "USD"]


@pytest.mark.parametrize("name", ["Żółć", "Αθήνα", "Київ", '#panic() *x* $y$ \\ " <a>', "𒀀 名前 سلام"])
def test_a_pdf_is_tagged_and_takes_any_name(name):
    line = Line(NEW_YEAR, (name,), (Money(100),))
    paper = Paper(f"For {name}", "t", [("For", name)], ("What",), ("Amount",), [line], notes=[name])
    pdf = writing.as_pdf(paper)
    assert pdf.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang" in pdf
    assert (b"pdfuaid" in pdf) or "𒀀" in name


def shown(client, person, address):
    client.force_login(person)
    return client.get(address)


@stands_on(settled)
def test_each_side_has_the_receipts_that_are_its_own(board, client):
    kinds = list(Journal.objects.of_hold(board.holds.get().pk).oldest_first().values_list("kind", flat=True))
    assert kinds == ["funded", "release", "release", "transfer", "transfer"]
    for person, seen in (
        (board.offered_by, {1}),
        (board.student, {4, 5}),
        (cast.a_moderator(), {1, 4, 5}),
        (cast.another_student(), set()),
        (cast.another_employer(), set()),
    ):
        statuses = {
            n: shown(client, person, f"/money/{board.public_id}/receipts/{n}/").status_code for n in range(7)
        }
        assert {n for n, status in statuses.items() if status == 200} == seen
    page = shown(client, board.student, f"/money/{board.public_id}/receipts/4/").content.decode()
    assert "$200.00" in page
    assert "$220.00" not in page


@stands_on(given_back)
def test_a_company_has_receipts_of_its_charge_by_parts_and_of_its_refund(board, client):
    at = timezone.now()
    charge = accounting.receipt_of(board, 1, role="employer", at=at)
    refund = accounting.receipt_of(board, 3, role="employer", at=at)
    assert charge.totals == (board.fee, board.platform_fee, board.total_price)
    assert refund.totals == (board.total_price,)
    assert accounting.receipt_of(board, 2, role="employer", at=at) is None


@stands_on(settled)
def test_statements_are_found_from_the_money_page_and_given_as_page_pdf_and_csv(board, client, settings):
    year = timezone.now().year
    for person, address in (
        (board.student, f"/money/earned/{year}/"),
        (board.offered_by, f"/money/paid/{board.company.slug}/{year}/"),
    ):
        assert address in shown(client, person, "/money/").content.decode()
        assert client.get(address).status_code == 200
        for form, kind in (("pdf", "application/pdf"), ("csv", "text/csv; charset=utf-8")):
            answer = client.get(f"{address}{form}/")
            assert answer["Content-Type"] == kind
            assert answer["Content-Disposition"].endswith(f'.{form}"')
        assert client.get(f"{address}xml/").status_code == 404
    for number in (0, 1999, 99999):
        assert client.get(f"/money/paid/{board.company.slug}/{number}/").status_code == 404
    assert shown(client, cast.another_employer(), address).status_code == 404
    assert shown(client, board.offered_by, f"/money/earned/{year}/").status_code == 404
