"""Attacks on holds, operations and attempts: what is frozen stays frozen, for the owner too."""

from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.payments.ledger.conftest import Connect

HOLD = "00000000-0000-0000-0000-000000000001"
PLANNED, DONE = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"
BOTH = pytest.mark.parametrize("role", ["app", "owner"])
ROWS = [
    f"""INSERT INTO payments_hold (id, public_id, engagement_id, number, version, status, hold_reason, currency,
            student_fee_cents, platform_fee_cents, gross_cents, payment_intent, charge, created_at, funded_at)
        VALUES ('{HOLD}', 'hold1', 1, 1, 1, 'funded', '', 'usd', 30000, 3000, 33000, 'pi_1', 'ch_1', now(), now())""",
    f"""INSERT INTO payments_operation (id, hold_id, kind, slot, amount_cents, currency, params, status,
            blocked_reason, epoch, not_before, next_try_at, first_sent_at, lookup_misses, attempts, created_at)
        VALUES ('{PLANNED}', '{HOLD}', 'transfer', 'd1', 30000, 'usd', '{{"amount": 30000}}', 'unknown',
            '', 1, now(), now(), now(), 0, 1, now())""",
    f"""INSERT INTO payments_operation (id, hold_id, kind, slot, amount_cents, currency, status, blocked_reason,
            epoch, not_before, next_try_at, lookup_misses, attempts, stripe_id, created_at, done_at)
        VALUES ('{DONE}', '{HOLD}', 'checkout', 'c1', 33000, 'usd', 'succeeded', '',
            0, now(), now(), 0, 1, 'cs_1', now(), now())""",
    f"""INSERT INTO payments_operationattempt (operation_id, number, epoch, outcome, request_id)
        VALUES ('{DONE}', 1, 0, 'succeeded', 'req_1'), ('{PLANNED}', 1, 0, '', '')""",
    f"INSERT INTO payments_share (hold_id, deliverable_id, amount_cents) VALUES ('{HOLD}', 1, 30000)",
]


@pytest.fixture(scope="module", autouse=True)
def rows(connect: Connect) -> None:
    """A funded hold, a transfer under way, a finished checkout and an attempt of each.

    The superuser inserts them with the foreign keys asleep: the project around them does not matter here.
    """
    with connect("superuser") as c:
        c.execute("SET session_replication_role = replica")
        for row in ROWS:
            c.execute(row)


def change(c: psycopg.Connection[Any], table: str, what: str, where: str) -> int:
    return c.execute(f"UPDATE payments_{table} SET {what} WHERE {where}").rowcount


@BOTH
@pytest.mark.parametrize("column", ["student_fee_cents", "platform_fee_cents", "gross_cents", "number"])
def test_the_terms_of_a_hold_are_frozen(connect, role, column):
    with pytest.raises(errors.RestrictViolation, match="terms are frozen"), connect(role) as c:
        change(c, "hold", f"{column} = {column} + 1", "true")


@BOTH
@pytest.mark.parametrize("what", ["currency = 'eur'", "engagement_id = 2"])
def test_the_currency_and_the_engagement_of_a_hold_are_frozen(connect, role, what):
    with pytest.raises(errors.RestrictViolation, match="terms are frozen"), connect(role) as c:
        change(c, "hold", what, "true")


@BOTH
@pytest.mark.parametrize(
    "what", ["UPDATE payments_share SET amount_cents = 29999", "DELETE FROM payments_share"]
)
def test_the_parts_of_a_held_payment_are_what_was_paid_for_them(connect, role, what):
    with pytest.raises(errors.CheckViolation, match="its parts share"), connect(role) as c:
        c.execute(what)


@BOTH
@pytest.mark.parametrize(
    "what", ["payment_intent = 'pi_2'", "charge = NULL", "funded_at = now() + interval '1 s'"]
)
def test_the_payment_that_funded_a_hold_is_written_once(connect, role, what):
    with pytest.raises(errors.RestrictViolation, match="written once"), connect(role) as c:
        change(c, "hold", what, "true")


@BOTH
@pytest.mark.parametrize(
    "what",
    [
        "amount_cents = 30001",
        "currency = 'eur'",
        "kind = 'refund'",
        "slot = 'd2'",
        "hold_id = gen_random_uuid()",
        "payee_id = 1",
        """params = '{"amount": 30001}'""",
        "params = NULL",
    ],
)
def test_what_an_operation_is_to_do_is_frozen(connect, role, what):
    with pytest.raises(errors.RestrictViolation, match="frozen"), connect(role) as c:
        change(c, "operation", what, f"id = '{PLANNED}'")


