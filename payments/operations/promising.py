"""Approved parts, one or hundreds at once: what is read of them under lock, and the rows that promise their shares.

One click and a sweep over everything that is due go the same way, in as many statements. Which of them may be
approved, and from when the money goes, is decided in `payments.releasing`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from marketplace.kernel.failpoints import reach
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.money import Money, fee_part
from marketplace.kernel.statements import prepared
from marketplace.kernel.transactions import after_commit
from payments import ledger
from payments.models import MoreWork, Payee, Release
from payments.operations.planning import allotted
from projects.models import Deliverable

# The order of the locks is that of the names: engagement, part, hold. Nothing else may be read here: while one
# waits for a lock, it would grow old.
LOCK = """
SELECT part.id, part.number, part.status, part.version, part.review_ends_at,
    engagement.id, engagement.status, engagement.company_id, (engagement.terms ->> 'undo_minutes')::integer,
    share.id, share.amount_cents, hold.id, hold.status, hold.hold_reason, hold.funded_at, hold.currency
FROM projects_deliverable part
JOIN projects_engagement engagement ON engagement.id = part.engagement_id
JOIN payments_share share ON share.deliverable_id = part.id
JOIN payments_hold hold ON hold.id = share.hold_id
WHERE part.id = ANY(%s::bigint[])
ORDER BY engagement.id, part.number
FOR UPDATE OF engagement, part, hold"""

READ = r"""
SELECT part.id, uuidv7(), hold.student_fee_cents, hold.platform_fee_cents, payee.id, payee.transfers_status,
    (SELECT count(*) FROM payments_operation earlier WHERE earlier.hold_id = hold.id
        AND earlier.kind = 'transfer' AND earlier.slot ~ ('^deliverable-' || part.number || '(\.\d+)?$')),
    (SELECT count(*) FROM (
        SELECT FROM payments_hold earlier JOIN projects_engagement other ON other.id = earlier.engagement_id
        WHERE other.company_id = engagement.company_id AND earlier.funded_at < hold.funded_at
        LIMIT %s::bigint) charges),
    (SELECT count(*) FROM projects_deliverable other
        WHERE other.engagement_id = engagement.id AND other.status <> ALL(%s::text[]))
    + (SELECT count(*) FROM payments_morework more
        WHERE more.engagement_id = engagement.id AND more.status = ANY(%s::text[]))
FROM projects_deliverable part
JOIN projects_engagement engagement ON engagement.id = part.engagement_id
JOIN payments_share share ON share.deliverable_id = part.id
JOIN payments_hold hold ON hold.id = share.hold_id
JOIN payments_payee payee ON payee.user_id = engagement.student_id
WHERE part.id = ANY(%s::bigint[])"""

PLAN = """
INSERT INTO payments_operation (id, hold_id, kind, slot, amount_cents, currency, status, blocked_reason, epoch,
    not_before, next_try_at, lookup_misses, attempts, created_at)
SELECT id, hold, 'transfer', slot, cents, currency, 'planned', '', 0, not_before, not_before, 0, 0, %s::timestamptz
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::text[], %s::timestamptz[])
    AS planned (id, hold, slot, cents, currency, not_before)"""

PROMISE = """
INSERT INTO payments_release (public_id, share_id, operation_id, student_cents, platform_fee_cents, decided_at,
    undo_until)
SELECT public_id, share, operation, cents, fee, %s::timestamptz, undo_until
FROM unnest(%s::text[], %s::bigint[], %s::uuid[], %s::bigint[], %s::bigint[], %s::timestamptz[])
    AS promised (public_id, share, operation, cents, fee, undo_until)
