"""One function per letter about projects, applications and due work; each goes out once, by its key."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from marketplace.kernel import mail
from projects.models import Application, Deliverable, Project


def when(at: datetime | None, reader: User) -> str:
    """A moment as its reader's calendar shows it, such as `Thu 26 Nov 2026, 23:59 (Europe/Berlin)`."""
    if at is None:
        return ""
    local = timezone.localtime(at, reader.zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({reader.time_zone})"


def applicants_path(project: Project) -> str:
    return f"{project.get_absolute_url()}applicants/"


# Moderation


def project_passed(project: Project, *, at: datetime) -> None:
    for member in project.company.members_now():
        mail.send(
            "projects/project_passed",
            to=member,
            key=f"project_passed:{project.pk}:{project.version}",
            at=at,
            path=project.get_absolute_url(),
            action="See it as students do",
            title=project.title,
            closes=when(project.applications_close_at, member),
            answer_by=when(project.answer_by_at, member),
        )


def project_refused(project: Project, *, at: datetime) -> None:
    for member in project.company.members_now():
        mail.send(
            "projects/project_refused",
            to=member,
            key=f"project_refused:{project.pk}:{project.version}",
            at=at,
            path=f"{project.get_absolute_url()}edit/",
            action="Change the project",
            title=project.title,
            reasons=project.rejection_reasons,
            note=project.rejection_note.replace("\n", "\n> "),  # one quotation
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


def to_applicant(
    template: str, application: Application, *, at: datetime, action: str, path: str = "", **context: str
) -> None:
    project, student = application.project, application.student
    mail.send(
        f"projects/{template}",
        to=student,
        key=f"{template}:{application.pk}",
        at=at,
        path=path or application.get_absolute_url(),
        action=action,
        title=project.title,
        company=str(project.company),
        answer_by=when(project.answer_by_at, student),
        **context,  # type: ignore[arg-type]
    )


def application_received(application: Application, *, at: datetime) -> None:
    to_choosers("application_received", application, at=at, action="Compare the applicants")


def application_withdrawn(application: Application, *, at: datetime) -> None:
    to_choosers("application_withdrawn", application, at=at, action="See the applicants")


def to_choosers(template: str, application: Application, *, at: datetime, action: str) -> None:
    project = application.project
    for member in project.company.members_now():
        mail.send(
            f"projects/{template}",
            to=member,
            key=f"{template}:{application.pk}",
            at=at,
            path=applicants_path(project),
            action=action,
            title=project.title,
            student=str(application.student),
            answer_by=when(project.answer_by_at, member),
        )


def answer_reminder(project: Project, *, waiting: int, at: datetime) -> None:
    for member in project.company.members_now():
        mail.send(
            "projects/answer_reminder",
            to=member,
            key=f"answer_reminder:{project.pk}:{project.answer_by_at:%Y%m%d}",
            at=at,
            not_after=project.answer_by_at,
            path=applicants_path(project),
            action="Answer them now",
            title=project.title,
            waiting=waiting,
            answer_by=when(project.answer_by_at, member),
        )


# Work under way


def work_due(deliverable: Deliverable, *, at: datetime) -> None:
    engagement = deliverable.engagement
    mail.send(
        "projects/work_due",
        to=engagement.student,
        key=f"work_due:{deliverable.pk}:{deliverable.due_at:%Y%m%d}",
        at=at,
        path=deliverable.get_absolute_url(),
        action="Deliver this part",
        title=str(engagement),
        company=str(engagement.company),
        deliverable=deliverable.title,
        due=when(deliverable.due_at, engagement.student),
    )
