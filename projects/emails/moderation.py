"""Letters of the moderators: what became of a project, and of changes of one that is open."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from marketplace.kernel.models import Topic
from projects.emails.addressing import to_applicant, to_company
from projects.models import Application, Project, ProjectEdit

SHORT = 80  # characters of a change that a letter quotes


def project_passed(project: Project, *, at: datetime) -> None:
    to_company(
        "project_passed",
        project,
        key=f"project_passed:{project.pk}:{project.version}",
        at=at,
        path=project.get_absolute_url(),
        action="See it as students do",
        topic=Topic.MODERATION,
        closes=project.applications_close_at,
    )


def project_opened(project: Project, *, at: datetime) -> None:
    """It opened without anybody looking first."""
    to_company(
        "project_opened",
        project,
        key=f"project_passed:{project.pk}:{project.version}",
        at=at,
        path=project.get_absolute_url(),
        action="See it as students do",
        topic=Topic.MODERATION,
        closes=project.applications_close_at,
        company=str(project.company),
    )


def project_refused(project: Project, *, at: datetime) -> None:
    to_company(
        "project_refused",
        project,
        key=f"project_refused:{project.pk}:{project.version}",
        at=at,
        path=f"{project.get_absolute_url()}edit/",
        action="Change the project",
        topic=Topic.DECISIONS,
        reasons=project.rejection_reasons,
        note=project.rejection_note,
    )


def project_removed(project: Project, *, at: datetime) -> None:
    to_company(
        "project_removed",
        project,
        key=f"project_removed:{project.pk}",
        at=at,
        path=project.get_absolute_url(),
        action="See the project",
        topic=Topic.DECISIONS,
        reasons=project.rejection_reasons,
        note=project.rejection_note,
    )


def posting_paused(project: Project, *, until: datetime, at: datetime) -> None:
    """The project that was one too many to end while applicants had no answer."""
    to_company(
        "posting_paused",
        project,
        key=f"posting_paused:{project.pk}",
        at=at,
        path=project.company.get_absolute_url(),
        action="See your public figures",
        topic=Topic.DECISIONS,
        until=until,
        days=settings.UNANSWERED_DAYS,
        company=str(project.company),
    )


def edit_passed(edit: ProjectEdit, *, at: datetime) -> None:
    to_company(
        "edit_passed",
        edit.project,
        key=f"edit_passed:{edit.pk}",
        at=at,
        path=edit.project.get_absolute_url(),
        action="See it as students do",
        topic=Topic.MODERATION,
        changes=in_short(edit.changes),
    )


def edit_refused(edit: ProjectEdit, *, at: datetime) -> None:
    to_company(
        "edit_refused",
        edit.project,
        key=f"edit_refused:{edit.pk}",
        at=at,
        path=f"{edit.project.get_absolute_url()}edit/",
        action="Change it once more",
        topic=Topic.DECISIONS,
        changes=in_short(edit.changes),
        reasons=edit.rejection_reasons,
        note=edit.rejection_note,
    )


def project_edited(edit: ProjectEdit, application: Application, *, at: datetime) -> None:
    """To somebody who waits for an answer: what the project says now differs from what they applied for.

    Whether names are hidden concerns whoever applies later, since each application keeps what it was promised.
    """
    told = [change for change in edit.changes if change["field"] != "names_hidden"]
    if not told:
        return
    to_applicant(
        "project_edited",
        application,
        at=at,
        action="Read it as it is now",
        path=application.project.get_absolute_url(),
        key=f"project_edited:{edit.pk}:{application.pk}",
        changes=in_short(told),
    )


def in_short(changes: Sequence[dict[str, str]]) -> list[str]:
    """Each change on a line; what is long is only named."""
    return [
        f"{change['label']}: {change['before']}, now {change['after']}"
        if change["before"] and change["after"] and len(change["before"] + change["after"]) < SHORT
        else change["label"]
        for change in changes
    ]
