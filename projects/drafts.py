"""Drafts: all that an employer says of a project, what it comes to, and how it is written down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, NotRequired, TypedDict
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import Company, Eligibility, Industry, JobRole, Skill
from marketplace.kernel.money import SYMBOLS, Money, platform_fee, split_evenly
from marketplace.kernel.times import end_of_day
from projects.models import PlannedDeliverable, Project
from projects.project_templates import ProjectTemplate

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
    eligibility: NotRequired[str]
    is_trial: NotRequired[bool]
    hours: int | None
    fee_cents: int | None
    seats: int
    starts_within_days: int
    window_days: int
    names_hidden: NotRequired[bool]
    promised_materials: NotRequired[Sequence[str]]
    material_links: NotRequired[Sequence[str]]
    questions: Sequence[str]
    parts: Sequence[Part]


class Price(NamedTuple):
    """What one seat costs the employer and brings the student, and what all seats cost."""

    fee: Money | None = None
    platform: Money | None = None
    total: Money | None = None
    hour: Money | None = None
    all_seats: Money | None = None


class Dates(NamedTuple):
    """The dates of an open project, in UTC, each the end of a day where its company is."""

    applications_close_at: datetime
    answer_by_at: datetime


# A draft of a project, and of a template


def draft_of(project: Project) -> Draft:
    planned = project.planned_deliverables.order_by("number")
    return {
        "title": project.title,
        "brief": project.brief,
        "industry": project.industry,
        "job_role": project.job_role,
        "skills": list(project.skills.order_by("name")),
        "eligibility": project.eligibility,
        "is_trial": project.is_trial,
        "hours": project.hours,
        "fee_cents": project.fee_cents,
        "seats": project.seats,
        "starts_within_days": project.starts_within_days,
        "window_days": project.window_days,
        "names_hidden": project.names_hidden,
        "promised_materials": project.promised_materials,
        "material_links": project.material_links,
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
        "eligibility": Eligibility.CONTRACTOR,
        "is_trial": False,
        "hours": template.hours,
        "fee_cents": max(template.fee_cents, template.hours * settings.PAY_FLOOR_CENTS),
        "seats": 1,
        "starts_within_days": 3,
        "window_days": settings.APPLICATION_WINDOW_DAYS,
        "names_hidden": True,
        "promised_materials": [],
        "material_links": [],
        "questions": list(template.questions),
        "parts": [Part(part.title, part.criteria, due_days=part.due_days) for part in template.deliverables],
    }


# The numbers of the day


def site_numbers(*, is_trial: bool = False) -> dict[str, Any]:
    """The site's numbers as a project keeps them from the day it is sent; a paid trial has hours of its own."""
    return {
        "currency": settings.CURRENCY,
        "min_hours": settings.TRIAL_MIN_HOURS if is_trial else settings.MIN_HOURS,
        "max_hours": settings.TRIAL_MAX_HOURS if is_trial else settings.MAX_HOURS,
        "max_weekly_hours": settings.WEEK_HOURS,
        "pay_floor_cents": settings.PAY_FLOOR_CENTS,
        "fee_percent": settings.PLATFORM_FEE_PERCENT,
        "fee_minimum_cents": settings.PLATFORM_FEE_MINIMUM_CENTS,
        "answer_days": settings.ANSWER_DAYS,
    }


def dates_from(at: datetime, company: Company, *, window_days: int, answer_days: int) -> Dates:
    """The dates of a project of the company that opens at `at`."""
    zone = ZoneInfo(company.time_zone)
    closes_at = end_of_day(at, zone, days=window_days)
    return Dates(closes_at, end_of_day(closes_at, zone, days=answer_days))


def numbers_of(project: Project) -> dict[str, Any]:
    """The numbers of the day on which this project was sent."""
    return {name: getattr(project, name) for name in site_numbers()}


def shown_numbers(numbers: dict[str, Any] | None = None) -> dict[str, Any]:
    """These numbers, or else the site's of today, as the pages of posting name them."""
    numbers = numbers or site_numbers()
    return {
        "floor": Money(numbers["pay_floor_cents"]),
        "usual": Money(settings.PAY_WARN_CENTS),
        "percent": numbers["fee_percent"],
        "minimum": Money(numbers["fee_minimum_cents"]),
        "minimum_cents": numbers["fee_minimum_cents"],
        "symbol": SYMBOLS[settings.CURRENCY],
        "answer_days": numbers["answer_days"],
        "check_days": settings.MODERATION_BUSINESS_DAYS,
    }


def site_fee(fee: Money, numbers: dict[str, Any] | None = None) -> Money:
    """The platform fee on top of `fee`, by these numbers or else the site's of today."""
    numbers = numbers or site_numbers()
    minimum = Money(numbers["fee_minimum_cents"])
    return platform_fee(fee, percent=numbers["fee_percent"], minimum=minimum)


def price(
    fee_cents: int | None,
    hours: int | None,
    seats: int | None,
    numbers: dict[str, Any] | None = None,
) -> Price:
    """What a fee and hours come to, by these numbers or else the site's; nothing for what is not said yet."""
    if not fee_cents:
        return Price()
    fee = Money(fee_cents)
    platform = site_fee(fee, numbers)
    total = fee + platform
    return Price(fee, platform, total, fee.per(hours) if hours else None, total * (seats or 1))


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


def with_even_shares(draft: Draft) -> Draft:
    """Shares that are even are left open, so that they follow a new fee."""
    even: Draft = {**draft, "parts": [part._replace(share_cents=0) for part in draft["parts"]]}
    return even if shared_out(even) == list(draft["parts"]) else draft


# Writing it down


def write(project: Project, draft: Draft, *, at: datetime, **columns: Any) -> None:
    """Put the draft into the rows of a locked project; `columns` are what follows from it."""
    fields: dict[str, Any] = {**draft, **columns}
    parts, skills = fields.pop("parts"), sorted(fields.pop("skills"), key=str)
    for name in ("promised_materials", "material_links"):
        fields[name] = list(fields.get(name, getattr(project, name)))
    for name, value in fields.items():
        setattr(project, name, value)
    project.changed_at = at
    project.skill_names = ", ".join(skill.name for skill in skills)
    project.save()
    project.skills.set(skills)
    replace_parts(project, parts)


def write_whole(project: Project, draft: Draft, *, at: datetime) -> None:
    """The same for a project that was sent: its shares, span and platform fee follow, by its own numbers."""
    parts = shared_out(draft)
    fee = site_fee(Money(draft["fee_cents"] or 0), numbers_of(project))
    span = max(part.due_days for part in parts)
    write(project, {**draft, "parts": parts}, at=at, platform_fee_cents=fee.cents, span_days=span)


def replace_parts(project: Project, parts: Sequence[Part]) -> None:
    project.planned_deliverables.all().delete()
    PlannedDeliverable.objects.bulk_create(
        PlannedDeliverable(
            project=project, number=number, **part._asdict() | {"criteria": list(part.criteria)}
        )
        for number, part in enumerate(parts, 1)
    )
