"""Attacks on the book, by the app's role and by the owner: every guard of PAYMENTS.md 3.4 refuses."""

from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from tests.payments.ledger.conftest import Connect

HOLD, OTHER_HOLD = UUID(int=1), UUID(int=2)
STRIPE, PLATFORM_FEE, PROCESSING_FEE, EURO_BANK = "stripe", "platform fee", "processing fee", "bank in euro"
HELD, PAYABLE, OTHER_HELD = "held", "payable", "held of another hold"
ACCOUNTS = {
    STRIPE: (1000, "usd", 1, "platform", None, False),
    PLATFORM_FEE: (4000, "usd", -1, "platform", None, False),
    PROCESSING_FEE: (5000, "usd", 1, "platform", None, False),
    EURO_BANK: (1900, "eur", 1, "platform", None, False),
    HELD: (2000, "usd", -1, "hold", str(HOLD), True),
    PAYABLE: (2100, "usd", -1, "hold", str(HOLD), True),
    OTHER_HELD: (2000, "usd", -1, "hold", str(OTHER_HOLD), True),
}
OPEN = """INSERT INTO ledger_account (code, currency, normal, scope_type, scope_id, guarded)
          VALUES (%s, %s, %s, %s, %s, %s) RETURNING id"""
BOTH = pytest.mark.parametrize("role", ["app", "owner"])
TABLES = ["ledger_account", "ledger_balance", "ledger_journal", "ledger_entry"]


@pytest.fixture(scope="module")
def accounts(connect: Connect) -> dict[str, int]:
    """The accounts' ids; 330.00 of HOLD are funded under the key `fund:pi_1`."""
    with connect("app") as app:
        ids = {name: app.execute(OPEN, row).fetchone()[0] for name, row in ACCOUNTS.items()}
        post(
            app,
            "fund:pi_1",
            [(ids[STRIPE], 32013), (ids[PROCESSING_FEE], 987), (ids[HELD], -33000)],
            kind="funded",
            bt="txn_1",
        )
    return ids


def journal(c: psycopg.Connection, key: str, *, kind: str = "test", hold=HOLD, bt: str | None = None) -> int:
    return c.execute(
        """INSERT INTO ledger_journal (kind, business_key, hold_id, stripe_bt, occurred_at, actor)
           VALUES (%s, %s, %s, %s, now(), 'system') RETURNING id""",
        (kind, key, hold, bt),
    ).fetchone()[0]


def add(
    c: psycopg.Connection, to: int, account: int, cents: int, *, line: int, currency: str = "usd"
) -> None:
    c.execute(
        """INSERT INTO ledger_entry (journal_id, account_id, amount_cents, currency, line)
           VALUES (%s, %s, %s, %s, %s)""",
        (to, account, cents, currency, line),
    )


def post(c: psycopg.Connection, key: str, lines: list[tuple[int, int]], **facts) -> int:
    number = journal(c, key, **facts)
    for line, (account, cents) in enumerate(lines, start=1):
        add(c, number, account, cents, line=line)
    return number


# Balanced at COMMIT


@BOTH
def test_a_journal_that_does_not_balance_is_refused(connect, accounts, role):
    with pytest.raises(errors.CheckViolation, match="does not balance"), connect(role) as c:
        post(c, "k", [(accounts[STRIPE], 100), (accounts[PLATFORM_FEE], -99)])


@BOTH
def test_a_journal_balances_in_each_currency_not_in_their_sum(connect, accounts, role):
    with pytest.raises(errors.CheckViolation, match="does not balance"), connect(role) as c:
        number = journal(c, "k")
        add(c, number, accounts[STRIPE], 100, line=1)
        add(c, number, accounts[EURO_BANK], -100, line=2, currency="eur")


@BOTH
def test_a_journal_of_one_line_is_refused(connect, accounts, role):
    with pytest.raises(errors.CheckViolation, match="has 1 lines"), connect(role) as c:
        post(c, "k", [(accounts[STRIPE], 100)])


