"""What the forked processes of a bench do: the same number of decisions, by the rules or by bare SQL."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402, F401
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from payments import releasing  # noqa: E402
from projects.models import Deliverable  # noqa: E402

settings.DEBUG = (
    False  # as where it is used: or each statement would be written down, put together a second time
)

WARM = 5

RAW_DECISION = (
    "SELECT 1 FROM payments_hold WHERE id = %(hold)s FOR UPDATE",
    """INSERT INTO payments_operation (id, hold_id, kind, slot, amount_cents, currency, status, blocked_reason, epoch,
           not_before, next_try_at, lookup_misses, attempts, created_at)
       VALUES (%(operation)s, %(hold)s, 'transfer', %(slot)s, 2, 'usd', 'planned', '', 0, now(), now(), 0, 0, now())""",
    """WITH journal AS (
           INSERT INTO ledger_journal (business_key, kind, hold_id, operation_id, occurred_at, actor)
           VALUES ('release:' || %(operation)s::text, 'release', %(hold)s, %(operation)s, now(), 'bench') RETURNING id)
       INSERT INTO ledger_entry (journal_id, account_id, amount_cents, currency, line)
       SELECT journal.id, account.id, cents, 'usd', row_number() OVER ()
       FROM journal, (VALUES (1000, 3), (2000, -1), (2100, -2)) AS part (code, cents)
       JOIN ledger_account account ON account.code = part.code
           AND (account.scope_id = %(hold)s::text OR account.scope_id IS NULL)
       ORDER BY account.id""",
)


def begin(act, database, pipe, *args):
    """Do it once the others are ready too, and send back how many seconds each one took."""
    connection.settings_dict["NAME"] = database
    prepared = act(*args)
    next(prepared)
    pipe.send("ready")
    pipe.recv()
    pipe.send(next(prepared))
    next(prepared, None)


def by_the_rules(pks):
    """Approve the work, as an employer does; afterwards take it back, so that the next round finds it again."""
    delivered = Deliverable.objects.filter(pk__in=pks).select_related("engagement__offered_by")
    for part in delivered[:WARM]:  # as a web server is: connected, and its statements planned
        approve(part)
        undo(part)
    parts = list(delivered)
    yield
    yield [timed(lambda part=part: approve(part)) for part in parts]
    for part in parts:
        undo(part)


def undo(part):
    releasing.undo_approval(part, by=part.engagement.offered_by, at=timezone.now())


def approve(part):
    releasing.approve_work(part, by=part.engagement.offered_by, at=timezone.now())


def by_bare_sql(rows):
    """Lock, operation and a journal of three lines, with nothing else of a decision."""
    connection.ensure_connection()
    bare = connection.connection
    yield
    yield [timed(lambda row=row: decide(bare, row)) for row in rows]


def decide(bare, row):
    with bare.transaction(), bare.cursor() as cursor:
        for statement in RAW_DECISION:
            cursor.execute(statement, row)


def timed(act):
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
