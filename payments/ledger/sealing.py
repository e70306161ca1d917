"""Daily seals: whoever changes, adds or takes away a journal behind the guards' back is found out afterwards.

There is no chain from journal to journal: it would let only one be posted at a time.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from payments.ledger.models import Seal

LOCK = 5_180_014  # of PostgreSQL's advisory locks: one seal at a time
LATE = "1 hour"  # no transaction of ours is open for so long
BATCH = 5000

# A journal whose transaction still runs cannot be seen, and one that committed late is still without a seal the
# next time. One from a server that counted further than this one, before a restore, is over.
OPEN = """
SELECT j.id, j.txid::text, h.horizon::text
  FROM pg_snapshot_xmin(pg_current_snapshot()) AS h (horizon)
  LEFT JOIN ledger_journal j
    ON (j.txid < h.horizon OR j.txid >= pg_snapshot_xmax(pg_current_snapshot()))
   AND NOT EXISTS (SELECT FROM ledger_sealed s WHERE s.journal_id = j.id)
 ORDER BY j.id
"""
# What of a journal is sealed, with its lines in their order.
CONTENT = """
SELECT j.id, j.kind, j.business_key, j.hold_id::text, j.operation_id::text, j.stripe_id, j.stripe_bt,
       extract(epoch FROM j.occurred_at)::text, extract(epoch FROM j.posted_at)::text, j.txid::text, j.actor,
       (SELECT json_agg(json_build_array(e.line, a.code, a.scope_id, e.amount_cents, e.currency) ORDER BY e.line)
          FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id WHERE e.journal_id = j.id)::text
  FROM ledger_journal j WHERE j.id = ANY (%s) ORDER BY j.id
"""
MEMBERS = "SELECT journal_id FROM ledger_sealed WHERE seal_id = %s ORDER BY journal_id"
FORGOTTEN = """
SELECT j.id FROM ledger_journal j
 WHERE j.posted_at < (SELECT max(sealed_at) FROM ledger_seal) - %s::interval
   AND NOT EXISTS (SELECT FROM ledger_sealed s WHERE s.journal_id = j.id) ORDER BY j.id LIMIT 20
"""


@dataclass(frozen=True)
class Broken:
    """A seal that does not fit what is there; number 0 where journals are under none."""

    seal: int
    why: str

    def __str__(self) -> str:
        return f"Seal {self.seal}: {self.why}" if self.seal else self.why


def seal() -> Seal:
    """Seal all journals that are under no seal and whose transactions are over; also where there are none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        previous = Seal.objects.order_by("pk").values_list("digest", flat=True).last() or ""
        cursor.execute(OPEN)
        rows = cursor.fetchall()
        ids, txids = [row[0] for row in rows if row[0]], [int(row[1]) for row in rows if row[0]]
        cursor.execute(
            "INSERT INTO ledger_seal (journals, horizon, first_txid, last_txid, digest, previous)"
            " VALUES (%s, %s::text::xid8, %s::text::xid8, %s::text::xid8, %s, %s) RETURNING id",
            [
                len(ids),
                rows[0][2],
                *((str(min(txids)), str(max(txids))) if txids else (None, None)),
                digest_of(previous, ids),
                previous,
            ],
        )
        (number,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO ledger_sealed (journal_id, seal_id) SELECT unnest(%s::bigint[]), %s", [ids, number]
        )
    return Seal.objects.get(pk=number)


def digest_of(previous: str, ids: Sequence[int]) -> str:
    """SHA-256 over the seal before and every journal, one in a line of JSON."""
    found = hashlib.sha256(json.dumps([previous, len(ids)]).encode())
    for row in contents(ids):
        found.update(b"\n" + json.dumps(row).encode())
    return found.hexdigest()


def contents(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        for start in range(0, len(ids), BATCH):
            cursor.execute(CONTENT, [list(ids[start : start + BATCH])])
            yield from cursor.fetchall()


def broken_seals(*, newest: int | None = None) -> list[Broken]:
    """Compute all seals anew, or the `newest`, and look for journals that none covers. Empty when all is well."""
    seals = list(Seal.objects.order_by("pk"))
    found = [*broken_chain(seals), *forgotten()]
    for one in seals[-newest:] if newest else seals:
        with connection.cursor() as cursor:
            cursor.execute(MEMBERS, [one.pk])
            ids = [row[0] for row in cursor.fetchall()]
        if len(ids) != one.journals:
            found.append(Broken(one.pk, f"it covered {one.journals} journals and now {len(ids)}."))
        elif digest_of(one.previous, ids) != one.digest:
            found.append(Broken(one.pk, "what it covered was changed."))
    return found


def broken_chain(seals: Sequence[Seal]) -> Iterator[Broken]:
    before = ""
    for one in seals:
        if one.previous != before:
            yield Broken(one.pk, "it does not follow the one before it.")
        before = one.digest


def forgotten() -> Iterator[Broken]:
    """Journals that say they were posted well before the last seal, and that no seal covers."""
    with connection.cursor() as cursor:
        cursor.execute(FORGOTTEN, [LATE])
        ids = [str(row[0]) for row in cursor.fetchall()]
    if ids:
        yield Broken(0, f"Journals {', '.join(ids)} are older than the last seal and under none.")