def test_parameters_that_were_open_are_written_once(connect):
    with connect("app") as c:
        assert change(c, "operation", """params = '{"x": 1}'""", f"id = '{DONE}'") == 1
        with pytest.raises(errors.RestrictViolation, match="frozen"), c.transaction():
            change(c, "operation", """params = '{"x": 2}'""", f"id = '{DONE}'")
        assert change(c, "operation", "params = NULL", f"id = '{DONE}'") == 1  # forgotten, once it is over
        raise psycopg.Rollback


@BOTH
@pytest.mark.parametrize("status", ["planned", "sending", "unknown", "failed", "cancelled", "frozen"])
def test_a_finished_operation_is_never_reopened(connect, role, status):
    with pytest.raises(errors.RestrictViolation, match="is final"), connect(role) as c:
        change(c, "operation", f"status = '{status}'", f"id = '{DONE}'")


@BOTH
@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_each_end_is_final(connect, role, end):
    with pytest.raises(errors.RestrictViolation, match=f"{end} is final"), connect(role) as c:
        assert change(c, "operation", f"status = '{end}'", f"id = '{PLANNED}'") == 1
        change(c, "operation", "status = 'planned'", f"id = '{PLANNED}'")


@BOTH
@pytest.mark.parametrize("stripe_id", ["'cs_2'", "NULL"])
def test_the_object_at_stripe_is_written_once(connect, role, stripe_id):
    with pytest.raises(errors.RestrictViolation, match="written once"), connect(role) as c:
        change(c, "operation", f"stripe_id = {stripe_id}", f"id = '{DONE}'")


@BOTH
@pytest.mark.parametrize(
    "what", ["epoch = 0", "first_sent_at = NULL", "first_sent_at = now() + interval '1 s'"]
)
def test_what_was_sent_stays_sent(connect, role, what):
    with pytest.raises(errors.RestrictViolation, match="stays sent"), connect(role) as c:
        change(c, "operation", what, f"id = '{PLANNED}'")


@BOTH
def test_an_operation_may_take_its_ordinary_course(connect, role):
    with connect(role) as c:
        assert change(c, "operation", "epoch = 2, attempts = 2, lookup_misses = 1", f"id = '{PLANNED}'") == 1
        done = "status = 'succeeded', stripe_id = 'tr_1', done_at = now()"
        assert change(c, "operation", done, f"id = '{PLANNED}'") == 1
        raise psycopg.Rollback


@BOTH
def test_one_slot_is_one_operation(connect, role):
    with pytest.raises(errors.UniqueViolation, match="operation_slot_of_hold"), connect(role) as c:
        c.execute(ROWS[1].replace(PLANNED, "00000000-0000-0000-0000-00000000000c"))


@BOTH
def test_an_attempt_is_answered_once(connect, role):
    with connect(role) as c:
        answer = "outcome = 'succeeded', http_status = 200, request_id = 'req_2', answered_at = now()"
        assert change(c, "operationattempt", answer, f"operation_id = '{PLANNED}'") == 1
        with pytest.raises(errors.RestrictViolation, match="answered once"), c.transaction():
            change(c, "operationattempt", "outcome = 'rejected'", f"operation_id = '{PLANNED}'")
        raise psycopg.Rollback


@BOTH
@pytest.mark.parametrize("what", ["number = 9", "epoch = 9", "sent_at = now() - interval '1 s'"])
def test_what_was_attempted_cannot_be_rewritten(connect, role, what):
    with pytest.raises(errors.RestrictViolation, match="changes in nothing else"), connect(role) as c:
        change(c, "operationattempt", what, f"operation_id = '{PLANNED}'")


@BOTH
@pytest.mark.parametrize("table", ["payments_hold", "payments_operation", "payments_operationattempt"])
def test_records_of_money_are_not_deleted(connect, role, table):
    with pytest.raises(errors.RestrictViolation, match="records of money stay"), connect(role) as c:
        c.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", ["payments_hold", "payments_operation", "payments_operationattempt"])
def test_records_of_money_are_not_truncated(connect, table):
    with pytest.raises(errors.RestrictViolation, match="records of money stay"), connect("owner") as c:
        c.execute(f"TRUNCATE {table} CASCADE")
    with pytest.raises(errors.InsufficientPrivilege), connect("app") as c:
        c.execute(f"TRUNCATE {table} CASCADE")
