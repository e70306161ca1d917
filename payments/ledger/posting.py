"""The one way into the book: a balanced journal, posted once per business key."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import Money
from marketplace.kernel.statements import prepared
from payments.ledger.chart import Code, Scope
from payments.ledger.models import Entry, Journal

AccountKey = tuple[int, str | None]  # code, scope id


class Overdrawn(RuleViolation):
    """A guarded account would fall below zero. The transaction is broken: roll it back."""

    code = "overdrawn"

    def __init__(self) -> None:
        super().__init__("That is more than is left of this money, so nothing was moved.")


class Unbalanced(ValueError):
    """The lines are fewer than two or do not sum to zero: a mistake in the caller."""


class JournalMismatch(Exception):
    """This business key or balance transaction is in the book already, with another content."""


@dataclass(frozen=True)
class Line:
    """One side of a journal: cents are positive for a debit, negative for a credit."""

    code: Code
    cents: int
    scope: str | None = None

    def __post_init__(self) -> None:
        if (self.scope is None) != (self.code.scope is Scope.PLATFORM):
            raise ValueError(f"{self.code.name} is kept per {self.code.scope}, not for {self.scope}.")


class Identity(NamedTuple):
    """What a journal says apart from its lines."""

    business_key: str
    kind: str
    hold_id: UUID | None
    operation_id: UUID | None
    stripe_id: str | None
    stripe_bt: str | None


class Draft(NamedTuple):
    """A journal that is to be posted with many others; its key must be new."""

    business_key: str
    lines: Sequence[Line]
    hold: UUID
    operation: UUID


def debit(code: Code, amount: Money, scope: UUID | str | int | None = None) -> Line:
    return Line(code, amount.cents, None if scope is None else str(scope))


def credit(code: Code, amount: Money, scope: UUID | str | int | None = None) -> Line:
    return debit(code, -amount, scope)


def post(  # noqa: PLR0913, a journal has this many sides and all are named
    kind: str,
    business_key: str,
    lines: Sequence[Line],
    *,
    occurred_at: datetime,
    hold: UUID | None = None,
    operation: UUID | None = None,
    stripe_id: str | None = None,
    stripe_bt: str | None = None,
    actor: str = "system",
) -> Journal:
    """Post one journal, or return the one that `business_key` has already.

    Lines of zero are left out. `actor` is an id such as "user:7", never a name. The moment and the actor of
    the first posting stand. Call it in the rule's transaction, with the hold locked.
    Raises Unbalanced, JournalMismatch where the key or `stripe_bt` is taken by something else, Overdrawn.
    """
    _inside_a_decision()
    lines = _balanced(business_key, lines)
    identity = Identity(business_key, kind, hold, operation, stripe_id, stripe_bt)
    accounts = _accounts_of(lines)
    amounts = sorted((accounts[line.code, line.scope], line.cents) for line in lines)
    journal = _insert_journal(identity, occurred_at, actor)
    if journal is None:
        return _posted_before(identity, amounts)
    _insert_entries(journal.pk, amounts)
    return journal


def post_new(drafts: Sequence[Draft], *, kind: str, occurred_at: datetime, actor: str = "system") -> None:
    """Post many journals whose keys are new, in two statements. Call it in the rule's transaction, all holds locked.

    Raises Unbalanced, JournalMismatch where one of the keys is taken, Overdrawn.
    """
    _inside_a_decision()
    lines = [(draft.business_key, line) for draft in drafts for line in _balanced(*draft[:2])]
    accounts = _accounts_of([line for _, line in lines])
    # In the order of account ids, which is that of the locks on balances.
    rows = sorted((accounts[line.code, line.scope], key, line.cents) for key, line in lines)
    ids, keys, cents = zip(*rows, strict=True)
    with _guarded(), prepared() as cursor:
        cursor.execute(
            """
            WITH journal AS (
                INSERT INTO ledger_journal (business_key, kind, hold_id, operation_id, occurred_at, actor)
                SELECT key, %s::text, hold, operation, %s::timestamptz, %s::text
                FROM unnest(%s::text[], %s::uuid[], %s::uuid[]) AS draft (key, hold, operation)
                RETURNING id, business_key
            )
            INSERT INTO ledger_entry (journal_id, account_id, amount_cents, currency, line)
            SELECT journal.id, account, cents, %s::text, row_number() OVER (PARTITION BY journal.id ORDER BY account)
            FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS line (key, account, cents)
            JOIN journal ON business_key = key
            ORDER BY account
            """,
            [
                *(kind, occurred_at, actor, [draft.business_key for draft in drafts]),
                *([draft.hold for draft in drafts], [draft.operation for draft in drafts]),
                *(settings.CURRENCY, list(keys), list(ids), list(cents)),
            ],
        )


def _inside_a_decision() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Post inside the transaction that takes the decision.")


def _balanced(business_key: str, lines: Sequence[Line]) -> list[Line]:
    """The lines without those of zero. Raises Unbalanced."""
    lines = [line for line in lines if line.cents]
    if len(lines) < 2 or sum(line.cents for line in lines) != 0:
        raise Unbalanced(f"{business_key}: {lines}")
    return lines


def _accounts_of(lines: Sequence[Line]) -> dict[AccountKey, int]:
    """The account ids of `lines`; new accounts are opened, in one order so that racers cannot deadlock."""
    wanted: set[AccountKey] = {(line.code, line.scope) for line in lines}
    known = _find_accounts(wanted)
    missing = sorted(wanted - known.keys(), key=lambda key: (key[0], key[1] or ""))
    if missing:
        _open_accounts(missing)
        known |= _find_accounts(set(missing))
    return known


def _find_accounts(wanted: set[AccountKey]) -> dict[AccountKey, int]:
    codes, scopes = zip(*wanted, strict=True)
    with prepared() as cursor:
        cursor.execute(
            """
            SELECT a.code, a.scope_id, a.id
            FROM unnest(%s::smallint[], %s::text[]) AS w (code, scope_id)
            JOIN ledger_account a ON a.code = w.code AND a.scope_id IS NOT DISTINCT FROM w.scope_id
            WHERE a.currency = %s
            """,
            [[int(code) for code in codes], list(scopes), settings.CURRENCY],
        )
        return {(code, scope): pk for code, scope, pk in cursor.fetchall()}


def _open_accounts(keys: Sequence[AccountKey]) -> None:
    codes = [Code(number) for number, _ in keys]
    with prepared() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_account (code, currency, normal, scope_type, scope_id, guarded)
            SELECT code, %s::text, normal, scope_type, scope_id, guarded
            FROM unnest(%s::smallint[], %s::smallint[], %s::text[], %s::text[], %s::boolean[])
                AS missing (code, normal, scope_type, scope_id, guarded)
            ON CONFLICT DO NOTHING
            """,
            [
                settings.CURRENCY,
                [int(code) for code in codes],
                [code.side for code in codes],
                [code.scope.value for code in codes],
                [scope for _, scope in keys],
                [code.guarded for code in codes],
            ],
        )


