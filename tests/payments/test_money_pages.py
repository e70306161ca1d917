"""The money pages: each side's totals from the book, and every cent of one engagement."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.kernel.money import Money
from payments import accounting, ledger, operations, refunding, releasing
from payments.accounting import sides
from payments.ledger.models import Journal
from payments.models import Hold, Operation
from payments.operations import planning
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps


def shown(client, person, address="/money/"):
    client.force_login(person)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))


def of(side):
    return {figure.name: figure.amount.cents for figure in side.figures}


def add_up(side):
    return sum(figure.amount.cents for figure in side.figures) == side.whole.amount.cents


def settled(sandbox):
    """Everything approved and sent."""
    at = timezone.now()
    engagement = stages.under_way(sandbox, at=at)
    steps.a_ready_payee(sandbox, engagement.student, at=at)
    steps.work_off(sandbox, at=steps.approved(engagement, at=at))
    engagement.refresh_from_db()
    return engagement


def given_back(sandbox):
    """Cancelled before its start, and back on the card."""
    at = timezone.now()
    sandbox.seed(float_cents=100_00)
    engagement = stages.under_way(sandbox, at=at)
    refunding.cancel_before_start(engagement, by=engagement.student, at=at, reason="I fell ill.")
    steps.work_off(sandbox, at=at)
    engagement.refresh_from_db()
    return engagement


@stands_on(stages.offered)
def test_what_is_only_reserved_is_not_in_the_book(board):
    employer = sides.totals_of_employer(board.offered_by)
    assert set(of(employer).values()) == {0}
    assert [figure.amount for figure in employer.beside] == [board.total_price]
    assert of(sides.totals_of_student(board.student)) == {"held": 0, "promised": 0, "sent": 0}


@stands_on(stages.under_way)
def test_what_is_held_is_the_students_fee_and_all_of_the_employers_price(board):
    student, employer = sides.totals_of_student(board.student), sides.totals_of_employer(board.offered_by)
    assert of(student) == {"held": board.fee.cents, "promised": 0, "sent": 0}
    assert of(employer) == {"held": board.total_price.cents, "students": 0, "fees": 0, "back": 0}
    assert add_up(student)
    assert add_up(employer)


@stands_on(stages.completed)
def test_what_is_released_is_on_its_way(board):
    student, employer = sides.totals_of_student(board.student), sides.totals_of_employer(board.offered_by)
    assert of(student) == {"held": 0, "promised": board.fee.cents, "sent": 0}
    assert of(employer) == {
        "held": 0,
        "students": board.fee.cents,
        "fees": board.platform_fee.cents,
        "back": 0,
    }
    assert add_up(student)
    assert add_up(employer)


@stands_on(settled)
def test_what_was_sent_is_in_every_sum_and_on_the_page(board, client):
    student = sides.totals_of_student(board.student)
    assert of(student) == {"held": 0, "promised": 0, "sent": board.fee.cents}
    page = shown(client, board.student, f"/money/{board.public_id}/")
    assert page.count("Sent to the student’s account: $200.00") == 2
    assert f"Came in from the card {board.total_price}" in page
    assert f"Platform fee Earned with each release. {board.platform_fee}" in page


@stands_on(given_back)
def test_what_went_back_is_the_employers_again(board, client):
    assert of(sides.totals_of_student(board.student)) == {"held": 0, "promised": 0, "sent": 0}
    employer = sides.totals_of_employer(board.offered_by)
    assert of(employer) == {"held": 0, "students": 0, "fees": 0, "back": board.total_price.cents}
    assert add_up(employer)
    assert f"Given back to the card {board.total_price}" in shown(
        client, board.offered_by, f"/money/{board.public_id}/"
    )


@stands_on(stages.under_way)
@pytest.mark.parametrize("share", [1, 99, 133_33, 266_67, 399_99])
def test_the_students_part_of_what_is_held_is_what_was_not_released(board, share):
    """By the database as in Python, though the platform fee is cut by the cent."""
    hold = board.holds.get()
    fee = hold.platform_fee_cents * share // hold.student_fee_cents
    operation = planning.plan(
        Operation.Kind.TRANSFER, slot="x", at=timezone.now(), hold=hold, amount_cents=share, currency="usd"
    )
    ledger.release_decided(
        hold=hold.pk, operation=operation.pk, share=Money(share), fee=Money(fee), occurred_at=timezone.now()
    )
    left = Money(hold.student_fee_cents - share)
    assert sides.students_part_of_held(Hold.objects.filter(pk=hold.pk)) == left
    assert sides.students_part(hold, ledger.balances_of(hold.pk).held) == left


def journey(engagement, role="student"):
    return accounting.journey_of(engagement, role=role, at=timezone.now())


@stands_on(given_back)
def test_a_refund_that_the_bank_sends_back_is_owed_again(board):
    hold, refund = board.holds.get(), Operation.objects.get(kind="refund")
    ledger.refund_failed(
        hold=hold.pk,
        operation=refund.pk,
        refund=refund.stripe_id,
        amount=refund.amount,
        stripe_bt="txn_back",
        occurred_at=timezone.now(),
    )
    told = journey(board, "employer")
    assert (told.standing.returning, told.standing.returned) == (board.total_price, Money(0))
    assert told.standing.adds_up
    assert [(t.title, t.amount) for t in told.troubles] == [("The refund came back", board.total_price)]


@stands_on(stages.completed)
def test_what_waits_for_the_student_says_so_to_both(board):
    steps_at = timezone.now() + timedelta(days=9)
    operations.run_due(at=steps_at)
    student, employer = journey(board), journey(board, "employer")
    assert [(t.title, t.amount, t.is_setup) for t in student.troubles] == [
        ("Your set-up comes first", board.fee, True)
    ]
    assert [t.is_setup for t in employer.troubles] == [False]
    assert "stays theirs" in employer.troubles[0].words


@stands_on(stages.completed)
def test_every_line_of_the_book_is_told_and_adds_up(board):
    part = board.deliverables.get(number=1)
    releasing.undo_approval(part, by=board.offered_by, at=timezone.now())
    told = journey(board)
    assert len(told.moves) == Journal.objects.of_hold(board.holds.get().pk).count()
    assert all(move.change.adds_up for move in told.moves)
    assert told.standing == ledger.standing_of(Journal.objects.of_hold(board.holds.get().pk))
    assert told.standing.held == part.share + board.platform_fee - told.standing.fee


@stands_on(stages.under_way)
def test_who_is_on_both_sides_sees_both_apart(board, client):
    both = board.student
    other = cast.company_of(cast.another_employer())
    other.memberships.create(user=both, role="manager", joined_at=timezone.now())
    page = shown(client, both)
    assert "What you earn" in page
    assert "What your company pays" in page
    assert "What your company pays" not in shown(client, cast.another_student())


@stands_on(stages.under_way)
def test_the_id_of_a_payment_leads_to_its_engagement(board, client):
    client.force_login(board.student)
    answer = client.get(f"/money/{board.holds.get().public_id}/")
    assert answer.url == f"/money/{board.public_id}/"
    for person, status in stages.everybody(board):
        client.force_login(person)
        assert client.get(f"/money/{board.public_id}/").status_code == status
        assert client.get(f"/money/{board.holds.get().public_id}/").status_code in {302, 404}


@stands_on(settled)
def test_the_number_of_queries_does_not_grow(board, client):
    client.force_login(board.offered_by)
    client.get("/money/")  # what a session asks once
    counts = []
    for more in (0, 3):
        for number in range(2, 2 + more):
            Hold.objects.create(
                engagement=board,
                number=number,
                currency="usd",
                student_fee_cents=100,
                platform_fee_cents=10,
                gross_cents=110,
                created_at=timezone.now(),
            )
        for address in ("/money/", f"/money/{board.public_id}/"):
            with CaptureQueriesContext(connection) as found:
                client.get(address)
            counts.append(len(found))
    assert counts[0] == counts[2]
    assert counts[3] - counts[1] <= 9  # a receipt each, of three queries
