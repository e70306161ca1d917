"""Sealed days: a late commit is not missed, and whoever touches what is sealed is found out."""

import threading
import time

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from marketplace.kernel.money import Money
from payments.ledger import Code, broken_seals, credit, debit, post, seal
from payments.models import Journal, Seal


def posted(key):
    with transaction.atomic():
        lines = [debit(Code.STRIPE_BALANCE, Money(100)), credit(Code.OWNER, Money(100))]
        return post("topup", key, lines, occurred_at=timezone.now())


def wait_until_over():
    """All that is posted can be sealed: older transactions of the whole server end first, other tests' too."""
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute(
                "SELECT coalesce(max(txid) < pg_snapshot_xmin(pg_current_snapshot()), true) FROM ledger_journal"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise TimeoutError


def seal_all():
    """A seal over all that is posted."""
    wait_until_over()
    return seal()


def sealed_by(number):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.business_key FROM ledger_sealed s JOIN ledger_journal j ON j.id = s.journal_id"
            " WHERE s.seal_id = %s ORDER BY j.id",
            [number],
        )
        return [key for (key,) in cursor.fetchall()]


def test_each_seal_covers_what_no_other_does_and_names_the_one_before(own_database):
    posted("a"), posted("b")
    first, second = seal_all(), seal_all()
    posted("c")
    third = seal_all()
    assert [sealed_by(one.pk) for one in (first, second, third)] == [["a", "b"], [], ["c"]]
    assert [one.previous for one in (first, second, third)] == ["", first.digest, second.digest]
    assert len({first.digest, second.digest, third.digest}) == 3
    assert broken_seals() == []


def test_a_journal_that_commits_late_is_in_the_next_seal(own_database):
    posted("before")  # or both would wait for one another's accounts
    seal_all()
    is_open, may_end = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            posted("early id, late commit")
            is_open.set()
            assert may_end.wait(10)
        connection.close()

    late = threading.Thread(target=slow)
    late.start()
    assert is_open.wait(10)
    posted("during")
    first = seal()
    may_end.set()
    late.join()
    second = seal_all()
    ids = dict(Journal.objects.values_list("business_key", "pk"))
    assert ids["early id, late commit"] < ids["during"]
    # A seal waits for every transaction that runs: what came after the slow one began is sealed with it.
    assert sealed_by(first.pk) + sealed_by(second.pk) == ["early id, late commit", "during"]
    assert "early id, late commit" in sealed_by(second.pk)
    assert broken_seals() == []


def test_what_a_restored_dump_brought_is_sealed_although_its_server_counted_further(own_database, as_owner):
    posted("before the restore")
    as_owner.execute("ALTER TABLE ledger_journal DISABLE TRIGGER ledger_journal_fixed")
    as_owner.execute("UPDATE ledger_journal SET txid = '900000000000'")
    as_owner.execute("ALTER TABLE ledger_journal ENABLE ALWAYS TRIGGER ledger_journal_fixed")
    assert sealed_by(seal().pk) == ["before the restore"]


# Each on the journal `a<n>`, which alone is under seal n.
ATTACKS = {
    "UPDATE ledger_journal SET actor = 'user:2' WHERE business_key = 'a1'": "Seal 1: what it covered was changed.",
    """UPDATE ledger_entry SET amount_cents = amount_cents * 2
       WHERE journal_id = (SELECT id FROM ledger_journal WHERE business_key = 'a2')""": (
        "Seal 2: what it covered was changed."
    ),
    """DELETE FROM ledger_entry
       WHERE journal_id = (SELECT id FROM ledger_journal WHERE business_key = 'a3')""": (
        "Seal 3: what it covered was changed."
    ),
    "DELETE FROM ledger_sealed WHERE seal_id = 4": "Seal 4: it covered 1 journals and now 0.",
    "UPDATE ledger_seal SET digest = repeat('0', 64) WHERE id = 5": "Seal 5: what it covered was changed.",
    "DELETE FROM ledger_sealed WHERE seal_id = 6; DELETE FROM ledger_seal WHERE id = 6": (
        "Seal 7: it does not follow the one before it."
    ),
    """INSERT INTO ledger_journal (kind, business_key, occurred_at, actor) VALUES ('topup', 'forged', now(), 'x');
       INSERT INTO ledger_entry (journal_id, account_id, amount_cents, currency, line)
       SELECT j.id, a.id, 100 * a.normal, 'usd', a.id FROM ledger_journal j, ledger_account a
        WHERE business_key = 'forged';
       INSERT INTO ledger_sealed SELECT id, 7 FROM ledger_journal WHERE business_key = 'forged'""": (
        "Seal 7: it covered 1 journals and now 2."
    ),
    "UPDATE ledger_journal SET posted_at = now() - interval '2 hours' WHERE business_key IN ('a4', 'forged')": (
        "Journals 4 are older than the last seal and under none."
    ),
}
TABLES = ("ledger_journal", "ledger_entry", "ledger_seal", "ledger_sealed")


def test_each_way_of_touching_what_is_sealed_is_found_out(own_database, as_owner, capsys):
    for number in range(1, 8):
        posted(f"a{number}")
        seal_all()
    call_command("seal", verify=True)
    assert "7 seals hold" in capsys.readouterr().out
    named = set()
    for attack, found in ATTACKS.items():
        for table in TABLES:
            as_owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        as_owner.execute(attack)
        broken = {str(one) for one in broken_seals()}
        assert found in broken - named, attack
        named = broken
    with pytest.raises(CommandError, match="Seal 1: what it covered was changed"):
        call_command("seal", verify=True)


def test_the_app_cannot_change_a_seal_nor_the_owner_in_passing(own_database, as_owner):
    seal()
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_seal SET journals = 1")
    for change in ("DELETE FROM ledger_seal", "TRUNCATE ledger_seal CASCADE"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            as_owner.execute(change)


def test_two_seals_at_once_are_one_after_the_other(own_database):
    posted("a")
    wait_until_over()
    start = threading.Barrier(4)

    def sealing():
        start.wait(10)
        seal()
        connection.close()

    threads = [threading.Thread(target=sealing) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Seal.objects.values_list("journals", flat=True)) == [0, 0, 0, 1]
    assert broken_seals() == []
