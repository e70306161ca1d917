"""Moderation: a person looks at each project before it opens, and passes it or says why not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models

from accounts.models import User
from marketplace.kernel import auditing, casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case
from marketplace.kernel.transactions import locked, relock
from projects import cases, changes, emails
from projects.drafts import draft_of
from projects.faults import NotEditable
from projects.models import Flag, Project, ProjectEdit, PublicQuestion


class OwnProject(RuleViolation):
    """A moderator never handles a project of a company they belong or lately belonged to."""

    code = "own_project"

    def __init__(self, project: Project) -> None:
        super().__init__(
            f"You act for {project.company} or did within the last 12 months. Another moderator has to decide."
        )


class NoReason(RuleViolation):
    """Every no has a reason, and a note that says what to change."""

    code = "no_reason"

    def __init__(self) -> None:
        super().__init__("Name at least one reason, and say in the note what should change.")


def pass_project(project: Project, *, by: User, at: datetime, version: int | None = None) -> Project:
    """Open a project: from now on students apply, and its dates run in the company's time zone.

    Raises OwnProject, StalePage, InvalidTransition.
    """
    with locked(project) as project:
        check_moderator(project, by, at=at)
        project.expect_version(version)
        casework.settle(Case.Kind.PROJECT, project, by=by, at=at, outcome="passed")
        cases.open_project(project, by=by, at=at)
        auditing.record("project_passed", project, by=by, at=at)
        emails.project_passed(project, at=at)
    return project


def refuse_project(
    project: Project,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> Project:
    """Send a project back to its company, which may change it and send it again.

    Raises NoReason, OwnProject, StalePage, InvalidTransition.
    """
    note = note.strip()
    check_reasons(codes, note)
    with locked(project) as project:
        check_moderator(project, by, at=at)
        project.expect_version(version)
        casework.settle(Case.Kind.PROJECT, project, by=by, at=at, outcome="refused")
        project.become(
            Project.Status.REJECTED,
            by=by,
            at=at,
            reason=f"{', '.join(codes)}: {note}",
            rejection_codes=list(codes),
            rejection_note=note,
        )
        auditing.record("project_refused", project, by=by, at=at, reason=note, codes=list(codes))
        emails.project_refused(project, at=at)
    return project


def keep_sample(project: Project, *, by: User, at: datetime, version: int | None = None) -> Project:
    """One in ten of the projects that open unseen is looked at: nothing is wrong with this one.

    Raises OwnProject, StalePage.
    """
    with locked(project) as project:
        check_moderator(project, by, at=at)
        project.expect_version(version)
        casework.settle(Case.Kind.SAMPLE, project, by=by, at=at, outcome="kept")
        auditing.record("sample_kept", project, by=by, at=at)
    return project


def pass_edit(edit: ProjectEdit, *, by: User, at: datetime, version: int | None = None) -> ProjectEdit:
    """Put a change of an open project in force; those who wait for an answer are told what changed.

    What applicants rely on is asked again, since somebody may have applied meanwhile. Raises OwnProject,
    NotEditable, PayNeverFalls, EligibilityStays, SeatsAreTaken, StalePage, InvalidTransition.
    """
    with locked(edit.project) as project:
        edit = relock(edit)
        edit.project = project
        check_moderator(project, by, at=at)
        edit.expect_version(version)
        if not project.is_changeable:
            raise NotEditable(project)
        casework.settle(Case.Kind.EDIT, edit, by=by, at=at, outcome="passed")
        changes.check_promises(project, draft_of(project), changes.unpacked(edit.proposed))
        changes.put_in_force(edit, project, by=by, at=at)
        auditing.record("edit_passed", edit, by=by, at=at)
        emails.edit_passed(edit, at=at)
    return edit


def refuse_edit(
    edit: ProjectEdit,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> ProjectEdit:
    """Leave an open project as it is, and say why. Raises NoReason, OwnProject, StalePage, InvalidTransition."""
    note = note.strip()
    check_reasons(codes, note)
    with locked(edit.project) as project:
        edit = relock(edit)
        edit.project = project
        check_moderator(project, by, at=at)
        edit.expect_version(version)
        casework.settle(Case.Kind.EDIT, edit, by=by, at=at, outcome="refused")
        edit.become(
            ProjectEdit.Status.REFUSED,
            by=by,
            at=at,
            reason=f"{', '.join(codes)}: {note}",
            decided_at=at,
            rejection_codes=list(codes),
            rejection_note=note,
        )
        auditing.record("edit_refused", edit, by=by, at=at, reason=note, codes=list(codes))
        emails.edit_refused(edit, at=at)
    return edit


def remove_question(
    question: PublicQuestion,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> PublicQuestion:
    """Take a public question off the page, with its answer; who asked, and who had answered, read why.

    `codes` are of `PublicQuestion.RemovalReason`. Raises NoReason, OwnProject, StalePage, InvalidTransition.
    """
    note = note.strip()
    check_reasons(codes, note, known=PublicQuestion.RemovalReason)
    with locked(question.project) as project:
        question = relock(question)
        question.project = project
        check_moderator(project, by, at=at)
        question.expect_version(version)
        reason = f"{', '.join(codes)}: {note}"
        removed = {"removal_codes": list(codes), "removal_note": note}
        question.become(PublicQuestion.Status.REMOVED, by=by, at=at, reason=reason, **removed)
        auditing.record("question_removed", question, by=by, at=at, reason=note, codes=list(codes))
        emails.question_settled(question, at=at)
        emails.question_removed(question, at=at)
    return question


def check_reasons(
    codes: Sequence[str], note: str, *, known: type[models.TextChoices] = Project.RefusalReason
) -> None:
    """Raises NoReason, also where a code is not among the `known`."""
    if not codes or not note or not set(codes) <= set(known.values):
        raise NoReason


def check_moderator(project: Project, person: User, *, at: datetime) -> None:
    """Raise PermissionDenied for whoever is no moderator, OwnProject for one who is no stranger to it."""
    if not (person.is_staff and person.is_active):
        raise PermissionDenied
    if person.memberships.lately(at=at).filter(company=project.company_id).exists():
        raise OwnProject(project)


def clear_flag(flagged: Flag, *, by: User, at: datetime, version: int | None = None) -> Flag:
    """What was noticed is nothing. Raises OwnProject, StalePage, InvalidTransition."""
    with locked(flagged) as flagged:
        check_flag(flagged, by, at=at, version=version)
        casework.settle(Case.Kind.FLAG, flagged, by=by, at=at, outcome="cleared")
        flagged.become(Flag.Status.CLEARED, by=by, at=at)
        auditing.record("flag_cleared", flagged, by=by, at=at)
    return flagged


def uphold_flag(
    flagged: Flag,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> Flag:
    """What was noticed is against the rules; what follows for whoever wrote it is decided there.

    Raises OwnProject, StalePage, InvalidTransition.
    """
    with locked(flagged) as flagged:
        check_flag(flagged, by, at=at, version=version)
        casework.settle(Case.Kind.FLAG, flagged, by=by, at=at, outcome="upheld")
        flagged.become(Flag.Status.UPHELD, by=by, at=at, reason=note)
        auditing.record("flag_upheld", flagged, by=by, at=at, reason=note, codes=list(codes))
    return flagged


def check_flag(flagged: Flag, person: User, *, at: datetime, version: int | None) -> None:
    place: Any = flagged.work or flagged.application
    project: Project = place.project
    if flagged.writer == person:
        raise OwnProject(project)
    check_moderator(project, person, at=at)
    flagged.expect_version(version)
