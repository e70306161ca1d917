"""Papers as files: CSV that no spreadsheet takes for a formula, and a tagged PDF that is read aloud as it is seen."""

import csv
import io
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from marketplace.kernel.money import Money
from payments.accounting.papers import Paper, day, local

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
TEMPLATE, RECORD = (Path(__file__).with_name(name) for name in ("paper.typ", "record.typ"))


def as_csv(paper: Paper) -> bytes:
    """With the mark by which spreadsheets know UTF-8. Columns and their order never change; new ones come last."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["date", *map(column, (*paper.columns, *paper.money_columns)), "currency"])
    currency = settings.CURRENCY.upper()
    for line in paper.lines:
        amounts = [plain(amount or Money(0)) for amount in line.amounts]
        rows.writerow([local(line.at).date().isoformat(), *map(harmless, line.words), *amounts, currency])
    return out.getvalue().encode("utf-8-sig")


def column(name: str) -> str:
    return name.lower().replace(" ", "_")


def plain(amount: Money) -> str:
    """`-1234.50`: no symbol, no grouping, a point."""
    whole, part = divmod(abs(amount.cents), 100)
    return f"{'-' if amount.cents < 0 else ''}{whole}.{part:02d}"


def harmless(words: str) -> str:
    """Words that a spreadsheet would run as a formula are quoted by an apostrophe (OWASP, CSV injection)."""
    return f"'{words}" if words.lstrip(" ").startswith(FORMULA) else words


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Those that typst brings (Latin, Greek, Cyrillic), and the machine's own for all other scripts."""
    return typst.Fonts()


def as_pdf(paper: Paper) -> bytes:
    """PDF/UA-1 (ISO 14289): tagged, titled, in a stated language. Words are data to the template, never markup.

    A name in a script for which this machine has no font is no reason to withhold somebody's statement: the
    same tagged document is then made without the claim.
    """
    data = {
        "title": paper.title,
        "site": settings.SITE_NAME,
        "facts": paper.facts,
        "columns": ["Date", *paper.columns],
        "money": paper.money_columns,
        "lines": [
            [day(line.at), *line.words, *("" if amount is None else str(amount) for amount in line.amounts)]
            for line in paper.lines
        ],
        "totals": [str(amount) for amount in paper.totals],
        "balances": [[words, str(amount)] for words, amount in paper.balances],
        "notes": paper.notes,
    }
    return compiled(TEMPLATE, "paper", data)


def compiled(template: Path, name: str, data: dict[str, Any]) -> bytes:
    """What `template` makes of `data`, which it knows by `name`."""
    words = {name: json.dumps(data)}
    try:
        return typst.compile(
            template, format="pdf", font_paths=fonts(), sys_inputs=words, pdf_standards=["ua-1"]
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise  # pragma: no cover - a mistake in our own template
        return typst.compile(template, format="pdf", font_paths=fonts(), sys_inputs=words)


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it: each time when or what, and then the words."""

    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Record:
    """What happened, for somebody outside: facts, then sections."""

    title: str
    facts: list[tuple[str, str]]
    sections: list[Section]


def record_as_pdf(record: Record) -> bytes:
    """PDF/UA-1, as `as_pdf`."""
    return compiled(RECORD, "record", {"site": settings.SITE_NAME, **asdict(record)})
