"""What silence costs a company: after a few projects whose applicants heard nothing, posting pauses."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max

from accounts import restraining
from accounts.models import Company
from marketplace.kernel.errors import RuleViolation
from projects.models import Project


class Pause(NamedTuple):
    """Until when a company posts nothing, and the projects that left applicants unanswered, newest first."""

    until: datetime
    projects: list[Project]


class PostingPaused(RuleViolation):
    """Too many projects of the company, its domain or its owners left applicants unanswered."""

    code = "posting_paused"

    def __init__(self, company: Company, pause: Pause) -> None:
        until = pause.until.astimezone(ZoneInfo(company.time_zone))
        super().__init__(
            f"Posting is paused until {until:%-d %B %Y}: in the last {settings.UNANSWERED_DAYS} days "
            f"{len(pause.projects)} projects of {company}, or of others at its site or with its owners, ended "
            "while applicants had no answer. What is open goes on, and drafts are kept."
        )


def pause_of(company: Company, *, at: datetime) -> Pause | None:
    """PRODUCT.md: 2 unanswered projects in 180 days pause posting, for company, domain and owners.

    What happened before the company's last pardon counts no more.
    """
    lasts = timedelta(days=settings.UNANSWERED_DAYS)
    pardoned_at = company.pardons.aggregate(last=Max("at"))["last"]
    since = max(at - lasts, pardoned_at or at - lasts)
    silent = Project.objects.filter(company__in=Company.objects.kin_of(company)).left_silent(since=since)
    newest = silent.order_by("-silent_at")[: settings.UNANSWERED_PROJECTS]  # type: ignore[misc] # it adds it
    if len(newest.values("pk")) < settings.UNANSWERED_PROJECTS:  # as nearly always, and cheaper than with all
        return None
    counted = list(newest.select_related("company"))
    oldest: datetime = counted[-1].silent_at  # type: ignore[attr-defined]
    return Pause(oldest + lasts, counted)


def check_may_post(company: Company, *, at: datetime) -> None:
    """Raises Restrained, PostingPaused."""
    restraining.check_free(None, company, at=at)
    pause = pause_of(company, at=at)
    if pause is not None:
        raise PostingPaused(company, pause)
