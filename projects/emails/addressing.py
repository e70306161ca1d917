"""Who gets a letter about projects, and what stands around its words."""

from datetime import datetime
from typing import Any

from accounts.models import User
from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from projects.models import Application, Engagement, Project
from projects.models.turns import Turn, turn_now


def applicants_path(project: Project) -> str:
    return f"{project.get_absolute_url()}applicants/"


def to_company(
    template: str,
    project: Project,
    *,
    key: str,
    at: datetime,
    path: str,
    action: str,
    topic: Topic,
    not_after: datetime | None = None,
    **context: Any,
) -> None:
    """Everybody who acts for the company hears what concerns one of its projects."""
    about = about_project(project, path=path, action=action, topic=topic)
    context = {"title": project.title, "answer_by": project.answer_by_at} | context
    for member in project.company.members_now():
        mail.send(
            f"projects/{template}", to=member, key=key, at=at, about=about, not_after=not_after, **context
        )


def about_project(project: Project, *, path: str, action: str, topic: Topic) -> About:
    return About(
        path=path,
        action=action,
        why=f"you act for {project.company}, which posted “{project.title}”",
        topic=topic,
        turn=turn_for_company(project),
    )


def to_applicant(
    template: str,
    application: Application,
    *,
    at: datetime,
    action: str,
    path: str = "",
    key: str = "",
    not_after: datetime | None = None,
    **context: Any,
) -> None:
    project = application.project
    about = About(
        path=path or application.get_absolute_url(),
        action=action,
        why=applied_for(project),
        topic=Topic.APPLICATIONS,
        turn=turn_for_student(application),
    )
    context |= {
        "title": project.title,
        "company": str(project.company),
        "answer_by": application.answer_by_at,
    }
    mail.send(
        f"projects/{template}",
        to=application.student,
        key=key or f"{template}:{application.pk}:{application.version}",
        at=at,
        about=about,
        not_after=not_after,
        **context,
    )


def applied_for(project: Project) -> str:
    return f"you applied for “{project.title}” at {project.company}"


def turn_for_company(project: Project) -> Turn | None:
    rows = Project.objects.filter(pk=project.pk).only("status", "applications_close_at")
    return turn_now(rows.with_turn())


def turn_for_student(application: Application) -> Turn | None:
    rows = Application.objects.filter(pk=application.pk).select_related("project__company")
    return turn_now(rows.only("status", "answer_by_at", "project__company__name").with_turn())


def turn_of(engagement: Engagement, reader: User) -> Turn | None:
    rows = Engagement.objects.filter(pk=engagement.pk).select_related("company", "student")
    return turn_now(rows.with_turn(reader))
