"""Papers: what a receipt or a yearly statement says, the same on the page, in PDF and in CSV."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from marketplace.kernel.money import Money, total


def local(at: datetime) -> datetime:
    """A moment as the books of this site count days and years."""
    return at.astimezone(ZoneInfo(settings.BOOKS_TIME_ZONE))


def day(at: datetime) -> str:
    here = local(at)
    return f"{here.day} {here:%b} {here.year}"


@dataclass(frozen=True)
class Line:
    """One line: words under the columns of words, and an amount (or none) under each column of money."""

    at: datetime
    words: tuple[str, ...]
    amounts: tuple[Money | None, ...]


@dataclass(frozen=True)
class NamedLine:
    """A line as a page shows it, where each cell says what it is on a phone."""

    at: datetime
    day: str
    head: str
    about: list[tuple[str, str]]
    sums: list[tuple[str, Money | None]]


@dataclass(frozen=True)
class Paper:
    """A paper that adds up: every column of money is summed below its lines."""

    title: str
    file_name: str
    facts: list[tuple[str, str]]
    columns: tuple[str, ...]
    money_columns: tuple[str, ...]
    lines: list[Line]
    balances: list[tuple[str, Money]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def named_lines(self) -> list["NamedLine"]:
        """The lines as a page shows them: all words in one cell, the name of its column beside each other."""
        return [
            NamedLine(
                line.at,
                day(line.at),
                line.words[0],
                [pair for pair in zip(self.columns[1:], line.words[1:], strict=True) if pair[1]],
                list(zip(self.money_columns, line.amounts, strict=True)),
            )
            for line in self.lines
        ]

    @property
    def named_totals(self) -> list[tuple[str, Money]]:
        return list(zip(self.money_columns, self.totals, strict=True))

    @property
    def totals(self) -> tuple[Money, ...]:
        return tuple(
            total([line.amounts[n] or Money(0) for line in self.lines])
            for n in range(len(self.money_columns))
        )