@BOTH
def test_a_journal_without_lines_is_refused(connect, accounts, role):
    with pytest.raises(errors.CheckViolation, match="has 0 lines"), connect(role) as c:
        journal(c, "k")


@BOTH
def test_asking_for_the_check_early_does_not_spare_the_check_at_commit(connect, accounts, role):
    with pytest.raises(errors.CheckViolation, match="does not balance"), connect(role) as c:
        number = post(c, "k", [(accounts[STRIPE], 100), (accounts[PLATFORM_FEE], -100)])
        c.execute("SET CONSTRAINTS ALL IMMEDIATE")
        c.execute("SET CONSTRAINTS ALL DEFERRED")
        add(c, number, accounts[STRIPE], 1, line=3)


# Append-only


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TABLE {table} CASCADE",
        "CREATE RULE swallow AS ON INSERT TO {table} DO INSTEAD NOTHING",
        "CREATE TRIGGER swallow BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION "
        "suppress_redundant_updates_trigger()",
    ],
)
def test_the_apps_role_can_only_read_and_add(connect, accounts, table, attack):
    column = "account_id" if table == "ledger_balance" else "currency"
    column = "actor" if table == "ledger_journal" else column
    with pytest.raises(errors.InsufficientPrivilege), connect("app") as c:
        c.execute(attack.format(table=table, column=column))


@pytest.mark.parametrize("role", ["owner", "superuser"])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "attack", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_not_even_the_owner_can_change_a_row(connect, accounts, role, table, attack):
    column = "account_id" if table == "ledger_balance" else "currency"
    column = "actor" if table == "ledger_journal" else column
    with pytest.raises(errors.RestrictViolation), connect(role) as c:
        if role == "superuser":  # the setting that switches ordinary triggers off
            c.execute("SET session_replication_role = replica")
        c.execute(attack.format(table=table, column=column))


def test_the_apps_role_cannot_switch_the_triggers_off(connect):
    with pytest.raises(errors.InsufficientPrivilege), connect("app") as c:
        c.execute("SET session_replication_role = replica")


# Balances follow from entries


def test_the_apps_role_cannot_write_a_balance(connect, accounts):
    with pytest.raises(errors.InsufficientPrivilege), connect("app") as c:
        c.execute("UPDATE ledger_balance SET posted_cents = 1")
    with pytest.raises(errors.InsufficientPrivilege), connect("app") as c:
        c.execute("INSERT INTO ledger_balance (account_id, posted_cents) VALUES (%s, 1)", [accounts[STRIPE]])


def test_the_owner_cannot_write_a_balance_either(connect, accounts):
    with pytest.raises(errors.RestrictViolation, match="follow from entries"), connect("owner") as c:
        c.execute("UPDATE ledger_balance SET posted_cents = 1, version = version + 1")
    with pytest.raises(errors.RestrictViolation, match="follow from entries"), connect("owner") as c:
        c.execute("INSERT INTO ledger_balance (account_id, posted_cents) VALUES (%s, 1)", [accounts[STRIPE]])


@pytest.mark.parametrize("function", ["ledger_entry_apply", "ledger_account_open"])
def test_the_apps_role_cannot_borrow_the_owners_triggers_for_a_table_of_its_own(connect, function):
    with pytest.raises(errors.InsufficientPrivilege), connect("app") as c:
        c.execute("CREATE TEMP TABLE mine (LIKE public.ledger_entry)")
        c.execute(f"CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION public.{function}()")


@pytest.mark.parametrize(
    ("table", "function"),
    [("ledger_entry", "ledger_entry_apply"), ("ledger_account", "ledger_account_open")],
)
def test_the_owners_triggers_work_for_no_other_table_even_if_hung_there(connect, accounts, table, function):
    with pytest.raises(errors.RestrictViolation, match="belongs to the ledger"), connect("owner") as c:
        c.execute(f"CREATE TEMP TABLE mine AS SELECT * FROM public.{table} LIMIT 0")
        c.execute(f"CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION public.{function}()")
        c.execute(f"INSERT INTO mine SELECT * FROM public.{table}")


