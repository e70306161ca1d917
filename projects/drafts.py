"""Drafts: all that an employer says of a project, what it comes to, and what it still lacks."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, NotRequired, TypedDict

from django.conf import settings

from accounts.models import Industry, JobRole, Skill
from marketplace.kernel.money import SYMBOLS, Money, platform_fee, split_evenly
from projects.models import Project
from projects.models.projects import MAX_CRITERIA, MIN_CRITERIA
from projects.project_templates import ProjectTemplate

MAX_SKILLS = 6
MAX_FEE_CENTS = 10_000_000  # nobody means more; a slip of the finger must not reach the arithmetic


class Part(NamedTuple):
    """One deliverable as typed: a share of 0 asks for an even one, a day of 0 is not said yet."""

    title: str = ""
    criteria: Sequence[str] = ()
    share_cents: int = 0
    due_days: int = 0


class Draft(TypedDict):
    """All that an employer says of a project, finished or not."""

    title: str
    brief: str
    industry: Industry | None
    job_role: JobRole | None
    skills: Sequence[Skill]
    hours: int | None
    fee_cents: int | None
    seats: int
    starts_within_days: int
    window_days: int
    names_hidden: NotRequired[bool]
    questions: Sequence[str]
    parts: Sequence[Part]


class Fault(NamedTuple):
    """One thing that keeps a draft from being sent: which field, what to do, in which deliverable."""

    field: str
    message: str
    part: int | None = None


class Price(NamedTuple):
    """What one seat costs the employer and brings the student, and what all seats cost."""

    fee: Money | None = None
    platform: Money | None = None
    total: Money | None = None
    hour: Money | None = None
    all_seats: Money | None = None


# A draft of a project, and of a template


def draft_of(project: Project) -> Draft:
    planned = project.planned_deliverables.order_by("number")
    return {
        "title": project.title,
        "brief": project.brief,
        "industry": project.industry,
        "job_role": project.job_role,
        "skills": list(project.skills.order_by("name")),
        "hours": project.hours,
        "fee_cents": project.fee_cents,
        "seats": project.seats,
        "starts_within_days": project.starts_within_days,
        "window_days": project.window_days,
        "names_hidden": project.names_hidden,
        "questions": project.questions,
        "parts": [Part(row.title, row.criteria, row.share_cents, row.due_days) for row in planned],
    }


def filled_from(template: ProjectTemplate) -> Draft:
    """The template as a draft; where the site's pay floor is higher than its fee, the floor."""
    return {
        "title": template.title,
        "brief": template.brief,
        "industry": Industry.objects.filter(slug=template.industry).first(),
        "job_role": JobRole.objects.filter(slug=template.job_role).first(),
        "skills": list(Skill.objects.filter(slug__in=template.skills)),
        "hours": template.hours,
        "fee_cents": max(template.fee_cents, template.hours * settings.PAY_FLOOR_CENTS),
        "seats": 1,
        "starts_within_days": 3,
        "window_days": settings.APPLICATION_WINDOW_DAYS,
        "names_hidden": True,
        "questions": list(template.questions),
        "parts": [Part(part.title, part.criteria, due_days=part.due_days) for part in template.deliverables],
    }


# The numbers of the day


def site_numbers() -> dict[str, Any]:
    return {
        "currency": settings.CURRENCY,
        "min_hours": settings.MIN_HOURS,
        "max_hours": settings.MAX_HOURS,
        "max_weekly_hours": settings.WEEK_HOURS,
        "pay_floor_cents": settings.PAY_FLOOR_CENTS,
        "fee_percent": settings.PLATFORM_FEE_PERCENT,
        "fee_minimum_cents": settings.PLATFORM_FEE_MINIMUM_CENTS,
        "answer_days": settings.ANSWER_DAYS,
    }


def shown_numbers() -> dict[str, Any]:
    """The site's numbers as the pages of posting name them."""
    minimum = settings.PLATFORM_FEE_MINIMUM_CENTS
    return {
        "floor": Money(settings.PAY_FLOOR_CENTS),
        "usual": Money(settings.PAY_WARN_CENTS),
        "percent": settings.PLATFORM_FEE_PERCENT,
        "minimum": Money(minimum),
        "minimum_cents": minimum,
        "symbol": SYMBOLS[settings.CURRENCY],
        "answer_days": settings.ANSWER_DAYS,
        "check_days": settings.MODERATION_BUSINESS_DAYS,
    }


def site_fee(fee: Money) -> Money:
    minimum = Money(settings.PLATFORM_FEE_MINIMUM_CENTS)
    return platform_fee(fee, percent=settings.PLATFORM_FEE_PERCENT, minimum=minimum)


