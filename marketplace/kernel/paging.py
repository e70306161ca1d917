"""Lists of past things, newest first, that go on from the row on which the last page ended."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
WRITTEN = re.compile(r"(\d{1,17})\.(\d{1,18})", re.ASCII)


class Place(NamedTuple):
    """A row by its moment and its key, written in an address as `1764115199000000.42`."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}.{self.pk}"


def place_of(written: str) -> Place | None:
    """None for what cannot be read: such a list starts from the front."""
    match = WRITTEN.fullmatch(written)
    return Place(EPOCH + int(match[1]) * MICROSECOND, int(match[2])) if match else None


def newest(
    rows: "QuerySet[Any]", query: Mapping[str, Any], *, name: str, by: str, size: int
) -> dict[str, Any]:
    """One page of `rows` by the moment `by`, never null, and what follows; the address says under `name` where."""
    place = place_of(query.get(name, ""))
    if place is not None:
        # The first half alone lets an index start at the place; the second breaks the tie.
        rows = rows.filter(Q(**{f"{by}__lte": place.at}))
        rows = rows.filter(Q(**{f"{by}__lt": place.at}) | Q(pk__lt=place.pk))
    found = list(rows.order_by(f"-{by}", "-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    older = f"?{name}={Place(getattr(last, by), last.pk)}" if last is not None else ""
    return {"rows": found[:size], "older": older, "is_later": place is not None}