def _insert_journal(identity: Identity, occurred_at: datetime, actor: str) -> Journal | None:
    """The new journal; None where its key or its balance transaction is in the book already."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_journal
                (business_key, kind, hold_id, operation_id, stripe_id, stripe_bt, occurred_at, actor)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id, posted_at
            """,
            [*identity, occurred_at, actor],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    written = {"id": row[0], "posted_at": row[1], "occurred_at": occurred_at, "actor": actor}
    written |= identity._asdict()
    names = [field.attname for field in Journal._meta.concrete_fields]
    return Journal.from_db(connection.alias, names, [written[name] for name in names])


def _insert_entries(journal_id: int, amounts: Sequence[tuple[int, int]]) -> None:
    """Write the lines in the order of account ids, which is the order of the locks on balances."""
    rows = [
        (journal_id, account, cents, settings.CURRENCY, number)
        for number, (account, cents) in enumerate(amounts, start=1)
    ]
    places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
    insert = (
        f"INSERT INTO ledger_entry (journal_id, account_id, amount_cents, currency, line) VALUES {places}"  # noqa: S608
    )
    with _guarded(), connection.cursor() as cursor:
        cursor.execute(insert, [value for row in rows for value in row])


@contextmanager
def _guarded() -> Iterator[None]:
    """What the guards refuse, in our words."""
    try:
        yield
    except IntegrityError as error:
        match _constraint_of(error):
            case "ledger_balance_not_negative":
                raise Overdrawn from error
            case "ledger_journal_one_per_fact":
                raise JournalMismatch("One of these journals is posted already") from error
        raise


def _constraint_of(error: IntegrityError) -> str | None:
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


def _posted_before(wanted: Identity, amounts: Sequence[tuple[int, int]]) -> Journal:
    """The journal that has this key, if it says the same; a balance transaction may be learnt later."""
    key = wanted.business_key
    journal = Journal.objects.filter(business_key=key).first()
    if journal is None:
        raise JournalMismatch(
            f"{key}: {wanted.stripe_bt} or the funding of {wanted.hold_id} is posted already"
        )
    posted = Identity(*(getattr(journal, name) for name in Identity._fields))
    if None in (posted.stripe_bt, wanted.stripe_bt):
        posted, wanted = posted._replace(stripe_bt=None), wanted._replace(stripe_bt=None)
    entries = Entry.objects.filter(journal=journal).values_list("account_id", "amount_cents")
    if posted != wanted or sorted(entries) != list(amounts):
        raise JournalMismatch(f"{key} is posted already with another content")
    return journal
