"""After a no, when a seat is free again: the employer asks, and the student says whether they still want to."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.states import InvalidTransition
from marketplace.kernel.times import end_of_day
from marketplace.kernel.transactions import locked, relock
from projects import bidding, emails
from projects.models import Application, Deadline, Project
from projects.places import free_again_since, seats_of


class NoSeatReopened(RuleViolation):
    """Nothing has changed since the no: no seat that was taken is free again."""

    code = "no_seat_reopened"

    def __init__(self) -> None:
        super().__init__(
            "An applicant can be asked again only when a seat that was taken after their answer is free again."
        )


class AskedBefore(RuleViolation):
    """One question after a no, not more."""

    code = "asked_before"

    def __init__(self) -> None:
        super().__init__("This applicant was asked again already. Once is enough.")


class EnoughAsked(RuleViolation):
    """As many as may hope for one seat were asked."""

    code = "enough_asked"

    def __init__(self) -> None:
        super().__init__(
            f"At most {settings.SECOND_IN_LINE} applicants can be asked at a time for each free seat. "
            "Wait for their answers first."
        )


class AskIsOver(RuleViolation):
    """The question has ended, or the seat has gone to somebody else."""

    code = "ask_is_over"

    def __init__(self) -> None:
        super().__init__("This question has ended. The seat may have gone to somebody else by now.")


def ask_again(application: Application, *, by: User, at: datetime, version: int | None = None) -> Application:
    """Ask somebody who had a no, or no answer, whether they still want the seat that is free again.

    Raises NoSeatReopened, AskedBefore, EnoughAsked, NotTogether, StalePage, InvalidTransition.
    """
    with locked(application.project) as project:
        if not project.company.has_member(by):
            raise PermissionDenied
        application = fresh(application, project, version=version)
        if application.status not in Application.AFTER_A_NO:
            now = application.get_status_display().lower()
            raise InvalidTransition(f"This application is {now}; only after a no one can ask again.")
        bidding.check_together(application.student, project)
        if application.asked_at is not None:
            raise AskedBefore
        seats = seats_of(project)
        since = free_again_since(project, seats, at=at)
        if since is None or application.answered_at is None or application.answered_at > since:
            raise NoSeatReopened
        if project.applications.asked_again().count() >= seats.free * settings.SECOND_IN_LINE:
            raise EnoughAsked
        until = end_of_day(at, application.student.zone, days=settings.ASK_AGAIN_DAYS)
        application.note(asked_at=at, asked_until=until)
        Deadline.objects.no_later(project, {Deadline.Kind.ASKED_AGAIN: until}, at=at)
        emails.application_asked(application, at=at)
    return application


def agree(application: Application, *, by: User, at: datetime, version: int | None = None) -> Application:
    """The student still wants to: the application is on the short-list again, with a date of its own.

    That somebody else has an offer meanwhile stops nobody: the short-list binds neither side. Raises
    AskIsOver, StalePage.
    """
    with locked(application.project) as project:
        application = fresh(application, project, version=version)
        check_asked(application, by=by, at=at)
        if not project.is_live or project.answer_by_at is None:
            raise AskIsOver
        in_days = end_of_day(at, ZoneInfo(project.company.time_zone), days=settings.ANSWER_DAYS)
        answer_by_at = max(in_days, project.answer_by_at)
        application.become(
            Application.Status.SHORTLISTED,
            by=by,
            at=at,
            reason="Asked again, and still interested.",
            asked_until=None,
            answered_at=at,
            answer_by_at=answer_by_at,
            named_at=application.named_at or at,
            second_at=None,  # where they stood before the no
        )
        Deadline.objects.await_answers(project, until=answer_by_at, at=at)
        emails.application_agreed(application, at=at)
    return application


def refuse(application: Application, *, by: User, at: datetime, version: int | None = None) -> Application:
    """The student no longer wants to: everything stays as it was. Raises AskIsOver, StalePage."""
    with locked(application.project) as project:
        application = fresh(application, project, version=version)
        check_asked(application, by=by, at=at)
        application.note(asked_until=None)
        emails.application_ask_ended(application, at=at)
    return application


def end_asking(project: Project, *, at: datetime) -> None:
    """Questions whose time is over end; the employer hears so. The next one is waited for."""
    with locked(project) as project:
        for application in project.applications.asked_again().select_for_update(of=("self",)).order_by("pk"):
            assert application.asked_until is not None
            if application.asked_until > at:
                due_at = application.asked_until
                Deadline.objects.no_later(project, {Deadline.Kind.ASKED_AGAIN: due_at}, at=at)
                continue
            application.project = project
            application.note(asked_until=None)
            emails.application_ask_ended(application, at=at)


# Steps


def fresh(application: Application, project: Project, *, version: int | None) -> Application:
    application = relock(application)
    application.project = project
    application.expect_version(version)
    return application


def check_asked(application: Application, *, by: User, at: datetime) -> None:
    if application.student_id != by.pk:
        raise PermissionDenied
    if application.asked_until is None or at > application.asked_until:
        raise AskIsOver
