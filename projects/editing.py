"""Editing: a company changes a project that is open; what was promised waits for a moderator."""

from datetime import datetime
from typing import Unpack

from django.core.exceptions import PermissionDenied

from accounts import restraining
from accounts.models import User
from marketplace.kernel import casework
from marketplace.kernel.errors import RuleViolation, StalePage
from marketplace.kernel.models import Case
from marketplace.kernel.transactions import locked, relock
from projects import cases, changes, checking, faults
from projects.drafts import Draft, draft_of, numbers_of, shared_out
from projects.models import Project, ProjectEdit


class NothingChanged(RuleViolation):
    """The edit says what the project says already."""

    code = "nothing_changed"

    def __init__(self) -> None:
        super().__init__("Nothing differs from what is public now.")


def edit_project(
    project: Project,
    *,
    by: User,
    at: datetime,
    version: int | None = None,
    replaces: str | None = None,
    **draft: Unpack[Draft],
) -> ProjectEdit:
    """Change an open or paused project: at once, or once a moderator passed it.

    It waits where it touches pay, hours, how the student works, deliverables or questions, or where the checks
    find in it what they did not find before. Its dates never move, and a paid trial
    stays one. An edit that waited is replaced; `replaces` is
    the public id of the one that was shown, empty for none, so that nobody replaces unseen what a colleague wrote.

    Raises NotEditable, StalePage, NothingChanged, Incomplete, PayNeverFalls, EligibilityStays, SeatsAreTaken.
    """
    with locked(project) as project:
        if not project.company.has_member(by):
            raise PermissionDenied
        project.expect_version(version)
        if not project.is_changeable:
            raise faults.NotEditable(project)
        restraining.check_free(by, project.company, at=at)
        before = draft_of(project)
        kept = {"window_days": project.window_days, "is_trial": project.is_trial}
        after: Draft = {**before, **draft, **kept}  # type: ignore[typeddict-item]
        after["parts"] = shared_out(after)
        different = changes.changes(before, after)
        if not different:
            raise NothingChanged
        faults.check(after, numbers_of(project))
        changes.check_promises(project, before, after)
        take_back_waiting(project, by=by, at=at, seen=replaces)
        edit = ProjectEdit.objects.create(
            project=project,
            proposed=changes.packed(after),
            changes=[change._asdict() for change in different],
            proposed_by=by,
            proposed_at=at,
        )
        if waits(different, before, after):
            cases.edit_waits(edit, at=at)
        else:
            changes.put_in_force(edit, project, by=by, at=at)
    return edit


def waits(different: list[changes.Change], before: Draft, after: Draft) -> bool:
    if any(change.field in changes.WAITS for change in different):
        return True
    known = {(found.code, found.excerpt) for found in checking.findings_in_draft(before)}
    return any((found.code, found.excerpt) not in known for found in checking.findings_in_draft(after))


def take_back_waiting(project: Project, *, by: User, at: datetime, seen: str | None) -> None:
    waiting = list(project.edits.filter(status=ProjectEdit.Status.WAITING).select_for_update(of=("self",)))
    if seen is not None and [edit.public_id for edit in waiting] != [seen] * bool(seen):
        raise StalePage
    for edit in waiting:
        edit.become(ProjectEdit.Status.WITHDRAWN, by=by, at=at, decided_at=at, reason="Replaced.")
        casework.drop(Case.Kind.EDIT, edit, at=at)


def withdraw_edit(edit: ProjectEdit, *, by: User, at: datetime, version: int | None = None) -> ProjectEdit:
    """Take back an edit that waits for a moderator. Raises StalePage, InvalidTransition."""
    with locked(edit.project) as project:
        if not project.company.has_member(by):
            raise PermissionDenied
        edit = relock(edit)
        edit.expect_version(version)
        edit.become(ProjectEdit.Status.WITHDRAWN, by=by, at=at, decided_at=at)
        casework.drop(Case.Kind.EDIT, edit, at=at)
    return edit
