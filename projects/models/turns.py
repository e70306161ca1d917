"""Whose turn it is and until when: the one order of every list of things under way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db import models
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

MINE, THEIRS, OVER = 0, 1, 2

Rows = TypeVar("Rows", bound=QuerySet[Any])


class Spot(NamedTuple):
    """Where a page of such a list ended: the last row's rank, key and primary key."""

    rank: int
    key: int
    pk: int

    def __str__(self) -> str:
        return f"{self.rank}.{self.key}.{self.pk}"


@dataclass(frozen=True)
class Turn:
    """What the turn chip shows: one's own move, or whom one waits for; `until` where there is a date."""

    mine: bool
    who: str = ""
    until: datetime | None = None


class Micros(models.Func):
    """A moment as whole microseconds, so that a place in a list can be written into an address."""

    template = "(extract(epoch from %(expressions)s) * 1000000)::bigint"
    output_field = models.BigIntegerField()


def sorted_by_turn(rows: Rows, *, theirs: Any, under_way: Q, since: str) -> Rows:
    """What waits for oneself by time left, then what waits for others, then the rest, newest first.

    The rows know the moment until which it is one's own turn, `turn_mine_until`, null where it is not; `theirs`
    is that of the other side; `since` names the column by which rows that are over are sorted.
    """
    rank = Case(When(turn_mine_until__isnull=False, then=MINE), When(under_way, then=THEIRS), default=OVER)
    key = Case(
        When(turn_rank=MINE, then=Micros("turn_mine_until")),
        When(turn_rank=THEIRS, then=Micros(Coalesce("turn_their_until", since))),
        default=Micros(since) * Value(-1),
    )
    turned = rows.annotate(turn_their_until=theirs, turn_rank=rank).annotate(turn_key=key)
    return turned.order_by("turn_rank", "turn_key", "pk")


def past(rows: Rows, spot: Spot | None) -> Rows:
    """What follows `spot` in that order; all of it without one."""
    if spot is None:
        return rows
    same = Q(turn_rank=spot.rank)
    further = Q(turn_rank__gt=spot.rank) | same & Q(turn_key__gt=spot.key)
    return rows.filter(further | same & Q(turn_key=spot.key, pk__gt=spot.pk))


def not_over(rows: Rows) -> Rows:
    """Of a list in that order, what still waits for somebody."""
    return rows.exclude(turn_rank=OVER)


def spot_of(row: Any) -> Spot:
    return Spot(row.turn_rank, row.turn_key, row.pk)


def turn_now(rows: QuerySet[Any]) -> Turn | None:
    """Whose turn it is with the one row of `rows`, which know it by `with_turn`, at less cost than `by_turn`."""
    row = rows.first()
    return row.turn if row is not None else None
