"""Posting: an employer writes a draft, checks what it costs, and sends it to the moderators."""

from datetime import datetime
from typing import Any, Unpack

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import restraining
from accounts.models import Company, User
from marketplace.kernel import casework
from marketplace.kernel.models import Case
from marketplace.kernel.money import Money
from marketplace.kernel.transactions import locked
from projects import cases, emails, faults, filing, silence
from projects.drafts import (
    Draft,
    draft_of,
    filled_from,
    replace_parts,
    shared_out,
    site_fee,
    site_numbers,
    write,
)
from projects.models import Project
from projects.project_templates import ProjectTemplate

UNSEEN = "The company is proven and has finished a project without trouble, and the checks found nothing."

# The rules


def start_draft(
    company: Company, *, by: User, at: datetime, template: ProjectTemplate | None = None
) -> Project:
    """A new draft for the company, blank or filled from a template."""
    if template is None:
        return begin(company, None, by=by, at=at)
    return begin(company, filled_from(template), by=by, at=at, template_key=template.key)


def duplicate(project: Project, *, by: User, at: datetime) -> Project:
    """A new draft that says what this project says, whatever became of it; the site's numbers are today's.

    The files beside it come along; what was handed over in a workroom does not.
    """
    check_member(project.company, by)
    files = project.material_files.order_by("pk")
    with filing.copied(files, at=at) as written, locked(project) as project:
        check_member(project.company, by)
        copy = begin(project.company, draft_of(project), by=by, at=at, template_key=project.template_key)
        filing.store_public(copy, written)
    return copy


def begin(
    company: Company, draft: Draft | None, *, by: User, at: datetime, template_key: str = ""
) -> Project:
    check_member(company, by)
    blank: dict[str, Any] = {"window_days": settings.APPLICATION_WINDOW_DAYS, **site_numbers()}
    project = Project(
        company=company, posted_by=by, template_key=template_key, created_at=at, changed_at=at, **blank
    )
    with transaction.atomic():
        if draft is None:
            project.save(force_insert=True)
        else:
            write(project, draft, at=at)
    return project


def save_draft(
    project: Project, *, by: User, at: datetime, version: int | None = None, **draft: Unpack[Draft]
) -> Project:
    """Keep what was typed, finished or not. Raises NotEditable, StalePage."""
    with locked(project) as project:
        check_member(project.company, by)
        project.expect_version(version)
        if not project.is_editable:
            raise faults.NotEditable(project)
        project.version += 1
        write(project, draft, at=at)
    return project


def send_to_moderation(project: Project, *, by: User, at: datetime, version: int | None = None) -> Project:
    """Hand a finished draft to the moderators, with the site's numbers of the day copied onto it.

    That of a proven company which finished one without trouble opens at once where the checks find nothing.

    Raises Incomplete, PostingPaused, Restrained, StalePage, InvalidTransition.
    """
    with locked(project) as project:
        check_member(project.company, by)
        project.expect_version(version)
        draft = draft_of(project)
        if project.is_editable:
            faults.check(draft)
            restraining.check_free(by, project.company, at=at)
            silence.check_may_post(project.company, at=at)
        fee, parts = Money(draft["fee_cents"] or 0), shared_out(draft)
        project.become(
            Project.Status.IN_MODERATION,
            by=by,
            at=at,
            sent_to_moderation_at=at,
            changed_at=at,
            span_days=max(part.due_days for part in parts),
            platform_fee_cents=site_fee(fee).cents,
            rejection_codes=[],
            rejection_note="",
            **site_numbers(is_trial=project.is_trial),
        )
        replace_parts(project, parts)
        if cases.opens_unseen(project):
            cases.open_project(project, by=None, at=at, reason=UNSEEN)
            emails.project_opened(project, at=at)
            if cases.is_sampled(project):
                cases.sample_waits(project, at=at)
        else:
            cases.project_waits(project, at=at)
    return project


def pause(project: Project, *, by: User, at: datetime, version: int | None = None) -> Project:
    """Take no more applications for now; no date moves. Raises StalePage, InvalidTransition."""
    return move(project, Project.Status.PAUSED, by=by, at=at, version=version)


def resume(project: Project, *, by: User, at: datetime, version: int | None = None) -> Project:
    """Take applications again. Raises StalePage, InvalidTransition."""
    return move(project, Project.Status.OPEN, by=by, at=at, version=version)


def close_early(project: Project, *, by: User, at: datetime, version: int | None = None) -> Project:
    """Take no more applications; the date by which everyone hears stays.

    Raises StalePage, InvalidTransition.
    """
    return move(
        project,
        Project.Status.CLOSED,
        by=by,
        at=at,
        version=version,
        reason="The company has enough applications.",
    )


def discard(project: Project, *, by: User, at: datetime, version: int | None = None) -> Project:
    """Give up a project that was never open. Raises NotEditable, StalePage, InvalidTransition."""
    return move(project, Project.Status.CANCELLED, by=by, at=at, version=version)


def move(
    project: Project,
    status: Project.Status,
    *,
    by: User,
    at: datetime,
    version: int | None,
    reason: str = "",
) -> Project:
    with locked(project) as project:
        check_member(project.company, by)
        project.expect_version(version)
        if status == Project.Status.CANCELLED and project.published_at is not None:
            raise faults.NotEditable(project)
        if status == Project.Status.OPEN and project.status != Project.Status.PAUSED:
            raise faults.NotEditable(project)
        project.become(status, by=by, at=at, reason=reason)
        if status == Project.Status.CANCELLED:
            casework.drop(Case.Kind.PROJECT, project, at=at)
    return project


def check_member(company: Company, person: User) -> None:
    if not company.has_member(person):
        raise PermissionDenied