def test_a_table_of_the_same_name_in_front_does_not_deceive_the_guards(connect, accounts):
    """Temporary tables come first in the search path; the guards name their schema."""
    with pytest.raises(errors.CheckViolation, match="ledger_balance_not_negative"), connect("app") as c:
        c.execute("CREATE TEMP TABLE ledger_balance (account_id bigint, posted_cents bigint, version bigint)")
        number = journal(c, "k")
        add(c, number, accounts[PAYABLE], -33001, line=1)
        add(c, number, accounts[HELD], 33001, line=2)


# Closed journals


@BOTH
def test_a_line_cannot_join_an_old_journal(connect, accounts, role):
    with pytest.raises(errors.RestrictViolation, match="is closed"), connect(role) as c:
        old = c.execute("SELECT id FROM ledger_journal WHERE business_key = 'fund:pi_1'").fetchone()[0]
        add(c, old, accounts[STRIPE], 5, line=9)


@BOTH
def test_a_balanced_pair_cannot_join_an_old_journal(connect, accounts, role):
    with pytest.raises(errors.RestrictViolation, match="is closed"), connect(role) as c:
        old = c.execute("SELECT id FROM ledger_journal WHERE business_key = 'fund:pi_1'").fetchone()[0]
        c.execute(
            """INSERT INTO ledger_entry (journal_id, account_id, amount_cents, currency, line)
               VALUES (%(j)s, %(a)s, 5, 'usd', 8), (%(j)s, %(b)s, -5, 'usd', 9)""",
            {"j": old, "a": accounts[STRIPE], "b": accounts[PLATFORM_FEE]},
        )


@BOTH
def test_who_posts_can_choose_neither_the_moment_nor_the_transaction(connect, accounts, role):
    with connect(role) as c:
        row = c.execute(
            """INSERT INTO ledger_journal (kind, business_key, occurred_at, actor, txid, posted_at)
               VALUES ('test', 'k', now(), 'system', '9999999'::xid8, '2001-01-01Z')
               RETURNING txid = pg_current_xact_id(), posted_at = transaction_timestamp()"""
        ).fetchone()
        assert row == (True, True)
        raise psycopg.Rollback


@pytest.mark.parametrize("table", ["ledger_account", "ledger_journal", "ledger_entry"])
@BOTH
def test_who_posts_cannot_choose_an_id(connect, accounts, role, table):
    with pytest.raises(errors.GeneratedAlways), connect(role) as c:
        c.execute(f"INSERT INTO {table} (id) VALUES (1)")


# One fact, one journal


@BOTH
def test_a_business_key_is_used_once(connect, accounts, role):
    with pytest.raises(errors.UniqueViolation, match="ledger_journal_one_per_fact"), connect(role) as c:
        post(c, "fund:pi_1", [(accounts[STRIPE], 100), (accounts[PLATFORM_FEE], -100)])


@BOTH
def test_a_balance_transaction_is_booked_once(connect, accounts, role):
    with pytest.raises(errors.UniqueViolation, match="ledger_journal_one_per_bt"), connect(role) as c:
        post(c, "k", [(accounts[STRIPE], 100), (accounts[PLATFORM_FEE], -100)], bt="txn_1")


@BOTH
def test_a_hold_is_funded_once(connect, accounts, role):
    with pytest.raises(errors.UniqueViolation, match="ledger_journal_funded_once"), connect(role) as c:
        post(c, "fund:pi_2", [(accounts[STRIPE], 33000), (accounts[HELD], -33000)], kind="funded")


# Never below zero


@BOTH
def test_more_than_is_held_cannot_be_released(connect, accounts, role):
    with pytest.raises(errors.CheckViolation, match="ledger_balance_not_negative"), connect(role) as c:
        post(c, "k", [(accounts[PAYABLE], -39600), (accounts[HELD], 39600)])


