"""Any sequence of journals: the book accepts and refuses exactly what a model of twenty lines does."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection
from django.db.transaction import atomic, set_rollback
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel.money import Money
from payments import ledger
from payments.ledger import Code, Line, Scope

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOLDS = [UUID(int=1), UUID(int=2)]
CODES = [
    Code.STRIPE_BALANCE,
    Code.HELD,
    Code.STUDENT_PAYABLE,
    Code.REFUND_PAYABLE,
    Code.CLAWBACK_HELD,
    Code.UNAPPLIED,
    Code.PLATFORM_FEE,
]
Drawn = tuple[int, str, list[tuple[Code, int]], int]  # hold, key, lines, what makes the sum zero or not


def drawn_lines() -> st.SearchStrategy[list[tuple[Code, int]]]:
    cents = st.integers(-400, 400)
    return st.lists(st.tuples(st.sampled_from(CODES), cents), min_size=0, max_size=4)


journals = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from("abcdefgh"), drawn_lines(), st.sampled_from([0, 0, 0, 0, 0, 1])
    ),
    max_size=12,
)


def lines_of(drawn: Drawn) -> list[Line]:
    """The drawn lines and one on Stripe's balance that makes them balance, but for an error now and then."""
    hold, _, pairs, error = drawn
    scopes = {Scope.HOLD: str(HOLDS[hold]), Scope.PAYMENT: f"pi_{hold}", Scope.PLATFORM: None}
    lines = [Line(code, cents, scopes[code.scope]) for code, cents in pairs]
    return [*lines, Line(Code.STRIPE_BALANCE, error - sum(cents for _, cents in pairs))]


class Model:
    """The rules of the book over a dictionary."""

    def __init__(self) -> None:
        self.balances: Counter[tuple[Code, str | None]] = Counter()
        self.posted: dict[str, tuple[int, list[tuple[Code, str | None, int]]]] = {}

    def post(self, hold: int, key: str, lines: list[Line]) -> type[Exception] | None:
        rows = sorted((line.code, line.scope or "", line.cents) for line in lines if line.cents)
        if len(rows) < 2 or sum(cents for *_, cents in rows):
            return ledger.Unbalanced
        if key in self.posted:
            return None if self.posted[key] == (hold, rows) else ledger.JournalMismatch
        after = self.balances.copy()
        for code, scope, cents in rows:
            after[code, scope or None] += cents * code.side
        if any(code.guarded and cents < 0 for (code, _), cents in after.items()):
            return ledger.Overdrawn
        self.balances, self.posted[key] = after, (hold, rows)
        return None


def post_for_real(drawn: Drawn) -> type[Exception] | None:
    try:
        with atomic():
            ledger.post("test", drawn[1], lines_of(drawn), hold=HOLDS[drawn[0]], occurred_at=NOW)
            connection.check_constraints()  # what COMMIT would check
    except (ledger.Unbalanced, ledger.JournalMismatch, ledger.Overdrawn) as refusal:
        return type(refusal)
    return None


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(journals)
def test_the_book_does_what_the_model_does(drawn_journals):
    model = Model()
    with atomic():
        for drawn in drawn_journals:
            assert post_for_real(drawn) is model.post(drawn[0], drawn[1], lines_of(drawn))
        for (code, scope), cents in model.balances.items():
            assert ledger.balance(code, scope) == Money(cents)
        assert ledger.verify() == []
        assert ledger.trial_balance().difference == {}
        set_rollback(True)
