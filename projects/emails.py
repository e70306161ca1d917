"""One function per letter about projects, applications and due work; each goes out once, by its key."""

from datetime import datetime
from typing import Any

from accounts.models import User
from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from projects.models import Application, Deliverable, Engagement, Project
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
    about = About(
        path=path,
        action=action,
        why=f"you act for {project.company}, which posted “{project.title}”",
        topic=topic,
        turn=turn_now(Project.objects.filter(pk=project.pk).by_turn()),
    )
    context |= {"title": project.title, "answer_by": project.answer_by_at}
    for member in project.company.members_now():
        mail.send(
            f"projects/{template}", to=member, key=key, at=at, about=about, not_after=not_after, **context
        )


# Moderation


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


# Applications


def application_sent(application: Application, *, at: datetime) -> None:
    to_applicant("application_sent", application, at=at, action="See your application")


def application_shortlisted(application: Application, *, at: datetime) -> None:
    to_applicant("application_shortlisted", application, at=at, action="See where you stand")


def application_declined(application: Application, *, at: datetime) -> None:
    to_applicant(
        "application_declined",
        application,
        at=at,
        action="Find another project",
        path="/projects/",
        reason=application.get_decline_reason_display(),
        note=application.decline_note,
    )


def application_not_answered(application: Application, *, at: datetime) -> None:
    to_applicant(
        "application_not_answered", application, at=at, action="Find another project", path="/projects/"
    )


def application_cancelled(application: Application, *, cause: str, at: datetime) -> None:
    """The company cancelled the project; `cause` is what it gives as the reason of that."""
    to_applicant(
        "application_cancelled",
        application,
        at=at,
        action="Find another project",
        path="/projects/",
        cause=cause,
        reason=application.get_decline_reason_display(),
    )


def application_void(application: Application, *, at: datetime) -> None:
    to_applicant("application_void", application, at=at, action="Find another project", path="/projects/")


def to_applicant(
    template: str, application: Application, *, at: datetime, action: str, path: str = "", **context: Any
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
        key=f"{template}:{application.pk}",
        at=at,
        about=about,
        **context,
    )


def applied_for(project: Project) -> str:
    return f"you applied for “{project.title}” at {project.company}"


def turn_for_student(application: Application) -> Turn | None:
    rows = Application.objects.filter(pk=application.pk).select_related("project__company")
    return turn_now(rows.by_turn())


def application_received(application: Application, *, at: datetime) -> None:
    to_choosers("application_received", application, at=at, action="Compare the applicants")


def application_withdrawn(application: Application, *, at: datetime) -> None:
    to_choosers("application_withdrawn", application, at=at, action="See the applicants")


def to_choosers(template: str, application: Application, *, at: datetime, action: str) -> None:
    to_company(
        template,
        application.project,
        key=f"{template}:{application.pk}",
        at=at,
        path=applicants_path(application.project),
        action=action,
        topic=Topic.APPLICATIONS,
        student=application.applicant,
    )


def answer_reminder(project: Project, *, waiting: int, at: datetime) -> None:
    to_company(
        "answer_reminder",
        project,
        key=f"answer_reminder:{project.pk}:{project.answer_by_at:%Y%m%d}",
        at=at,
        path=applicants_path(project),
        action="Answer them now",
        topic=Topic.REMINDERS,
        not_after=project.answer_by_at,
        waiting=waiting,
    )


# Work under way


def work_due(deliverable: Deliverable, *, at: datetime) -> None:
    remind("work_due", deliverable, at=at, not_after=deliverable.due_at)


def work_overdue(deliverable: Deliverable, *, at: datetime) -> None:
    """The due date has passed and nothing was handed in yet: what the days of grace are for."""
    grace, refund = deliverable.engagement.late_days
    remind("work_overdue", deliverable, at=at, not_after=None, grace_days=grace, days=grace + refund)


def remind(
    template: str, deliverable: Deliverable, *, at: datetime, not_after: datetime | None, **context: Any
) -> None:
    engagement = deliverable.engagement
    about = About(
        path=deliverable.get_absolute_url(),
        action="Deliver this part",
        why=f"you work on “{engagement}” for {engagement.company}",
        topic=Topic.REMINDERS,
        turn=turn_of(engagement, engagement.student),
    )
    mail.send(
        f"projects/{template}",
        to=engagement.student,
        key=f"work_due:{deliverable.pk}:{deliverable.due_at:%Y%m%d}:{at:%Y%m%d}",
        at=at,
        about=about,
        not_after=not_after,
        title=str(engagement),
        company=str(engagement.company),
        deliverable=deliverable.title,
        due=deliverable.due_at,
        **context,
    )


def turn_of(engagement: Engagement, reader: User) -> Turn | None:
    rows = Engagement.objects.filter(pk=engagement.pk).select_related("company", "student")
    return turn_now(rows.with_turn(reader))
