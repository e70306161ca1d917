"""What of projects waits for a moderator: how grave it is, and until when an answer is promised."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.models import User
from marketplace.kernel import casework
from marketplace.kernel.models import Case, Risk
from marketplace.kernel.times import end_of_business_day
from projects import changes, checking
from projects.drafts import dates_from
from projects.models import Deadline, Engagement, Flag, Project, ProjectEdit

RISKS = {
    **dict.fromkeys(("contact", "free_work", *checking.SUSPICIOUS), Risk.HIGH),
    "forbidden_work": Risk.GRAVE,
}


def project_waits(project: Project, *, at: datetime) -> Case:
    """A project was sent: the checks say how grave it is."""
    found = checking.findings(project)
    return casework.put(
        Case.Kind.PROJECT,
        project,
        words=project.audited_as,
        at=at,
        due_at=due(at),
        weight=weight_of(project, found),
        company_ids=[project.company_id],
    )


def sample_waits(project: Project, *, at: datetime) -> Case:
    """One of those that opened unseen is looked at afterwards."""
    words, companies = project.audited_as, [project.company_id]
    return casework.put(
        Case.Kind.SAMPLE,
        project,
        words=words,
        at=at,
        due_at=due(at),
        weight=casework.Weight(Risk.LOW),
        company_ids=companies,
    )


def opens_unseen(project: Project) -> bool:
    """PRODUCT.md: a proven company that finished a project without trouble, where the checks find nothing in it."""
    company = project.company
    return (
        company.is_proven
        and not any(finding.code in RISKS for finding in checking.findings(project))
        and Engagement.objects.without_trouble().filter(company=company).exists()
        and not company.projects.filter(status=Project.Status.REMOVED).exists()
    )


def is_sampled(project: Project) -> bool:
    """One in `SAMPLE_ONE_IN`, as a number decides that nobody outside can work out."""
    drawn = salted_hmac("projects.sample", project.public_id, algorithm="sha256").digest()
    return int.from_bytes(drawn[:8]) % settings.SAMPLE_ONE_IN == 0


def open_project(project: Project, *, by: User | None, at: datetime, reason: str = "") -> None:
    """From now on students apply, and its dates run in the company's time zone. Call it on a locked project."""
    days = {"window_days": project.window_days, "answer_days": project.answer_days}
    dates = dates_from(at, project.company, **days)
    project.become(Project.Status.OPEN, by=by, at=at, reason=reason, published_at=at, **dates._asdict())
    Deadline.objects.start_clocks(project, at=at)


def flag(*, at: datetime, text: str, **place: Any) -> Flag | None:
    """Keep that words were sent in which something was noticed; `place` is what holds it (flags.PLACES)."""
    return keep_flag(checking.suspicious(text), at=at, **place)


def keep_flag(found: Sequence[checking.Finding], *, at: datetime, **place: Any) -> Flag | None:
    if not found:
        return None
    kinds = list(dict.fromkeys(one.code for one in found))
    made = Flag.objects.create(at=at, kinds=kinds, excerpts=[one.excerpt[:200] for one in found], **place)
    casework.put(
        Case.Kind.FLAG,
        made,
        words=str(made),
        at=at,
        due_at=due(at),
        weight=casework.Weight(max(RISKS[kind] for kind in kinds), kinds),
        company_ids=[made.company_id],
        people=[made.writer.pk],
    )
    return made


def edit_waits(edit: ProjectEdit, *, at: datetime) -> Case:
    """A change of an open project waits; what is found in the new text counts."""
    found = checking.findings_in_draft(changes.unpacked(edit.proposed))
    return casework.put(
        Case.Kind.EDIT,
        edit,
        words=str(edit),
        at=at,
        due_at=due(at),
        weight=weight_of(edit.project, found),
        company_ids=[edit.project.company_id],
    )


def weight_of(project: Project, found: Sequence[checking.Finding]) -> casework.Weight:
    """The gravest finding counts; a company that showed who it is weighs less where there is none."""
    usual = Risk.LOW if project.company.is_proven else Risk.NORMAL
    risk = max((RISKS.get(finding.code, usual) for finding in found), default=usual)
    return casework.Weight(risk, [finding.code for finding in found])


def due(sent_at: datetime) -> datetime:
    """The end, in UTC, of the business day by which the moderators promise an answer."""
    return end_of_business_day(sent_at, ZoneInfo(str(UTC)), days=settings.MODERATION_BUSINESS_DAYS)


def answer_due_at(sent_at: datetime | None) -> datetime | None:
    """`due`, or nothing where nothing was sent."""
    return sent_at and due(sent_at)