@BOTH
@pytest.mark.parametrize("code", [2000, 2100, 2200, 2300, 2500])
def test_each_guarded_account_stays_above_zero(connect, accounts, role, code):
    scope = ("payment", "pi_9") if code == 2500 else ("hold", str(HOLD))
    with pytest.raises(errors.CheckViolation, match="ledger_balance_not_negative"), connect(role) as c:
        account = {2000: accounts[HELD], 2100: accounts[PAYABLE]}.get(code)
        account = account or c.execute(OPEN, (code, "usd", -1, *scope, True)).fetchone()[0]
        post(c, "k", [(account, 33001), (accounts[STRIPE], -33001)])


# Lines and accounts as they must be


@BOTH
def test_an_entry_is_in_its_accounts_currency(connect, accounts, role):
    with pytest.raises(errors.CheckViolation, match="kept in usd, not in eur"), connect(role) as c:
        add(c, journal(c, "k"), accounts[STRIPE], 5, line=1, currency="eur")


@BOTH
def test_a_journal_touches_no_other_holds_money(connect, accounts, role):
    with pytest.raises(errors.CheckViolation, match="not about the hold"), connect(role) as c:
        post(c, "k", [(accounts[STRIPE], 5), (accounts[OTHER_HELD], -5)])


@BOTH
@pytest.mark.parametrize("cents", [0, 100_000_000_001, -100_000_000_001])
def test_an_amount_is_neither_nothing_nor_beyond_belief(connect, accounts, role, cents):
    with pytest.raises(errors.CheckViolation, match="ledger_entry_amount"), connect(role) as c:
        add(c, journal(c, "k"), accounts[STRIPE], cents, line=1)


@BOTH
def test_a_line_number_is_used_once_in_a_journal(connect, accounts, role):
    with pytest.raises(errors.UniqueViolation, match="ledger_entry_line"), connect(role) as c:
        number = journal(c, "k")
        add(c, number, accounts[STRIPE], 5, line=1)
        add(c, number, accounts[PLATFORM_FEE], -5, line=1)


@BOTH
@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ((2000, "usd", -1, "hold", str(OTHER_HOLD), False), "ledger_account_in_chart"),  # no guard
        ((2000, "usd", 1, "hold", str(OTHER_HOLD), True), "ledger_account_in_chart"),  # wrong side
        ((2000, "usd", -1, "payment", "pi_1", True), "ledger_account_in_chart"),  # wrong scope
        ((2400, "usd", -1, "hold", str(OTHER_HOLD), True), "ledger_account_in_chart"),  # unknown code
        ((2000, "usd", -1, "hold", None, True), "ledger_account_scope"),
        ((1900, "usd", 1, "platform", "x", False), "ledger_account_scope"),
        ((2500, "usd", -1, "payment", "", True), "ledger_account_scope_spelt_once"),
        ((2200, "usd", -1, "hold", UUID(int=0xABC).hex, True), "ledger_account_scope_spelt_once"),
        ((2200, "usd", -1, "hold", str(UUID(int=0xABC)).upper(), True), "ledger_account_scope_spelt_once"),
        ((1900, "USD", 1, "platform", None, False), "ledger_account_currency"),
    ],
)
def test_an_account_is_opened_only_as_the_chart_has_it(connect, role, row, constraint):
    with pytest.raises(errors.CheckViolation, match=f'"{constraint}"'), connect(role) as c:
        c.execute(OPEN, row)


@BOTH
@pytest.mark.parametrize("name", [STRIPE, HELD])
def test_an_account_is_opened_once(connect, accounts, role, name):
    with pytest.raises(errors.UniqueViolation, match="ledger_account_once"), connect(role) as c:
        c.execute(OPEN, ACCOUNTS[name])


def test_after_all_attacks_the_book_is_as_it_was(connect, accounts):
    """In whatever order they ran: nothing that was refused left a trace."""
    with connect("app") as c:
        assert c.execute("SELECT count(*), sum(amount_cents) FROM ledger_entry").fetchone() == (3, 0)
        assert c.execute("SELECT sum(posted_cents) FROM ledger_balance").fetchone() == (33000,)
