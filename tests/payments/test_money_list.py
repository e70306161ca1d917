"""The list of payments: each with its amount at the edge and its small money bar."""

from django.utils import timezone

from payments import offering, tasks
from tests import stages
from tests.boards import stands_on


def shown(client, person):
    client.force_login(person)
    return client.get("/money/").content.decode()


@stands_on(stages.paid_for)
def test_a_payment_says_how_far_it_is(board, client):
    employer, at = board.project.posted_by, timezone.now()
    offering.make_offer(board, by=employer, at=at)
    assert "Payment page open" in shown(client, employer)


@stands_on(stages.offered)
def test_what_went_back_to_the_card_is_over_and_waits_for_nothing(sandbox, board, client):
    engagement = board
    assert "<strong>Reserved on the card</strong>" in shown(client, engagement.student)
    offering.decline_offer(engagement, by=engagement.student, at=timezone.now())
    tasks.sweep_once(at=timezone.now())
    page = shown(client, engagement.student)
    assert "<strong>Given back to the card</strong>" in page
    assert "stopped mark-over" in page
    assert "hourglass" not in page


@stands_on(stages.under_way)
def test_of_held_money_the_bar_says_how_much(board, client):
    assert f"<strong>Held</strong> · {board.total_price}" in shown(client, board.student)
