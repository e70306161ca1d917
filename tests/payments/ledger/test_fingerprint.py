"""Whoever changes a guard in the database is found out at start-up."""

import pytest
from django.core.checks import Tags
from django.core.checks.registry import registry
from django.core.management import CommandError, call_command
from django.db import connection

from payments.ledger.guards import check_guards, guard_differences, guards_fingerprint
from tests import embedded

ATTACKS = {
    "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_balances": "firing ledger_entry_balances differs",
    "ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_fixed": "firing ledger_entry_fixed differs",
    "DROP TRIGGER payments_operation_frozen ON payments_operation": "trigger payments_operation_frozen is missing",
    "ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_not_negative": (
        "constraint ledger_balance_not_negative is missing"
    ),
    """ALTER TABLE ledger_balance DROP CONSTRAINT IF EXISTS ledger_balance_not_negative;
       ALTER TABLE ledger_balance ADD CONSTRAINT ledger_balance_not_negative CHECK (posted_cents >= -1)""": (
        "constraint ledger_balance_not_negative differs"
    ),
    "DROP INDEX ledger_journal_funded_once": "index ledger_journal_funded_once is missing",
    """CREATE OR REPLACE FUNCTION ledger_journal_balanced() RETURNS trigger LANGUAGE plpgsql
       SET search_path TO 'pg_catalog', 'pg_temp' AS 'BEGIN RETURN NULL; END'""": (
        "function ledger_journal_balanced differs"
    ),
    "ALTER FUNCTION ledger_entry_apply() RESET search_path": "function ledger_entry_apply differs",
    """CREATE TRIGGER aside BEFORE INSERT ON ledger_entry FOR EACH ROW
       EXECUTE FUNCTION suppress_redundant_updates_trigger()""": "trigger aside was added",
    "GRANT UPDATE ON ledger_entry TO foothold": "foothold may UPDATE ledger_entry",
    "GRANT EXECUTE ON FUNCTION ledger_entry_apply() TO PUBLIC": "foothold may call ledger_entry_apply",
    "CREATE RULE aside AS ON INSERT TO ledger_entry DO INSTEAD NOTHING": "rule aside was added",
}


@pytest.mark.django_db
def test_a_migrated_database_has_exactly_the_guards_that_the_files_write():
    assert guard_differences() == []


def test_every_installation_has_the_same_fingerprint(own_database, django_db_blocker):
    first = guards_fingerprint()
    with embedded.clone(f"{own_database}_twin") as twin:
        connection.close()
        connection.settings_dict["NAME"] = twin
        assert guards_fingerprint() == first


def test_a_changed_guard_is_named(own_database, as_owner):
    fingerprint, named = guards_fingerprint(), set()
    for attack, name in ATTACKS.items():
        as_owner.execute(attack)
        before, fingerprint = fingerprint, guards_fingerprint()
        assert fingerprint != before or attack.startswith("GRANT"), attack  # rights differ by the role's name
        found = set(guard_differences())
        assert name in found - named, attack
        named = found


def test_the_check_stops_a_start_and_a_migration(own_database, as_owner):
    as_owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_applied")
    (error,) = check_guards(databases=["default"])
    assert "firing ledger_entry_applied differs" in error.msg
    with pytest.raises(CommandError, match="ledger_entry_applied"):
        call_command("check", tags=[Tags.database], databases=["default"])
    with pytest.raises(CommandError, match="ledger_entry_applied"):
        call_command("migrate", verbosity=0, skip_checks=False)


def test_the_check_stays_away_from_databases_it_was_not_asked_about():
    assert check_guards in registry.registered_checks
    assert Tags.database in check_guards.tags
    assert check_guards(databases=None) == []


def test_guards_of_migrations_to_come_are_not_missed_yet(own_database, as_owner):
    as_owner.execute(
        "DELETE FROM django_migrations WHERE app = 'payments'"
        " AND name IN ('0003_operation_guards', '0025_parts_of_holds')"
    )
    as_owner.execute("DROP TRIGGER payments_hold_frozen ON payments_hold")
    assert guard_differences() == []
