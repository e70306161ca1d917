"""Faults: what keeps a draft from being sent, or an edit from being made; the form and the rules ask alike."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models.contact import validate_link
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import Money
from projects.drafts import MAX_FEE_CENTS, Draft, shared_out, site_numbers
from projects.models import Project
from projects.models.projects import MAX_CRITERIA, MAX_LINKS, MAX_PROMISED, MIN_CRITERIA

MAX_SKILLS = 6
Numbers = dict[str, Any]


class Fault(NamedTuple):
    """One thing that keeps a draft from being sent: which field, what to do, in which deliverable."""

    field: str
    message: str
    part: int | None = None


class Incomplete(RuleViolation):
    """The draft lacks something, or breaks one of the site's numbers."""

    code = "incomplete"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = faults
        super().__init__("The project cannot be sent yet. " + " ".join(fault.message for fault in faults))


class NotEditable(RuleViolation):
    """A draft, or a project that was sent back, can be changed freely; one that is open or paused by an edit."""

    code = "not_editable"

    def __init__(self, project: Project) -> None:
        super().__init__(f"“{project}” is {project.get_status_display().lower()} and cannot be changed now.")


def check(draft: Draft, numbers: Numbers | None = None) -> None:
    """Raise Incomplete where anything is wrong."""
    if found := faults(draft, numbers):
        raise Incomplete(found)


def faults(draft: Draft, numbers: Numbers | None = None) -> list[Fault]:
    """Everything that breaks a rule, in the order of the form, by these numbers or else the site's of today."""
    numbers = numbers or site_numbers(is_trial=draft.get("is_trial", False))
    return [
        *faults_of_words(draft),
        *faults_of_parts(draft),
        *faults_of_time(draft, numbers),
        *faults_of_money(draft, numbers),
    ]


def faults_of_words(draft: Draft) -> Iterator[Fault]:
    if not draft["title"]:
        yield Fault("title", "Give the project a title.")
    if not draft["brief"]:
        yield Fault("brief", "Describe what is to be done, and why.")
    if draft["industry"] is None:
        yield Fault("industry", "Choose an industry.")
    if not 1 <= len(draft["skills"]) <= MAX_SKILLS:
        yield Fault("skills", f"Choose between 1 and {MAX_SKILLS} skills.")
    if len(draft.get("promised_materials", ())) > MAX_PROMISED:
        yield Fault("promised_materials", f"Promise at most {MAX_PROMISED} materials.")
    yield from faults_of_links(draft.get("material_links", ()))
    if len(draft["questions"]) > settings.MAX_QUESTIONS:
        yield Fault("questions", f"Ask at most {settings.MAX_QUESTIONS} questions.")


def faults_of_links(links: Sequence[str]) -> Iterator[Fault]:
    if len(links) > MAX_LINKS:
        yield Fault("material_links", f"Give at most {MAX_LINKS} links.")
    for link in links:
        try:
            validate_link(link)
        except ValidationError as error:
            yield Fault("material_links", f"“{link}”: {error.messages[0]}")


def faults_of_parts(draft: Draft) -> Iterator[Fault]:
    if not 1 <= len(draft["parts"]) <= settings.MAX_DELIVERABLES:
        yield Fault("title", f"Name between 1 and {settings.MAX_DELIVERABLES} deliverables.", 1)
    elif draft.get("is_trial") and len(draft["parts"]) > 1:
        yield Fault("title", "A paid trial has one deliverable. Empty the boxes of this one.", 2)
    for number, part in enumerate(draft["parts"], 1):
        if not part.title:
            yield Fault("title", "Name what is delivered.", number)
        if not MIN_CRITERIA <= len(part.criteria) <= MAX_CRITERIA:
            count = f"{MIN_CRITERIA} to {MAX_CRITERIA} criteria, one on each line"
            yield Fault("criteria", f"Give {count}; there are {len(part.criteria)}.", number)
        if not 1 <= part.due_days <= settings.SPAN_DAYS:
            yield Fault("due_days", f"Say on which day it is due, from 1 to {settings.SPAN_DAYS}.", number)


def faults_of_time(draft: Draft, numbers: Numbers) -> Iterator[Fault]:
    least, most = settings.APPLICATION_WINDOW_LEAST_DAYS, settings.APPLICATION_WINDOW_MOST_DAYS
    hours, span = draft["hours"] or 0, max((part.due_days for part in draft["parts"]), default=0)
    few, many, week = numbers["min_hours"], numbers["max_hours"], numbers["max_weekly_hours"]
    if not few <= hours <= many:
        what = "A paid trial takes" if draft.get("is_trial") else "Enter"
        yield Fault("hours", f"{what} between {few} and {many} hours.")
    elif span and hours * 7 > week * span:
        days = -(-hours * 7 // week)
        message = f"{hours} hours in {span} days are over {week} hours a week."
        yield Fault("hours", f"{message} Make the last deliverable due on day {days} or later.")
    if draft["starts_within_days"] > settings.START_DAYS:
        yield Fault("starts_within_days", f"Work starts at most {settings.START_DAYS} days after acceptance.")
    if not least <= draft["window_days"] <= most:
        yield Fault("window_days", f"Take applications for {least} to {most} days.")


def faults_of_money(draft: Draft, numbers: Numbers) -> Iterator[Fault]:
    fee, hours = Money(draft["fee_cents"] or 0), draft["hours"] or 0
    floor = Money(numbers["pay_floor_cents"])
    shares = [part.share_cents for part in shared_out(draft)]
    if not fee:
        yield Fault("fee", "Enter the fee for the student.")
    elif fee < floor * hours:
        yield Fault("fee", f"{hours} hours at no less than {floor} an hour come to {floor * hours}.")
    elif fee.cents > MAX_FEE_CENTS:
        yield Fault("fee", f"The fee can be at most {Money(MAX_FEE_CENTS)}.")
    elif shares and (sum(shares) != fee.cents or not all(shares)):
        named = sum(part.share_cents for part in draft["parts"])
        message = f"The shares come to {Money(named)}, the fee is {fee}."
        yield Fault("share", f"{message} Leave them empty to split the fee evenly.", 1)
    if not 1 <= draft["seats"] <= settings.MAX_SEATS:
        yield Fault("seats", f"Look for between 1 and {settings.MAX_SEATS} students.")
