"""The last step of the money: on its way to the student's bank, and there, as Stripe tells it."""

import pytest
from django.utils import timezone

from marketplace.kernel.models import Letter
from payments import accounting
from payments.models import Payout, Release
from payments.models.bars import bar_of
from projects.models import Engagement
from tests.boards import stands_on
from tests.payments import steps
from tests.payments.test_money_pages import settled

pytestmark = stands_on(settled)


@pytest.fixture
def leaving(sandbox, board):
    """Stripe's clock goes on until the night on which it pays the student's balance out."""
    for _ in range(10):
        sandbox.advance(days=1)
        steps.hear(sandbox, at=timezone.now())
        if Payout.objects.filter(status__in=Payout.UNDER_WAY).exists():
            return sandbox
    raise AssertionError("Nothing was paid out.")


def last(engagement):
    step = bar_of(Engagement.objects.get(pk=engagement.pk))[3]
    return step["label"], step["state"], step.get("note", "")


def test_what_is_on_its_way_says_when_it_arrives_and_then_that_it_has(leaving, board):
    payout = Payout.objects.get()
    assert payout.amount == board.fee
    assert set(Release.objects.values_list("payout", flat=True)) == {payout.pk}
    assert last(board)[:2] == ("Sent", "now")
    assert last(board)[2].startswith("In the bank about ")
    coming = accounting.journey_of(board, role="student", at=timezone.now()).coming
    assert [(event.what, event.at) for event in coming] == [
        (f"{board.fee} arrives in the bank", payout.arrives_at)
    ]

    leaving.advance(days=5)
    for _ in range(2):
        steps.hear(leaving, at=timezone.now())

    assert last(board) == ("In the bank", "done", "")
    assert accounting.journey_of(board, role="student", at=timezone.now()).coming == []
    letter = Letter.objects.get(template="payments/payout_arrived")
    assert (letter.to, letter.context["amount"]) == (board.student, {"$cents": board.fee.cents})
