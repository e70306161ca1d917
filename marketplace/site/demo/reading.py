"""What the demo is made of, read from `data/`: companies, students, projects, fates, and what people write."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

Span = tuple[float, float]


@dataclass(frozen=True)
class Company:
    name: str
    industry: str
    country: str
    time_zone: str
    owner: str
    about: str


@dataclass(frozen=True)
class Student:
    name: str
    time_zone: str
    country: str
    school: str
    born_on: date
    hours_a_week: int
    skills: list[str]
    learning_goals: list[str]
    industries: list[str]
    job_roles: list[str]
    about: str
    closest: str


@dataclass(frozen=True)
class Plan:
    """One project in words. `pay` is dollars an hour, `days` the day of the last part; the rest may be empty."""

    company: str
    title: str
    fate: str
    role: str
    skills: list[str]
    hours: int
    pay: int
    days: int
    brief: str
    parts: list[list[str]]
    asks: list[str]
    cast: dict[str, str] = field(default_factory=dict)
    delivery: str = ""
    answers: list[str] = field(default_factory=list)
    changes: str = ""
    failing: list[int] = field(default_factory=list)
    reason: str = ""
    refusal: list[str] = field(default_factory=list)
    works: str = "contractor"
    talk: list[list[str]] = field(default_factory=list)
    trial: bool = False
    promises: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    said: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Fate:
    """What becomes of a project: spans are in days before now, `steps` are acts with the days between them."""

    sent: Span | None = None
    opened: Span | None = None
    window: tuple[int, int] = (7, 7)
    applicants: tuple[int, int] = (0, 0)
    ends: Span | None = None
    steps: str = ""
    settles: float = 3  # days after the last step in which its money may still be held

    @property
    def gaps(self) -> list[tuple[str, float]]:
        words = [step.split() for step in self.steps.split(";") if step.strip()]
        return [(name, float(days)) for name, days in words]

    @property
    def moves_money(self) -> bool:
        return any(name in {"offer", "page"} for name, _ in self.gaps)


@cache
def table(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text())


@cache
def companies() -> dict[str, Company]:
    return {row[0]: Company(*row) for row in table("companies")["companies"]}


@cache
def school() -> dict[str, Any]:
    """The one school that the demo recognises: `name`, `domain`, `students`."""
    known: dict[str, Any] = table("students")["school"]
    return known


def may_work_as(name: str) -> list[str]:
    """The kinds of `Eligibility` that this student told: everybody's, and what the lists name them for."""
    return ["contractor", *(kind for kind, names in table("students")["besides"].items() if name in names)]


@cache
def students() -> dict[str, Student]:
    rows = table("students")["students"]
    return {row[0]: student(*row) for row in rows}


def student(
    name: str, zone: str, country: str, school: str, born_on: str, hours: int, *lists: str
) -> Student:
    *chosen, about, closest = lists
    skills, goals, industries, roles = (words.split() for words in chosen)
    born = date.fromisoformat(born_on)
    return Student(name, zone, country, school, born, hours, skills, goals, industries, roles, about, closest)


@cache
def plans() -> list[Plan]:
    """Those that were written one by one, then the rows of each kind."""
    single = [Plan(**row) for row in table("projects")["project"]]
    return [*single, *(plan for kind in table("kinds")["kind"] for plan in plans_of(kind))]


def plans_of(kind: dict[str, Any]) -> Iterator[Plan]:
    for number, (company, fate, hours, pay, *words) in enumerate(kind["rows"]):
        said = dict(zip(kind["slots"], words, strict=True))
        skills = [
            *kind["skills"][: 2 if "skill" in said else 3],
            *([said["skill"]] if "skill" in said else []),
        ]
        yield Plan(
            company=company,
            title=kind["title"].format(**said),
            fate=fate,
            role=kind["role"],
            skills=skills,
            hours=hours,
            pay=pay,
            days=kind["days"],
            brief=kind["brief"].format(**said),
            parts=[[text.format(**said) for text in part] for part in kind["parts"]],
            asks=kind["asks"][number % len(kind["asks"])],
        )


@cache
def fates() -> dict[str, Fate]:
    return {name: Fate(**row) for name, row in table("fates").items()}


@cache
def words() -> dict[str, Any]:
    return table("words")
