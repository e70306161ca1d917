"""What a taken or a free seat means for those who still hope: the line behind an open offer."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Max, Q

from marketplace.kernel.transactions import relock
from projects import emails
from projects.models import Application, Deadline, Engagement, Project

PENDING = (Engagement.Status.AUTHORISING, Engagement.Status.OFFERED, Engagement.Status.FUNDING)
# An engagement that took a seat and gave it back.
TAKES_A_SEAT = (*Engagement.LIVE, Engagement.Status.ENDED)
GIVEN_BACK = (
    Engagement.Status.DECLINED,
    Engagement.Status.EXPIRED,
    Engagement.Status.WITHDRAWN,
    Engagement.Status.PAYMENT_FAILED,
    Engagement.Status.CANCELLED,
)


class Seats(NamedTuple):
    """How the seats of a project stand, read by one query."""

    offers: int  # open: being paid for, or waiting for a yes
    free: int  # with neither an offer nor work
    given_back: datetime | None  # when one was last given back, where one is free now


def seats_of(project: Project) -> Seats:
    """The project is locked, or somebody takes a seat meanwhile."""
    found = project.engagements.aggregate(
        offers=Count("pk", filter=Q(status__in=PENDING)),
        taken=Count("pk", filter=Q(status__in=TAKES_A_SEAT)),
        given_back=Max("finished_at", filter=Q(status__in=GIVEN_BACK)),
    )
    free = project.seats - found["taken"]
    return Seats(found["offers"], free, found["given_back"] if free > 0 else None)


def choosing_until(project: Project, seats: Seats) -> datetime | None:
    """Until when a company that was given back a seat may still ask somebody; none where none is free."""
    if seats.given_back is None or project.answer_by_at is None:
        return None
    return max(project.answer_by_at, seats.given_back + timedelta(days=settings.SECOND_IN_LINE_DAYS))


def free_again_since(project: Project, seats: Seats, *, at: datetime) -> datetime | None:
    """Since when a seat that was taken is free, where the company may still ask somebody for it."""
    until = choosing_until(project, seats)
    return seats.given_back if project.is_live and until is not None and at <= until else None


def end_questions(project: Project, *, at: datetime) -> None:
    """The seat is gone, or the project: no question is open any more, and whoever was asked hears so."""
    asked = project.applications.asked_again().select_for_update(of=("self",)).order_by("pk")
    for application in asked:
        application.project = project
        application.note(asked_until=None)
        emails.application_ask_closed(application, at=at)


def close_line(project: Project, *, at: datetime) -> None:
    """Every seat is taken: whoever was second in line, or was asked again, hears so at once."""
    end_questions(project, at=at)
    line = project.applications.second_in_line().exclude(engagements__in=Engagement.objects.live())
    for application in line.select_for_update(of=("self",)).order_by("pk"):
        application.project = project
        application.decline(Application.DeclineReason.FILLED, by=None, at=at)
        emails.application_declined(application, at=at)


def seat_is_free_again(project: Project, *, at: datetime) -> None:
    """Work that had taken a seat never started: the company may choose once more for some days."""
    project = relock(project)
    if project.status == Project.Status.FILLED:
        project.become(Project.Status.CLOSED, by=None, at=at, reason="A seat is free again.")
    until = choosing_until(project, seats_of(project))
    if project.is_live and until is not None:
        Deadline.objects.await_answers(project, until=until, at=at)
