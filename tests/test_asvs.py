"""The table of OWASP ASVS 5.0.0 in docs/asvs.md names every requirement once, and tests that are there."""

import ast
import re
from functools import cache

from django.conf import settings

from tests.test_architecture import ROOT

TEXT = (ROOT / "docs" / "asvs.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| [^|]+ \| ([^|]+) \| (.+) \|$", re.MULTILINE)
ROWS = ROW.findall(TEXT)
TEST = re.compile(r"`([\w/]+\.py)::([\w:]+)`")

# All that the standard has at level 1, by section: chapter.section: requirements.
LEVEL_1 = """
1.2: 1 2 3 4 5 | 1.3: 1 2 | 1.5: 1 | 2.1: 1 | 2.2: 1 2 | 2.3: 1 | 3.2: 1 2 | 3.3: 1 | 3.4: 1 2 | 3.5: 1 2 3
4.1: 1 | 4.4: 1 | 5.2: 1 2 | 5.3: 1 2 | 6.1: 1 | 6.2: 1 2 3 4 5 6 7 8 | 6.3: 1 2 | 6.4: 1 2
7.2: 1 2 3 4 | 7.4: 1 2 | 8.1: 1 | 8.2: 1 2 | 8.3: 1 | 9.1: 1 2 3 | 9.2: 1 | 10.4: 1 2 3 4 5
11.3: 1 2 | 11.4: 1 | 12.1: 1 | 12.2: 1 2 | 13.4: 1 | 14.2: 1 | 14.3: 1 | 15.1: 1 | 15.2: 1 | 15.3: 1
"""
# Of level 2 all of the chapters about pages, API, files, accounts, sessions, access, tokens and configuration.
LEVEL_2 = """
3.3: 2 3 4 | 3.4: 3 4 5 6 | 3.5: 4 5 | 3.7: 1 2 | 4.1: 2 3 | 4.2: 1 | 4.3: 1 2 | 4.4: 2 3 4
5.1: 1 | 5.2: 3 | 5.4: 1 2 3 | 6.1: 2 3 | 6.2: 9 10 11 12 | 6.3: 3 4 | 6.4: 3 4 | 6.5: 1 2 3 4 5 | 6.6: 1 2 3
6.8: 1 2 3 4 | 7.1: 1 2 3 | 7.3: 1 2 | 7.4: 3 4 5 | 7.5: 1 2 | 7.6: 1 2 | 8.1: 2 | 8.2: 3 | 8.4: 1
9.2: 2 3 4 | 13.1: 1 | 13.2: 1 2 3 4 5 | 13.3: 1 2 | 13.4: 2 3 4 5
"""


def ids(sections):
    found = [part.partition(": ")[::2] for part in re.split(r" \| |\n", sections.strip())]
    return [f"{section}.{number}" for section, numbers in found for number in numbers.split()]


@cache
def named_in(path):
    """What pytest collects from a file, as `function` or `Class::function`."""
    tree = ast.parse((ROOT / "tests" / path).read_text())
    names = set()
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        names |= {prefix + one.name for one in inside if isinstance(one, ast.FunctionDef)}
    return {name for name in names if name.rpartition("::")[2].startswith("test_")}


def test_every_requirement_stands_there_once_at_its_level():
    assert len(ids(LEVEL_1)) == 70  # as the standard itself counts
    assert len(ROWS) == len(re.findall(r"^\| \d", TEXT, re.MULTILINE)), "a row of another form"
    named = [number for number, _, _, _ in ROWS]
    assert sorted({one for one in named if named.count(one) > 1}) == []
    levels = {level: {number for number, at, _, _ in ROWS if at == level} for level in "12"}
    assert levels["1"] == set(ids(LEVEL_1))
    assert set(ids(LEVEL_2)) - levels["2"] == set()


def test_what_is_met_is_shown_and_what_is_not_is_explained():
    assert {state for _, _, state, _ in ROWS} == {"met", "not met", "n/a"}
    for number, _, state, words in ROWS:
        shown = bool(TEST.search(words) or re.search(r"`settings\.\w+`", words) or files_in(words))
        assert shown or state != "met", number
        assert len(words) > 7, number
    assert [name for name in re.findall(r"`settings\.(\w+)`", TEXT) if not hasattr(settings, name)] == []


def files_in(words):
    return [name for name in re.findall(r"`([\w./-]+)`", words) if (ROOT / name).is_file()]


def test_every_test_that_is_named_is_there():
    missing = [
        f"{path}::{name}"
        for path, name in TEST.findall(TEXT)
        if not (ROOT / "tests" / path).is_file() or name not in named_in(path)
    ]
    assert missing == []
    assert len(TEST.findall(TEXT)) > 150


def test_the_numbers_of_the_limits_are_those_of_the_settings():
    limits = TEXT.partition("## Limits")[2].partition("## Ways in")[0]
    for words in (
        f"{settings.INVITATIONS_A_DAY} a day from a company, {settings.INVITATIONS_TO_ONE_A_DAY} to an address",
        f"{settings.PAYMENT_REQUESTS_A_DAY} a day",
        f"{settings.OPEN_PUBLIC_QUESTIONS} that wait, {settings.PUBLIC_QUESTIONS_A_DAY} a day",
        f"{settings.REPORTS_A_DAY} a day",
        f"{settings.LIVE_APPLICATIONS} that wait",
        f"{settings.EXPORTS_A_DAY} a day, one at a time",
        f"{settings.API_ADDRESS_A_MINUTE} requests a minute from an address",
        f"{settings.API_PERSON_A_MINUTE} of a person, {settings.API_KEY_A_MINUTE} of a key",
        f"{settings.API_KEYS} of a person",
        f"{settings.FAILED_CARDS_A_DAY} in a day stop a company",
        f"in {settings.CODE_MINUTES} minutes",
    ):
        assert words in limits, words
