"""The tables of `addresses.txt` and `administration.txt`, read, and the addresses that the site really has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import URLPattern, get_resolver

TABLE = Path(__file__).with_name("addresses.txt")
ADMIN = TABLE.with_name("administration.txt")
PAGES_OF_A_ROW = ("change", "history", "delete")
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
ONE_TABLE = re.compile(r"admin/(\w+/\w+)/((add|<object_id>|<object_id>/\w+)/)?")


@dataclass(frozen=True)
class Line:
    """One line: `told` is what each person is answered, as written; `method` where it is neither GET nor POST."""

    route: str
    method: str
    thing: str
    asks_stripe: bool
    told: dict[str, str]

    def address(self, things: dict[str, dict[str, Any]]) -> str:
        found = things.get(self.thing, {})
        return "/" + ARGUMENT.sub(lambda match: str(found[match[1] or match[2]]), self.route)


@dataclass(frozen=True)
class TableLine:
    """One table of the administration: for each of its pages what staff and a superuser get."""

    table: str
    told: dict[str, dict[str, str]]

    def addresses(self, things: dict[str, dict[str, Any]]) -> dict[str, str]:
        row = f"/admin/{self.table}/{quote(things.get(self.table, {}).get('object_id', 'none'))}"
        pages = {"list": f"/admin/{self.table}/", "add": f"/admin/{self.table}/add/"}
        return pages | {page: f"{row}/{page}/" for page in PAGES_OF_A_ROW}


def read(table: Path) -> list[list[str]]:
    """The cells of each line, the heads first."""
    return [row.split() for row in table.read_text().splitlines() if row and row[0] != "#"]


def tables() -> list[TableLine]:
    pages = ("list", "add", *PAGES_OF_A_ROW)
    return [
        TableLine(
            table,
            {
                "moderator": dict(zip(pages, told[:5], strict=True)),
                "root": dict(zip(pages, told[5:], strict=True)),
            },
        )
        for table, *told in read(ADMIN)[1:]
    ]


def tables_of_the_admin() -> set[str]:
    return {f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry}


def lines() -> list[Line]:
    rows = read(TABLE)
    people = rows[0][2:]
    return [
        Line(
            route=route.strip("-").partition("+")[0],
            method=route.partition("+")[2],
            thing=thing.removeprefix("$"),
            asks_stripe=thing.startswith("$"),
            told=dict(zip(people, told, strict=True)),
        )
        for route, thing, *told in rows[1:]
    ]


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Every address of the resolver, as the table writes it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield (
                ARGUMENT.sub(lambda match: f"<{match[1] or match[2]}>", route)
                .replace("^", "")
                .replace("$", "")
            )
        else:
            yield from routes(pattern.url_patterns, route)


def is_of_one_table(route: str) -> bool:
    """The list, the form or one row of a table of the administration, which has a list of its own."""
    match = ONE_TABLE.fullmatch(route)
    return match is not None and match[1] in tables_of_the_admin()
