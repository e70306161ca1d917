"""An employer answers applicants: a short-list, or a no with its reason."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import User
from marketplace.kernel.errors import RuleViolation, StalePage
from marketplace.kernel.states import InvalidTransition
from marketplace.kernel.times import end_of_day
from marketplace.kernel.transactions import locked, relock
from projects import emails
from projects.models import Application, Project
from projects.places import PENDING

CHOOSING = (Project.Status.OPEN, Project.Status.PAUSED, Project.Status.CLOSED)
ANSWERING = (*CHOOSING, Project.Status.FILLED)


class AnsweringIsOver(RuleViolation):
    """The date by which applicants hear is over, or the project has ended."""

    code = "answering_is_over"

    def __init__(self) -> None:
        super().__init__(
            "The date by which applicants were to hear is over. Whoever had no answer then was told so."
        )


class NoOfferOpen(RuleViolation):
    """There is no line where nobody has an offer."""

    code = "no_offer_open"

    def __init__(self) -> None:
        super().__init__(
            "Applicants can be kept second in line only while an offer to somebody else is open."
        )


class LineIsFull(RuleViolation):
    """As many are second in line as may be for the offers that are open."""

    code = "line_is_full"

    def __init__(self) -> None:
        super().__init__(
            f"At most {settings.SECOND_IN_LINE} applicants can be second in line for each open offer."
        )


class SeatsNotTaken(RuleViolation):
    """Nobody is told that all seats were filled while one of them is not."""

    code = "seats_not_taken"

    def __init__(self) -> None:
        super().__init__(
            "Not every seat is taken by work that is paid for. Decline with a reason for each, or wait until it is."
        )


class OfferUnderWay(RuleViolation):
    """The payment page for an offer to this applicant is open."""

    code = "offer_under_way"

    def __init__(self) -> None:
        super().__init__(
            "An offer to this applicant is being paid for at this moment. "
            "Finish or leave the payment page first."
        )


def shortlist(application: Application, *, by: User, at: datetime, version: int | None = None) -> Application:
    """Keep an applicant for the choice; their place in the student's budget is free from now on.

    Raises AnsweringIsOver, StalePage, InvalidTransition.
    """
    with answering(application, by=by, at=at, version=version, while_project_is=CHOOSING) as application:
        if application.status != Application.Status.SUBMITTED:  # after a no, only the student's consent
            now = application.get_status_display().lower()
            raise InvalidTransition(f"This application is {now} already.")
        named_at = application.named_at or at  # from here on the employer may know who it is
        application.become(Application.Status.SHORTLISTED, by=by, at=at, answered_at=at, named_at=named_at)
        emails.application_shortlisted(application, at=at)
    return application


def keep_second(
    application: Application, *, by: User, at: datetime, version: int | None = None
) -> Application:
    """Keep an applicant for the case that an open offer ends without work; the student is told until when.

    Their answer may come some days after the project's date. Raises NoOfferOpen, LineIsFull,
    AnsweringIsOver, OfferUnderWay, StalePage, InvalidTransition.
    """
    with answering(application, by=by, at=at, version=version, while_project_is=CHOOSING) as application:
        project = application.project
        offers = project.engagements.filter(status__in=PENDING)
        if offers.filter(application=application).exists():
            raise OfferUnderWay
        if not application.is_undecided or application.is_second:
            raise InvalidTransition(f"This application is {application.stands.lower()} already.")
        if not offers.exists():
            raise NoOfferOpen
        if project.applications.second_in_line().count() >= offers.count() * settings.SECOND_IN_LINE:
            raise LineIsFull
        application.keep_second(by=by, at=at, until=end_of_line(application))
        emails.application_second(application, at=at)
    return application


def end_of_line(application: Application) -> datetime:
    """Some days beyond the date: the project's, or an earlier one where it was opened again meanwhile."""
    project = application.project
    assert project.answer_by_at is not None
    zone = ZoneInfo(project.company.time_zone)
    date = min(project.answer_by_at, application.answer_by_at)
    return end_of_day(date, zone, days=settings.SECOND_IN_LINE_DAYS)


def decline(
    application: Application,
    *,
    by: User,
    at: datetime,
    reason: str,
    note: str = "",
    version: int | None = None,
) -> Application:
    """Say no with one of the fixed reasons, and a note that the student reads.

    Raises AnsweringIsOver, OfferUnderWay, StalePage, InvalidTransition.
    """
    code = Application.DeclineReason(reason)
    with answering(application, by=by, at=at, version=version, while_project_is=ANSWERING) as application:
        say_no(application, by=by, at=at, reason=code, note=note)
    return application


class No(NamedTuple):
    """One applicant to be declined, as the page showed them, and what they will read."""

    public_id: str
    version: int
    reason: str
    note: str = ""


def decline_many(
    project: Project, *, by: User, at: datetime, noes: Sequence[No]
) -> tuple[list[Application], list[Application]]:
    """Say no to several at once, each with a reason of their own; each is told once.

    Returns who was told, and who was left alone because something changed since the page was shown.
    """
    wanted = {no.public_id: no for no in noes}
    told, left = [], []
    with locked(project) as project:
        if not project.company.has_member(by):
            raise PermissionDenied
        rows = project.applications.filter(public_id__in=wanted).select_related("student")
        for application in rows.select_for_update(of=("self",)).order_by("pk"):
            no = wanted[application.public_id]
            application.project = project
            try:
                check_answerable(application, at=at, version=no.version, while_project_is=ANSWERING)
                say_no(application, by=by, at=at, reason=Application.DeclineReason(no.reason), note=no.note)
            except (AnsweringIsOver, OfferUnderWay, StalePage, InvalidTransition):
                left.append(application)
            else:
                told.append(application)
    return told, left


def close_the_rest(
    project: Project, *, by: User, at: datetime, version: int | None = None
) -> list[Application]:
    """Every seat is taken: all who still wait are told so, each once; returns who was told.

    While a project is filled nobody new can apply, so that these are those that the page showed.
    Raises SeatsNotTaken, StalePage.
    """
    with locked(project) as project:
        if not project.company.has_member(by):
            raise PermissionDenied
        if project.status != Project.Status.FILLED:
            raise SeatsNotTaken
        project.expect_version(version)
        rest = project.applications.the_rest().filter(answer_by_at__gte=at).select_related("student")
        told = list(rest.select_for_update(of=("self",)).order_by("pk"))
        for application in told:
            application.project = project
            say_no(application, by=by, at=at, reason=Application.DeclineReason.FILLED)
    return told


# Steps


def say_no(
    application: Application, *, by: User, at: datetime, reason: Application.DeclineReason, note: str = ""
) -> None:
    """Nothing is written where it raises."""
    if application.engagements.live().exists():
        raise OfferUnderWay
    application.decline(reason, by=by, at=at, note=note)
    emails.application_declined(application, at=at)


@contextmanager
def answering(
    application: Application,
    *,
    by: User,
    at: datetime,
    version: int | None,
    while_project_is: tuple[str, ...],
) -> Iterator[Application]:
    """The application, locked after its project, where this person may answer it now."""
    with locked(application.project) as project:
        if not project.company.has_member(by):
            raise PermissionDenied
        application = relock(application)
        application.project = project
        check_answerable(application, at=at, version=version, while_project_is=while_project_is)
        yield application


def check_answerable(
    application: Application, *, at: datetime, version: int | None, while_project_is: tuple[str, ...]
) -> None:
    application.expect_version(version)
    if application.project.status not in while_project_is or at > application.answer_by_at:
        raise AnsweringIsOver
