"""The statement of one year for each side: every line is a journal of the book, every sum the book's own.

A year is one of the site's (BOOKS_TIME_ZONE), and a line belongs to the year in which it happened: a payment
that was charged in December and given back in January stands in both, each with its own sign.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Min, QuerySet

from accounts.models import Company, User
from marketplace.kernel.money import Money
from payments import ledger
from payments.accounting.papers import Line, Paper, day, local
from payments.ledger import Standing
from payments.models import Hold, Journal, Refund, Release

WORDS = {
    Journal.Kind.FUNDED: "Charged to the card",
    Journal.Kind.UNAPPLIED: "Charged to the card beside the agreement, to be given back",
    Journal.Kind.RELEASE: "Released to the student",
    Journal.Kind.RELEASE_UNDONE: "Release taken back",
    Journal.Kind.TRANSFER: "Sent to your account",
    Journal.Kind.REFUND_BOOKED: "Given back to the card",
    Journal.Kind.REFUND_FAILED: "Refund sent back by the bank, still owed to you",
}


class Year(NamedTuple):
    """From its first moment, and before the first of the next."""

    number: int
    since: datetime
    before: datetime


def year_of(number: int) -> Year:
    zone = ZoneInfo(settings.BOOKS_TIME_ZONE)
    since, before = (datetime(n, 1, 1, tzinfo=zone) for n in (number, number + 1))
    return Year(number, since, before)


def years_of(holds: "QuerySet[Hold]", *, at: datetime) -> list[int]:
    """The years in which something happened to this money, the newest first."""
    journals = Journal.objects.filter(hold_id__in=holds.values("pk"))
    first = journals.aggregate(at=Min("occurred_at"))["at"]
    return list(range(local(at).year, local(first).year - 1, -1)) if first else []


class Around(NamedTuple):
    """What a line tells beside its sums: the work, its two sides, the part and where else it is found."""

    title: str
    company: str
    student: str
    part: str
    reference: str


def earned(user: User, number: int, *, at: datetime) -> Paper:
    """What was sent to this student in a year, less what came back."""
    year, holds = year_of(number), Hold.objects.earned_by(user)
    lines = lines_of(
        holds,
        year,
        words=lambda what, around: (around.title, around.part or what, around.company, around.reference),
        amounts=lambda change: (change.sent,),
    )
    waiting = standing_before(holds, year.before).promised
    return Paper(
        title=f"What you were paid in {number}",
        file_name=f"paid-{number}",
        facts=[("For", str(user)), *frame(year, at=at)],
        columns=("Project", "Part", "Company", "Transfer"),
        money_columns=("Sent to you",),
        lines=lines,
        balances=[(f"Released and not sent at the end of {number}", waiting)],
        notes=[
            "Each line is a transfer to your account at Stripe, on the day on which it left.",
            "You are paid the posted fee in full; no tax was taken off.",
        ],
    )


def paid(company: Company, number: int, *, at: datetime) -> Paper:
    """What a company paid in a year: to students, as the platform's fee, and what came back."""
    year, holds = year_of(number), Hold.objects.filter(engagement__company=company)
    lines = lines_of(
        holds,
        year,
        words=lambda what, around: (
            what,
            " · ".join(filter(None, (around.title, around.part))),
            around.student,
            around.reference,
        ),
        amounts=lambda now: (now.charged, now.student, now.fee, now.returned + now.bank + now.borne),
    )
    opening, closing = (left_with_us(standing_before(holds, moment)) for moment in (year.since, year.before))
    return Paper(
        title=f"What {company} paid in {number}",
        file_name=f"{company.slug}-{number}",
        facts=[("For", str(company)), *frame(year, at=at)],
        columns=("What", "Project", "Student", "Reference"),
        money_columns=("Charged", "Students", "Platform fee", "Given back"),
        lines=lines,
        balances=[
            (f"Held at the start of {number}", opening),
            (f"Held at the end of {number}", closing),
        ],
        notes=[
            "What was held at the start and what was charged is what students and the platform got, what was given "
            "back, and what is held at the end.",
            "A student’s fee counts on the day of its release, a refund on the day on which it left for the card.",
        ],
    )


def left_with_us(now: Standing) -> Money:
    """What is still to be decided or on its way back to the card."""
    return now.held + now.returning


def frame(year: Year, *, at: datetime) -> list[tuple[str, str]]:
    last = year.before.replace(year=year.number, month=12, day=31)
    until = f"{day(year.since)} to {day(last)}"
    if at < year.before:
        until += ", so far"
    zone = settings.BOOKS_TIME_ZONE
    return [
        ("From", settings.SITE_NAME),
        ("Period", f"{until} ({zone})"),
        ("Currency", settings.CURRENCY.upper()),
        ("Made on", day(at)),
    ]


def standing_before(holds: "QuerySet[Hold]", moment: datetime) -> Standing:
    journals = Journal.objects.filter(hold_id__in=holds.values("pk"), occurred_at__lt=moment)
    return ledger.standing_of(journals)


Words = Callable[[str, Around], tuple[str, ...]]
Amounts = Callable[[Standing], tuple[Money, ...]]


def lines_of(holds: "QuerySet[Hold]", year: Year, *, words: Words, amounts: Amounts) -> list[Line]:
    """The journals of a year that change one of these amounts, oldest first, in five queries."""
    journals = Journal.objects.filter(
        hold_id__in=holds.values("pk"), occurred_at__gte=year.since, occurred_at__lt=year.before
    ).order_by("occurred_at", "pk")
    changes = [(journal, change) for journal, change in ledger.changes_of(journals) if any(amounts(change))]
    around = around_of([journal for journal, _ in changes])
    return [
        Line(
            journal.occurred_at,
            words(WORDS.get(Journal.Kind(journal.kind)) or journal.get_kind_display(), around[journal.pk]),
            tuple(amount or None for amount in amounts(change)),
        )
        for journal, change in changes
    ]


def around_of(journals: list[Journal]) -> dict[int, Around]:
    found = Hold.objects.filter(pk__in={journal.hold_id for journal in journals if journal.hold_id})
    holds = {hold.pk: hold for hold in found.select_related("engagement__company", "engagement__student")}
    parts = parts_of(journal.operation_id for journal in journals)
    told = {}
    for journal in journals:
        assert journal.hold_id is not None  # they were looked for by their holds
        engagement = holds[journal.hold_id].engagement
        told[journal.pk] = Around(
            str(engagement),
            str(engagement.company),
            str(engagement.student),
            parts.get(journal.operation_id, ""),
            journal.stripe_id or engagement.public_id,
        )
    return told


def parts_of(operations: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Which part of the work each of these operations is about."""
    wanted = {operation for operation in operations if operation}
    about: dict[UUID | None, str] = {}
    for model in (Release, Refund):
        rows = model.objects.filter(operation__in=wanted).select_related("share__deliverable")
        about |= {row.operation_id: str(row.share.deliverable) for row in rows}
    return about
