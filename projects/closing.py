"""What the dates of a project do by themselves: applications close, a reminder goes out, silence is named."""

from datetime import datetime, timedelta

from marketplace.kernel.transactions import locked
from projects import emails
from projects.models import Application, Deadline, Engagement, Project

LOOK_AGAIN = timedelta(hours=1)  # an offer that was made before the date has its own clock, of at most days
ONGOING = (Project.Status.OPEN, Project.Status.PAUSED)
DATED = (*ONGOING, Project.Status.CLOSED, Project.Status.FILLED)
PENDING = (Engagement.Status.AUTHORISING, Engagement.Status.OFFERED, Engagement.Status.FUNDING)
TAKEN = (Engagement.Status.ACTIVE, Engagement.Status.COMPLETED, Engagement.Status.ENDED)


def close_applications(project: Project, *, at: datetime) -> None:
    """The window is over; a pause moves no date. Nothing where it closed before."""
    with locked(project) as project:
        if project.applications_close_at is not None and at >= project.applications_close_at:
            close(project, at=at)


def close(project: Project, *, at: datetime) -> None:
    if project.status in ONGOING:
        project.become(Project.Status.CLOSED, by=None, at=at, reason="The time for applications is over.")


def remind_to_answer(project: Project, *, at: datetime) -> None:
    """Tell the employer, a day before, who still waits for an answer; nothing where nobody does."""
    with locked(project) as project:
        waiting = project.applications.undecided().count()
        in_time = project.answer_by_at is not None and at < project.answer_by_at
        if waiting and in_time and project.status in DATED:
            emails.answer_reminder(project, waiting=waiting, at=at)


def close_unanswered(project: Project, *, at: datetime) -> None:
    """The date is the hard end: what is undecided is closed as not answered, and said so.

    An applicant for whom an offer is being paid is left to that offer's own clock, and looked at again.
    """
    with locked(project) as project:
        if project.status not in DATED or project.answer_by_at is None or at < project.answer_by_at:
            return
        close(project, at=at)
        undecided = project.applications.undecided().exclude(engagements__in=Engagement.objects.live())
        for application in undecided.select_for_update(of=("self",)).order_by("pk"):
            application.project = project
            application.become(
                Application.Status.NOT_ANSWERED,
                by=None,
                at=at,
                answered_at=at,
                reason="The employer did not answer by the date.",
            )
            emails.application_not_answered(application, at=at)
        conclude(project, at=at)


def conclude(project: Project, *, at: datetime) -> None:
    """Filled when every seat is taken, unfilled when none is; while an offer is open, look again later."""
    taken = project.engagements.filter(status__in=TAKEN).count()
    if project.engagements.filter(status__in=PENDING).exists():
        row = {"kind": Deadline.Kind.ANSWER_BY, "project": project}
        Deadline.objects.pending().filter(**row).update(done_at=at)
        Deadline.objects.create(**row, due_at=at + LOOK_AGAIN)
    elif project.status == Project.Status.CLOSED and taken >= project.seats:
        project.become(Project.Status.FILLED, by=None, at=at, reason="All seats are taken.")
    elif project.status == Project.Status.CLOSED and not taken:
        project.become(Project.Status.UNFILLED, by=None, at=at, reason="Nobody was chosen by the date.")
