"""Opening again: a project that takes no more applications takes new ones, with new dates."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import Money
from marketplace.kernel.transactions import locked
from projects import emails, faults, places, silence
from projects.drafts import Dates, dates_from, draft_of, site_fee, site_numbers
from projects.models import Deadline, Engagement, Project

WHY_NOT = {
    Project.Status.DRAFT: "was never open. Finish it and send it to the moderators",
    Project.Status.IN_MODERATION: "was never open. A moderator is looking at it, and opens it or says why not",
    Project.Status.REJECTED: "was never open. Change what the moderator asked for and send it again",
    Project.Status.OPEN: "takes applications now, so there is nothing to open",
    Project.Status.PAUSED: "is only paused. Take applications again on its page; its dates stay",
    Project.Status.CANCELLED: "was cancelled, and everyone who had applied was told so. Copy it into a new draft",
    Project.Status.REMOVED: "was removed by a moderator and stays closed",
}


class CannotBeOpenedAgain(RuleViolation):
    """The project never was closed to applications, or it was taken off."""

    code = "cannot_be_opened_again"

    def __init__(self, project: Project) -> None:
        super().__init__(f"“{project}” {WHY_NOT[Project.Status(project.status)]}.")


class EverySeatTaken(RuleViolation):
    """Nobody could be chosen: each seat has an offer or somebody at work."""

    code = "every_seat_taken"

    def __init__(self) -> None:
        super().__init__(
            "Every seat of this project has an offer or is taken. To give the same work to somebody else, "
            "copy the project into a new draft."
        )


class LeftUnanswered(RuleViolation):
    """Silence is counted by project: one that was silent already must not be silent again at no cost."""

    code = "left_unanswered"

    def __init__(self, count: int) -> None:
        who = "An applicant" if count == 1 else f"{count} applicants"
        super().__init__(
            f"{who} of this project had no answer by the date, so it stays closed to new ones. "
            "Copy it into a new draft: a moderator looks at it, and everyone can apply for it."
        )


class NumbersChanged(RuleViolation):
    """The project breaks one of the site's numbers of today, which is what it would be opened under."""

    code = "numbers_changed"

    def __init__(self, found: list[faults.Fault]) -> None:
        super().__init__(
            "The site's rules changed since this project was sent. "
            + " ".join(fault.message for fault in found)
            + " Copy it into a new draft and change that."
        )


def open_again(
    project: Project, *, by: User, at: datetime, window_days: int, version: int | None = None
) -> Project:
    """Take applications for so many days from now on, under the site's numbers of today.

    When it was published first stays, so that nobody moves up in the list by closing and opening. Whoever
    applied before and still waits keeps their own date, and is told, as is who else acts for the company.

    Raises CannotBeOpenedAgain, EverySeatTaken, LeftUnanswered, PostingPaused, NumbersChanged, StalePage.
    """
    with locked(project) as project:
        if not project.company.has_member(by):
            raise PermissionDenied
        project.expect_version(version)
        check_may_open(project, window_days=window_days, at=at)
        project.become(
            Project.Status.OPEN,
            by=by,
            at=at,
            reason="Opened again to new applicants.",
            window_days=window_days,
            platform_fee_cents=site_fee(Money(project.fee_cents or 0)).cents,
            **site_numbers(is_trial=project.is_trial),
            **dates_of(project, window_days, at=at)._asdict(),
        )
        Deadline.objects.start_clocks(project, at=at)
        for application in project.applications.undecided().select_related("student").order_by("pk"):
            application.project = project
            emails.project_opened_again(application, at=at)
        emails.colleague_opened_again(project, by=by, at=at)
    return project


def has_room(project: Project, seats: places.Seats | None = None) -> bool:
    """Whether it is over, or closed, with a seat to give: only then is opening it again offered at all."""
    return project.status in Project.NO_LONGER_OPEN and (seats or places.seats_of(project)).free > 0


def check_may_open(project: Project, *, at: datetime, window_days: int | None = None) -> None:
    """Raise the first reason for which this project takes no new applicants."""
    if project.status not in Project.NO_LONGER_OPEN:
        raise CannotBeOpenedAgain(project)
    if places.seats_of(project).free <= 0:
        raise EverySeatTaken
    if count := unheard(project, at=at):
        raise LeftUnanswered(count)
    silence.check_may_post(project.company, at=at)
    draft = draft_of(project)
    draft["window_days"] = window_days or draft["window_days"]
    if found := faults.faults(draft):
        raise NumbersChanged(found)


def unheard(project: Project, *, at: datetime) -> int:
    """How many applicants had no answer by their date, also those whom the sweep has not come to yet."""
    late = project.applications.undecided().filter(answer_by_at__lte=at)
    late = late.exclude(engagements__in=Engagement.objects.live())  # an offer has its own clock
    return project.applications.filter(Q(unanswered_at__isnull=False) | Q(pk__in=late)).count()


def dates_of(project: Project, window_days: int, *, at: datetime) -> Dates:
    """Until when one could apply, and by when everyone would hear, were it opened at `at`."""
    answer_days = site_numbers()["answer_days"]
    return dates_from(at, project.company, window_days=window_days, answer_days=answer_days)
