"""Rows by the thousand, for what only shows in numbers; everything else is made by the cast, through the rules."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Industry
from projects.models import PlannedDeliverable, Project
from tests import cast

WORDS = ("interviews", "spreadsheets", "leaflets", "translation", "survey")


def many_open_projects(count, *, like=None):
    """`count` open projects in one statement, minutes apart; every tenth has `Bicycle` in its title.

    They are of the company of one more, made by the rules, or of the open project that they are `like`.
    """
    first = like or cast.an_open_project()
    industries = list(Industry.objects.order_by("pk"))
    now = timezone.now()
    with transaction.atomic():
        rows = Project.objects.bulk_create(copy(first, n, industries, now=now) for n in range(count))
        PlannedDeliverable.objects.bulk_create(
            PlannedDeliverable(
                project=row,
                number=1,
                title="All of it",
                criteria=["One.", "Two.", "Three."],
                share_cents=row.fee_cents,
                due_days=row.span_days,
            )
            for row in rows
        )
    return rows


def copy(first, number, industries, *, now):
    published = now - timedelta(minutes=number)
    fee = first.hours * (2_000 + 100 * (number % 20))
    return Project(
        company=first.company,
        posted_by=first.posted_by,
        status=Project.Status.OPEN,
        title=f"{'Bicycle' if number % 10 == 0 else 'Word'} {number}",
        brief=f"About {WORDS[number % len(WORDS)]} and more.",
        skill_names="Excel and spreadsheets" if number % 7 == 0 else "",
        industry=industries[number % len(industries)],
        hours=first.hours,
        fee_cents=fee,
        platform_fee_cents=max((fee * first.fee_percent + 50) // 100, first.fee_minimum_cents),
        span_days=first.span_days,
        window_days=first.window_days,
        created_at=published,
        changed_at=published,
        sent_to_moderation_at=published,
        published_at=published,
        applications_close_at=published + timedelta(days=5),
        answer_by_at=published + timedelta(days=10),
        **{name: getattr(first, name) for name in COPIED},
    )


COPIED = (
    "currency",
    "min_hours",
    "max_hours",
    "max_weekly_hours",
    "pay_floor_cents",
    "fee_percent",
    "fee_minimum_cents",
    "answer_days",
)
