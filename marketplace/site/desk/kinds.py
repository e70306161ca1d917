"""What the desk knows of each kind of case: its rows, how they are read, and the two answers."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from accounts.models import Company, User
from marketplace.kernel.models import Case


@dataclass(frozen=True)
class No:
    """A canned no: what it says in the list of reasons, and the words that the other side reads."""

    label: str
    words: str


@dataclass(frozen=True)
class Kind:
    """One kind. `waiting` gives of these rows those that still wait, by their number, with what is listed.

    `yes` and `no` are called with the row, by, at and version; `no` with codes and note besides.
    """

    waiting: Callable[[Collection[int]], Mapping[int, Any]]
    template: str
    context: Callable[[Any], dict[str, Any]]
    yes: Callable[..., Any]
    yes_label: str
    yes_means: str
    no: Callable[..., Any]
    no_label: str
    noes: Mapping[str, No]
    in_batch: bool = True


def by_number(rows: "models.QuerySet[Any]") -> dict[int, Any]:
    return {row.pk: row for row in rows}


def whom(companies: Iterable[int], people: Iterable[int]) -> list[tuple[str, Any]]:
    """Whom a decision may be about, each with the word for the address where they are sanctioned."""
    return [
        *(("company", company) for company in Company.objects.filter(pk__in=companies).order_by("pk")),
        *(("person", person) for person in User.objects.filter(pk__in=people).order_by("pk")),
    ]


def still_waiting(cases: Collection[Case], kinds: Mapping[str, Kind]) -> list[tuple[Case, Any]]:
    """The cases whose row still waits, each with it; one query, or few, for each kind there is."""
    rows = {
        kind: kinds[kind].waiting([case.row_id for case in cases if case.kind == kind])
        for kind in {case.kind for case in cases} & kinds.keys()
    }
    return [(case, rows[case.kind][case.row_id]) for case in cases if case.row_id in rows.get(case.kind, {})]
