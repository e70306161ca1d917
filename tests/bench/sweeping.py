"""Silence approves many parts at once: the sweep, beside one statement that locks and writes the same rows.

The statement decides nothing: not from when the money goes, nor which part of the fee is earned with which share.
What people are told is written afterwards, and measured apart.
"""

import time
from datetime import timedelta

from django.db import connection

from marketplace.kernel import telling
from marketplace.kernel.models import Untold
from payments import releasing, tasks
from payments.models import Deadline
from projects.models import Deliverable
from tests.bench.measuring import ROUNDS, Measured
from tests.databases import separate

WARM = 10  # parts whose approval is not measured: a worker sweeps again and again

ONE_STATEMENT = """
WITH due AS (
    SELECT part.id AS part, part.number, part.engagement_id AS engagement, share.id AS share,
        share.hold_id AS hold, share.amount_cents AS cents, uuidv7() AS operation,
        share.amount_cents * hold.platform_fee_cents / hold.student_fee_cents AS fee
    FROM payments_deadline deadline
    JOIN projects_deliverable part ON part.id = deadline.deliverable_id AND part.status = 'submitted'
    JOIN projects_engagement engagement ON engagement.id = part.engagement_id
    JOIN payments_share share ON share.deliverable_id = part.id
    JOIN payments_hold hold ON hold.id = share.hold_id AND hold.status = 'funded' AND hold.hold_reason = ''
    WHERE deadline.kind = 'review_ends' AND deadline.done_at IS NULL AND deadline.due_at <= %(at)s
        AND part.id = ANY(%(parts)s)
    FOR UPDATE OF engagement, part, hold SKIP LOCKED
), approved AS (
    UPDATE projects_deliverable SET status = 'auto_approved', approved_at = %(at)s, version = version + 1
    FROM due WHERE id = due.part
), history AS (
    INSERT INTO projects_deliverabletransition (from_status, to_status, reason, at, row_id)
    SELECT 'submitted', 'auto_approved', '', %(at)s, part FROM due
), ended AS (
    UPDATE payments_deadline SET done_at = %(at)s FROM due
    WHERE deliverable_id = due.part AND done_at IS NULL AND kind IN ('review_ends', 'review_reminder')
), completed AS (
    UPDATE projects_engagement SET status = 'completed', finished_at = %(at)s, version = version + 1
    WHERE status = 'active' AND id IN (SELECT engagement FROM due) AND NOT EXISTS (
        SELECT FROM projects_deliverable other WHERE other.engagement_id = projects_engagement.id
            AND other.status NOT IN ('approved', 'auto_approved', 'resolved', 'ended')
            AND other.id NOT IN (SELECT part FROM due))
    RETURNING id
), completion AS (
    INSERT INTO projects_engagementtransition (from_status, to_status, reason, at, row_id)
    SELECT 'active', 'completed', '', %(at)s, id FROM completed
), operation AS (
    INSERT INTO payments_operation (id, hold_id, kind, slot, amount_cents, currency, status, blocked_reason, epoch,
        not_before, next_try_at, lookup_misses, attempts, created_at)
    SELECT operation, hold, 'transfer', 'deliverable-' || number, cents, 'usd', 'planned', '', 0,
        %(at)s + interval '48 hours', %(at)s + interval '48 hours', 0, 0, %(at)s FROM due
), promised AS (
    INSERT INTO payments_release (public_id, share_id, operation_id, student_cents, platform_fee_cents, decided_at,
        undo_until)
    SELECT substr(md5(random()::text), 1, 12), share, operation, cents, fee, %(at)s, %(at)s + interval '48 hours'
    FROM due
    RETURNING public_id
), untold AS (
    INSERT INTO kernel_untold (what, subject, at, next_try_at, attempts)
    SELECT 'approved_by_silence', public_id, %(at)s, %(at)s, 0 FROM promised
), journal AS (
    INSERT INTO ledger_journal (business_key, kind, hold_id, operation_id, occurred_at, actor)
    SELECT 'release:' || operation, 'release', hold, operation, %(at)s, 'bench' FROM due
    RETURNING id, hold_id, operation_id
)
INSERT INTO ledger_entry (journal_id, account_id, amount_cents, currency, line)
SELECT journal.id, account.id, line.cents, 'usd', line.number
FROM journal JOIN due ON due.operation = operation_id
CROSS JOIN LATERAL (VALUES (1, 2000, due.cents + due.fee), (2, 2100, -due.cents), (3, 4000, -due.fee))
    AS line (number, code, cents)
JOIN ledger_account account ON account.code = line.code AND account.scope_id IS NOT DISTINCT FROM
    CASE line.code WHEN 4000 THEN NULL ELSE journal.hold_id::text END
ORDER BY account.id"""


def measure(database):
    """Each round has two fresh copies of the same board, and a sweep over the first of it that warms up."""
    at = Deadline.objects.filter(kind="review_ends").latest("due_at").due_at
    parts = list(Deliverable.objects.filter(status="submitted").order_by("pk").values_list("pk", flat=True))
    ours, bare, told = [], [], []
    connection.close()  # so that the board can be copied
    for _ in range(ROUNDS):
        with separate("bench_sweep", of=database):
            tasks.approve_silently(at=at - timedelta(days=7))  # when none is due
            releasing.approve_all_by_silence(parts[:WARM], at=at)
            ours.append(rate(lambda: tasks.approve_silently(at=at)))
            told.append(rate(lambda: telling.tell_due(at=at, limit=10_000)))
        with separate("bench_bare", of=database):
            by_one_statement(at, parts[:WARM])
            bare.append(rate(lambda: by_one_statement(at, parts[WARM:])))
    shares = [100 * one / other for one, other in zip(ours, bare, strict=True)]
    return [
        Measured("releases decided by a sweep", ours, "a second"),
        Measured("by one statement", bare, "a second"),
        Measured("the sweep beside the statement", shares, "%", goal=85),
        Measured("told of afterwards, in letters and notices", told, "a second"),
    ]


def by_one_statement(at, parts):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_account (code, currency, normal, scope_type, scope_id, guarded)"
            " SELECT 2100, 'usd', -1, 'hold', id::text, true FROM payments_hold ON CONFLICT DO NOTHING"
        )
        cursor.execute(
            "INSERT INTO ledger_account (code, currency, normal, scope_type, scope_id, guarded)"
            " VALUES (4000, 'usd', -1, 'platform', NULL, false) ON CONFLICT DO NOTHING"
        )
        cursor.execute(ONE_STATEMENT, {"at": at, "parts": parts})


def rate(act):
    """Decisions a second, or what was told of them."""
    before = Untold.objects.count()
    start = time.perf_counter()
    act()
    seconds = time.perf_counter() - start
    return abs(Untold.objects.count() - before) / seconds