RETURNING id, public_id, share_id, operation_id, student_cents, platform_fee_cents, decided_at, undo_until,
    undone_at, sent_at, payout_id"""


class Part(NamedTuple):
    """A part of the work, locked with its engagement and its hold."""

    pk: int
    number: int
    status: str
    version: int
    review_ends_at: datetime | None
    engagement: int
    engagement_status: str
    company: int
    undo_minutes: int
    share: int
    cents: int
    hold: UUID
    hold_status: str
    hold_reason: str
    funded_at: datetime | None
    currency: str


class Known(NamedTuple):
    """What else is known of a locked part, read once its lock is there."""

    pk: int
    operation: UUID  # a new one
    student_fee_cents: int
    platform_fee_cents: int
    payee: int
    transfers_status: str
    tries: int  # transfers that were planned for this part before
    charges: int  # earlier ones of the company, counted to as many as are its first
    still_open: int  # parts of the engagement, with this one, and more work that is proposed or to be paid

    @property
    def payee_is_ready(self) -> bool:
        return self.transfers_status == Payee.TransfersStatus.ACTIVE


class Promise(NamedTuple):
    part: Part
    known: Known
    not_before: datetime
    undo_until: datetime


def lock_parts(pks: Sequence[int], *, wait: bool = True) -> list[Part]:
    """These parts, each with its engagement and hold; without `wait` only those that nobody works on just now."""
    with prepared() as cursor:
        cursor.execute(LOCK if wait else f"{LOCK} SKIP LOCKED", [list(pks)])
        return [Part(*row) for row in cursor.fetchall()]


def read_of(parts: Sequence[Part]) -> dict[int, Known]:
    """By the part. Raises Payee.DoesNotExist."""
    with prepared() as cursor:
        pks, done, proposed = [part.pk for part in parts], list(Deliverable.DONE), list(MoreWork.OPEN)
        cursor.execute(READ, [settings.FIRST_CHARGES, done, proposed, pks])
        found = {row[0]: Known(*row) for row in cursor.fetchall()}
    if len(found) != len(parts):
        raise Payee.DoesNotExist
    return found


def promise_all(promises: Sequence[Promise], *, at: datetime) -> list[Release]:
    """Promise each student their share: operations, releases and journals. All is locked.

    Raises ledger.Overdrawn where a hold has not that much left.
    """
    fees = fees_of(promises)
    with prepared() as cursor:
        cursor.execute(
            PLAN,
            [
                at,
                [promise.known.operation for promise in promises],
                [promise.part.hold for promise in promises],
                [slot_of(promise) for promise in promises],
                [promise.part.cents for promise in promises],
                [promise.part.currency for promise in promises],
                [promise.not_before for promise in promises],
            ],
        )
        reach("decided")
        cursor.execute(
            PROMISE,
            [
                at,
                [new_public_id() for _ in promises],
                [promise.part.share for promise in promises],
                [promise.known.operation for promise in promises],
                [promise.part.cents for promise in promises],
                fees,
                [promise.undo_until for promise in promises],
            ],
        )
        rows = cursor.fetchall()
    drafts = [
        ledger.release(
            hold=promise.part.hold,
            operation=promise.known.operation,
            share=Money(promise.part.cents),
            fee=Money(fee),
        )
        for promise, fee in zip(promises, fees, strict=True)
    ]
    ledger.releases_decided(drafts, occurred_at=at)
    transaction.on_commit(lambda: reach("decision_committed"))
    for promise in promises:
        if promise.not_before <= at:
            after_commit("payments.run_operation", promise.known.operation)
    names = [field.attname for field in Release._meta.concrete_fields]
    return [Release.from_db(connection.alias, names, row) for row in rows]


def slot_of(promise: Promise) -> str:
    name, tries = f"deliverable-{promise.part.number}", promise.known.tries
    return f"{name}.{tries + 1}" if tries else name


def fees_of(promises: Sequence[Promise]) -> list[int]:
    """The cents of the platform fee that go with each; those of one hold follow on each other."""
    so_far = allotted({promise.part.hold for promise in promises})
    fees = []
    for part, known, *_ in promises:
        shares, earned = so_far[part.hold]
        shares += part.cents
        fee = fee_part(known.platform_fee_cents, known.student_fee_cents, shares, earned)
        so_far[part.hold] = shares, earned + fee
        fees.append(fee)
    return fees
