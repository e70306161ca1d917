"""Money for programs: the sums, moves, statements and receipts of the pages, in whole cents."""

import pytest
from django.utils import timezone

from tests.boards import stands_on
from tests.payments.test_money_pages import settled

pytestmark = stands_on(settled)


@pytest.fixture
def ask(client, board):
    def ask(person, address):
        client.force_login(person)
        return client.get(f"/api/v1/{address}")

    return ask


def test_each_sides_sums_add_up(board, ask):
    (student,) = ask(board.student, "money/summary/").json()["sides"]
    (employer,) = ask(board.offered_by, "money/summary/").json()["sides"]
    assert (student["side"], employer["side"]) == ("student", "employer")
    for side, whole in ((student, board.fee), (employer, board.total_price)):
        assert sum(figure["amount_cents"] for figure in side["figures"]) == whole.cents
        assert side["whole"]["amount_cents"] == whole.cents


def test_every_move_of_an_engagement_adds_up_to_where_its_money_is(board, ask):
    told = ask(board.student, f"engagements/{board.public_id}/money/").json()
    assert [move["receipt"] for move in told["moves"]] == [None, None, None, 4, 5]
    for name, cents in told["standing"].items():
        assert sum(move["change"][name] for move in told["moves"]) == cents
    parts = {name: cents for name, cents in told["standing"].items() if name != "charged_cents"}
    assert told["standing"]["charged_cents"] == sum(parts.values()) == board.total_price.cents
    assert (told["troubles"], told["coming"]) == ([], [])


def test_statements_and_receipts_say_the_same_as_on_paper(board, ask):
    year = timezone.now().year
    earned = ask(board.student, f"money/earned/{year}/").json()
    assert earned["totals"] == [board.fee.cents] == [sum(line["cents"][0] for line in earned["lines"])]
    paid = ask(board.offered_by, f"money/paid/{board.company.slug}/{year}/").json()
    assert paid["totals"] == [board.total_price.cents, board.fee.cents, board.platform_fee.cents, 0]
    receipt = ask(board.student, f"engagements/{board.public_id}/money/receipts/4/").json()
    assert receipt["totals"] == [200_00]
    assert ask(board.student, f"engagements/{board.public_id}/money/receipts/1/").status_code == 404
    assert ask(board.student, "money/earned/1/").status_code == 404
