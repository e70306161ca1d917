"""What of projects waits for a moderator: how grave it is, and until when an answer is promised."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from marketplace.kernel import casework
from marketplace.kernel.models import Case, Risk
from marketplace.kernel.times import end_of_business_day
from projects import changes, checking
from projects.models import Project, ProjectEdit

RISKS = {"forbidden_work": Risk.GRAVE, "contact": Risk.HIGH, "free_work": Risk.HIGH}


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
