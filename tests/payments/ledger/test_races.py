"""Release against refund of the same money, by threads with real commits and nothing but the guards between them."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Barrier, Thread
from uuid import UUID, uuid4

from django.db import connection
from django.db.transaction import atomic

from marketplace.kernel.money import Money
from payments import ledger
from payments.ledger import Code

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEE, PLATFORM, GROSS = Money(30000), Money(3000), Money(33000)
THREADS, HOLDS = 8, 25


def funded_holds() -> list[UUID]:
    holds = [uuid4() for _ in range(HOLDS)]
    for hold in holds:
        with atomic():
            ledger.funded(
                hold=hold,
                payment=f"pi_{hold}",
                gross=GROSS,
                processing_fee=Money(987),
                stripe_bt=f"txn_{hold}",
                occurred_at=NOW,
            )
    return holds


def release(hold: UUID) -> None:
    ledger.release_decided(hold=hold, operation=uuid4(), share=FEE, fee=PLATFORM, occurred_at=NOW)


def refund(hold: UUID) -> None:
    ledger.refund_decided(hold=hold, operation=uuid4(), amount=GROSS, occurred_at=NOW)


def together(work: Callable[[int], None]) -> None:
    """Run `work` in eight threads, each with its own connection; what one raises fails the test."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as failure:  # noqa: BLE001, told to the test below
            failures.append(failure)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def race(holds: list[UUID]) -> dict[UUID, int]:
    """Four threads release each hold while four refund it; how many of them won."""
    start, winners = Barrier(THREADS, timeout=60), {hold: [] for hold in holds}

    def decide(number: int) -> None:
        for hold in holds:
            start.wait()
            try:
                with atomic():
                    (release if number % 2 else refund)(hold)
                winners[hold].append(number)
            except ledger.Overdrawn:
                continue

    together(decide)
    return {hold: len(numbers) for hold, numbers in winners.items()}


def test_the_same_money_is_released_or_refunded_once(own_database):
    winners = race(funded_holds())
    assert set(winners.values()) == {1}
    for hold in winners:
        left = ledger.balances_of(hold)
        assert left.held == Money(0)
        assert (left.student_payable, left.refund_payable) in ((FEE, Money(0)), (Money(0), GROSS))
    assert ledger.verify() == []
    assert ledger.trial_balance().difference == {}


def test_without_the_guard_the_same_race_pays_the_same_money_again(own_database, as_owner):
    """The control: it shows that the race above is one."""
    as_owner.execute("ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_not_negative")
    winners = race(funded_holds())
    assert min(winners.values()) > 1
    assert all(ledger.balance(Code.HELD, hold) < Money(0) for hold in winners)


def test_one_fact_told_by_eight_threads_at_once_is_one_journal(own_database):
    (hold, *_) = funded_holds()
    operation = uuid4()
    with atomic():
        ledger.release_decided(hold=hold, operation=operation, share=FEE, fee=PLATFORM, occurred_at=NOW)
    start, told = Barrier(THREADS, timeout=60), []

    def tell(number: int) -> None:
        start.wait()
        with atomic():
            journal = ledger.transferred(
                hold=hold,
                operation=operation,
                transfer="tr_1",
                amount=FEE,
                stripe_bt="txn_tr",
                occurred_at=NOW,
            )
        told.append(journal.pk)

    together(tell)
    assert len(told) == THREADS
    assert len(set(told)) == 1
    assert not ledger.balances_of(hold)


def test_accounts_that_many_open_at_once_are_opened_once(own_database):
    hold, start = uuid4(), Barrier(THREADS, timeout=60)

    def pay(number: int) -> None:
        start.wait()
        with atomic():
            ledger.unapplied(
                hold=hold,
                payment="pi_1" if number % 2 else f"pi_{number}",
                gross=GROSS,
                processing_fee=Money(987),
                stripe_bt="txn_1" if number % 2 else f"txn_{number}",
                occurred_at=NOW,
            )

    together(pay)
    assert ledger.balance(Code.STRIPE_BALANCE) == (GROSS - Money(987)) * 5
    assert ledger.balance(Code.UNAPPLIED, "pi_1") == GROSS
