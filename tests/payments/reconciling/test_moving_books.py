"""The balance is compared while others book: only a difference that two fences show alike rings."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import transaction
from django.utils import timezone

from marketplace.kernel.money import Money
from payments import ledger
from payments.ledger import Code
from payments.models import Alarm
from payments.reconciling import balancing, matching
from tests.boards import stands_on
from tests.payments.reconciling.test_comparing import paid_out

pytestmark = stands_on(paid_out)


@pytest.fixture
def books_move(monkeypatch):
    """`books_move(100, -100)`: so many cents more are booked here, and not at Stripe, at each fence."""

    def move(*cents):
        moves, numbers, match = iter(cents), count(), matching.match

        def moving(*, at):
            if more := next(moves, 0):
                sides = (Code.STRIPE_BALANCE, Code.BANK) if more > 0 else (Code.BANK, Code.STRIPE_BALANCE)
                lines = [side(code, Money(abs(more))) for side, code in zip(SIDES, sides, strict=True)]
                with transaction.atomic():
                    ledger.post("odd", f"odd-{next(numbers)}", lines, occurred_at=at)
            match(at=at)

        monkeypatch.setattr(matching, "match", moving)

    return move


SIDES = ledger.debit, ledger.credit


def compared():
    """So late that what was booked just now is not on its way any more."""
    return balancing.compare_balance(None, at=timezone.now() + timedelta(hours=1))


def test_a_difference_that_changes_at_each_fence_is_left_for_later(board, sandbox, books_move):
    books_move(1, 1, 1, 1, 1)
    with pytest.raises(balancing.Moving):
        compared()
    assert not Alarm.objects.waiting().exists()


def test_a_difference_that_is_gone_at_the_next_fence_rings_nothing(board, sandbox, books_move):
    books_move(100, -100)
    _, check = compared()
    assert (check.is_green, check.words) == (True, "Equal to the cent.")
    assert not Alarm.objects.waiting().exists()


def test_a_difference_that_stays_rings(board, sandbox, books_move):
    books_move(100)
    _, check = compared()
    assert not check.is_green
    assert Alarm.objects.waiting().get().kind == "balance_differs"
