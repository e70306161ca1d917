"""What the dates of a project do by themselves: applications close, a reminder goes out, silence is named."""

from datetime import datetime, timedelta

from marketplace.kernel.transactions import locked
from projects import emails, places, silence
from projects.models import Deadline, Engagement, Project
from projects.models.deadlines import REMINDER
from projects.places import PENDING

LOOK_AGAIN = timedelta(hours=1)  # an offer that was made before the date has its own clock, of at most days
ONGOING = (Project.Status.OPEN, Project.Status.PAUSED)
DATED = (*ONGOING, Project.Status.CLOSED, Project.Status.FILLED)
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
    """Tell the employer, a day before, how many still wait for an answer; nothing where nobody does.

    Whoever is second in line, or came back after a no, hears on a later day: then it comes again.
    """
    with locked(project) as project:
        until = project.applications.hear_by(at=at)
        if until is None or project.status not in DATED:
            return
        if until - at > REMINDER:
            due_at = until - REMINDER
            Deadline.objects.no_later(project, {Deadline.Kind.ANSWER_REMINDER: due_at}, at=at)
            return
        waiting = project.applications.undecided().filter(answer_by_at__lte=until).count()
        emails.answer_reminder(project, waiting=waiting, until=until, at=at)


def close_unanswered(project: Project, *, at: datetime) -> None:
    """The date is the hard end: what is undecided is closed as not answered, and said so.

    Each applicant has the date that they were told: of a project that was opened again some are earlier than
    its own. One for whom an offer is being paid is left to that offer's own clock, and looked at again.
    """
    with locked(project) as project:
        if project.status not in DATED or project.answer_by_at is None:
            return
        if at >= project.answer_by_at:
            close(project, at=at)
        undecided = project.applications.undecided().exclude(engagements__in=Engagement.objects.live())
        undecided = undecided.filter(answer_by_at__lte=at)  # whoever is second in line hears later
        unanswered = list(undecided.select_for_update(of=("self",)).order_by("pk"))
        for application in unanswered:
            application.project = project
            reason = "The employer did not answer by the date."
            application.leave_unanswered(by=None, at=at, reason=reason)
            emails.application_not_answered(application, at=at)
        if unanswered:
            tell_of_pause(project, at=at)
        conclude(project, at=at)


def tell_of_pause(project: Project, *, at: datetime) -> None:
    pause = silence.pause_of(project.company, at=at)
    if pause is not None:
        emails.posting_paused(project, until=pause.until, at=at)


def conclude(project: Project, *, at: datetime) -> None:
    """Filled when every seat is taken, unfilled when none is; while somebody still hopes, look again later.

    Before the project's own date neither: new applicants of one that was opened again hear until then.
    A seat that was given back keeps the choice open for some days, so that there is time to ask again.
    """
    taken = project.engagements.filter(status__in=TAKEN).count()
    coming = (
        project.answer_by_at,
        project.applications.hope_until(at=at),
        places.choosing_until(project, places.seats_of(project)),
    )
    waits = [moment for moment in coming if moment is not None and moment > at]
    over = project.status == Project.Status.CLOSED and project.answer_by_at not in waits
    if project.engagements.filter(status__in=PENDING).exists():
        Deadline.objects.no_later(project, {Deadline.Kind.ANSWER_BY: at + LOOK_AGAIN}, at=at)
    elif over and taken >= project.seats:
        project.become(Project.Status.FILLED, by=None, at=at, reason="All seats are taken.")
        places.close_line(project, at=at)
    elif waits:
        Deadline.objects.await_answers(project, until=min(waits), at=at)
    elif over and not taken:
        project.become(Project.Status.UNFILLED, by=None, at=at, reason="Nobody was chosen by the date.")
