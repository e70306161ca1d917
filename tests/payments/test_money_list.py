"""The list of payments: each with its amount at the edge and its small money bar."""

from django.utils import timezone

from payments import offering, tasks
from tests import stages


def shown(client, person):
    client.force_login(person)
    return client.get("/money/").content.decode()


def test_a_payment_says_how_far_it_is(sandbox, client):
    application = stages.paid_for(sandbox)
    employer, at = application.project.posted_by, timezone.now()
    offering.make_offer(application, by=employer, at=at)
    assert "Payment page open" in shown(client, employer)


def test_what_went_back_to_the_card_is_over_and_waits_for_nothing(sandbox, client):
    engagement = stages.offered(sandbox)
    assert "<strong>Reserved on the card</strong>" in shown(client, engagement.student)
    offering.decline_offer(engagement, by=engagement.student, at=timezone.now())
    tasks.sweep_once(at=timezone.now())
    page = shown(client, engagement.student)
    assert "<strong>Given back to the card</strong>" in page
    assert "stopped mark-over" in page
    assert "hourglass" not in page


def test_of_held_money_the_bar_says_how_much(sandbox, client):
    engagement = stages.under_way(sandbox)
    assert f"<strong>Held</strong> · {engagement.total_price}" in shown(client, engagement.student)