def price(fee_cents: int | None, hours: int | None, seats: int | None) -> Price:
    """What a fee and hours come to; nothing for what is not said yet."""
    if not fee_cents:
        return Price()
    fee = Money(fee_cents)
    total = fee + site_fee(fee)
    return Price(fee, site_fee(fee), total, fee.per(hours) if hours else None, total * (seats or 1))


def price_of(project: Project) -> Price:
    """The price of a project: by its own numbers once it was sent, by the site's while it is a draft."""
    if project.is_editable or project.platform_fee_cents is None or not project.hours:
        return price(project.fee_cents, project.hours, project.seats)
    total = project.total_price
    return Price(project.fee, project.platform_fee, total, project.pay_per_hour, total * project.seats)


def shared_out(draft: Draft) -> list[Part]:
    """The parts with their shares: what is left of the fee is split evenly over those that named none."""
    parts, named = draft["parts"], sum(part.share_cents for part in draft["parts"])
    unnamed = sum(1 for part in parts if not part.share_cents)
    left = (draft["fee_cents"] or 0) - named
    even = iter(split_evenly(left, unnamed) if unnamed and left > 0 else [0] * unnamed)
    return [part if part.share_cents else part._replace(share_cents=next(even)) for part in parts]


# What keeps a draft from being sent


def faults(draft: Draft) -> list[Fault]:
    """Everything that breaks a rule, in the order of the form; the form and the rule ask this alike."""
    return [*faults_of_words(draft), *faults_of_parts(draft), *faults_of_time(draft), *faults_of_money(draft)]


def faults_of_words(draft: Draft) -> Iterator[Fault]:
    if not draft["title"]:
        yield Fault("title", "Give the project a title.")
    if not draft["brief"]:
        yield Fault("brief", "Describe what is to be done, and why.")
    if draft["industry"] is None:
        yield Fault("industry", "Choose an industry.")
    if not 1 <= len(draft["skills"]) <= MAX_SKILLS:
        yield Fault("skills", f"Choose between 1 and {MAX_SKILLS} skills.")
    if len(draft["questions"]) > settings.MAX_QUESTIONS:
        yield Fault("questions", f"Ask at most {settings.MAX_QUESTIONS} questions.")


def faults_of_parts(draft: Draft) -> Iterator[Fault]:
    if not 1 <= len(draft["parts"]) <= settings.MAX_DELIVERABLES:
        yield Fault("title", f"Name between 1 and {settings.MAX_DELIVERABLES} deliverables.", 1)
    for number, part in enumerate(draft["parts"], 1):
        if not part.title:
            yield Fault("title", "Name what is delivered.", number)
        if not MIN_CRITERIA <= len(part.criteria) <= MAX_CRITERIA:
            count = f"{MIN_CRITERIA} to {MAX_CRITERIA} criteria, one on each line"
            yield Fault("criteria", f"Give {count}; there are {len(part.criteria)}.", number)
        if not 1 <= part.due_days <= settings.SPAN_DAYS:
            yield Fault("due_days", f"Say on which day it is due, from 1 to {settings.SPAN_DAYS}.", number)


def faults_of_time(draft: Draft) -> Iterator[Fault]:
    least, most = settings.APPLICATION_WINDOW_LEAST_DAYS, settings.APPLICATION_WINDOW_MOST_DAYS
    hours, span = draft["hours"] or 0, max((part.due_days for part in draft["parts"]), default=0)
    if not settings.MIN_HOURS <= hours <= settings.MAX_HOURS:
        yield Fault("hours", f"Enter between {settings.MIN_HOURS} and {settings.MAX_HOURS} hours.")
    elif span and hours * 7 > settings.WEEK_HOURS * span:
        days = -(-hours * 7 // settings.WEEK_HOURS)
        message = f"{hours} hours in {span} days are over {settings.WEEK_HOURS} hours a week."
        yield Fault("hours", f"{message} Make the last deliverable due on day {days} or later.")
    if draft["starts_within_days"] > settings.START_DAYS:
        yield Fault("starts_within_days", f"Work starts at most {settings.START_DAYS} days after acceptance.")
    if not least <= draft["window_days"] <= most:
        yield Fault("window_days", f"Take applications for {least} to {most} days.")


def faults_of_money(draft: Draft) -> Iterator[Fault]:
    fee, hours = Money(draft["fee_cents"] or 0), draft["hours"] or 0
    floor = Money(settings.PAY_FLOOR_CENTS)
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
