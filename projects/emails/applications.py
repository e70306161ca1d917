"""Letters about applications, to those who sent them and to those who choose."""

from datetime import datetime
from typing import Any

from accounts.models import User
from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from projects.emails.addressing import about_project, applicants_path, to_applicant, to_company
from projects.models import Application, Project, Waiting


def application_sent(application: Application, *, at: datetime) -> None:
    to_applicant("application_sent", application, at=at, action="See your application")


def application_drawn(application: Application, *, at: datetime) -> None:
    """From the waiting list: a place came free, and the lot fell on this student."""
    to_applicant("application_drawn", application, at=at, action="See your application")


def waiting_ended(waiting: Waiting, *, at: datetime) -> None:
    """No more applications are taken, and no place came free for this student."""
    to_waiting("waiting_ended", waiting, at=at)


def waiting_in_vain(waiting: Waiting, *, reason: str, at: datetime) -> None:
    """The lot fell on this student, who may not apply any more."""
    to_waiting("waiting_in_vain", waiting, at=at, reason=reason)


def to_waiting(template: str, waiting: Waiting, *, at: datetime, **context: Any) -> None:
    project = waiting.project
    about = About(
        path="/projects/",
        action="Find another project",
        why=f"you waited for a place with “{project.title}” at {project.company}",
        topic=Topic.APPLICATIONS,
    )
    context |= {"title": project.title, "company": str(project.company)}
    key = f"{template}:{waiting.pk}"
    mail.send(f"projects/{template}", to=waiting.student, key=key, at=at, about=about, **context)


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


def application_second(application: Application, *, at: datetime) -> None:
    to_applicant("application_second", application, at=at, action="See where you stand")


def project_opened_again(application: Application, *, at: datetime) -> None:
    """To somebody who still waits: the company looks for more applicants, and nothing changes for them."""
    project = application.project
    to_applicant(
        "project_opened_again",
        application,
        at=at,
        action="See where you stand",
        key=f"project_opened_again:{application.pk}:{project.version}",
        not_after=application.answer_by_at,
        closes=project.applications_close_at,
    )


def colleague_opened_again(project: Project, *, by: User, at: datetime) -> None:
    """To who else acts for the company: it takes applications again, and has a new date for the answers."""
    about = about_project(
        project, path=project.get_absolute_url(), action="See it as students do", topic=Topic.TEAM
    )
    for colleague in project.company.members_now().exclude(pk=by.pk):
        mail.send(
            "projects/colleague_opened_again",
            to=colleague,
            key=f"colleague_opened_again:{project.pk}:{project.version}",
            at=at,
            about=about,
            not_after=project.applications_close_at,
            title=project.title,
            colleague=str(by),
            closes=project.applications_close_at,
            answer_by=project.answer_by_at,
        )


def application_asked(application: Application, *, at: datetime) -> None:
    """A seat is free again after a no: does the student still want it?"""
    until = application.asked_until
    to_applicant(
        "application_asked", application, at=at, action="Say yes or no", not_after=until, until=until
    )


def ask_no_more(application: Application, *, at: datetime) -> None:
    mail.tell_no_more(f"application_asked:{application.pk}:", at=at)


def application_ask_closed(application: Application, *, at: datetime) -> None:
    """The seat or the project is gone before the student said anything."""
    ask_no_more(application, at=at)
    to_applicant(
        "application_ask_closed", application, at=at, action="Find another project", path="/projects/"
    )


def application_received(application: Application, *, at: datetime) -> None:
    to_choosers("application_received", application, at=at, action="Compare the applicants")


def application_withdrawn(application: Application, *, at: datetime) -> None:
    to_choosers("application_withdrawn", application, at=at, action="See the applicants")


def application_agreed(application: Application, *, at: datetime) -> None:
    ask_no_more(application, at=at)
    to_choosers("application_agreed", application, at=at, action="Make an offer, or answer")


def application_ask_ended(application: Application, *, at: datetime) -> None:
    """Asked again, the student said no, or nothing in time."""
    ask_no_more(application, at=at)
    to_choosers("application_ask_ended", application, at=at, action="See the applicants")


def to_choosers(template: str, application: Application, *, at: datetime, action: str) -> None:
    to_company(
        template,
        application.project,
        key=f"{template}:{application.pk}:{application.version}",
        at=at,
        path=applicants_path(application.project),
        action=action,
        topic=Topic.APPLICATIONS,
        student=application.applicant,
    )


def answer_reminder(project: Project, *, waiting: int, until: datetime, at: datetime) -> None:
    to_company(
        "answer_reminder",
        project,
        key=f"answer_reminder:{project.pk}:{until:%Y%m%d}",
        at=at,
        path=applicants_path(project),
        action="Answer them now",
        topic=Topic.REMINDERS,
        not_after=until,
        answer_by=until,
        waiting=waiting,
    )
