"""A whole project is taken off: cancelled by its company, or removed by a moderator. Everyone hears why."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from marketplace.kernel import auditing, casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case
from marketplace.kernel.transactions import relock
from payments import emails, operations
from projects import emails as letters
from projects import places
from projects.models import Application, Deadline, Engagement, Project
from projects.moderating import check_moderator, check_reasons

UNANSWERED_OFFERS = (Engagement.Status.AUTHORISING, Engagement.Status.OFFERED)
WORKING = (
    Engagement.Status.FUNDING,
    Engagement.Status.ACTIVE,
    Engagement.Status.COMPLETED,
    Engagement.Status.ENDED,
)


class NotLive(RuleViolation):
    """Only a project that is open, paused or closed to applications can be taken off."""

    code = "project_not_live"

    def __init__(self, project: Project) -> None:
        super().__init__(
            f"“{project}” is {project.get_status_display().lower()}, so there is nothing to end."
        )


class WorkUnderWay(RuleViolation):
    """Somebody accepted: the project is no longer the company's alone."""

    code = "work_under_way"

    def __init__(self) -> None:
        super().__init__(
            "A student accepted an offer of this project, so it cannot be cancelled as a whole. "
            "Close it to applications and answer everyone else instead."
        )


def cancel_project(
    project: Project,
    *,
    by: User,
    at: datetime,
    why: str,
    answers: Mapping[str, str],
    version: int | None = None,
) -> Project:
    """Take a live project back. Offers that were not accepted are withdrawn and their cards freed.

    `answers` names a reason (`Application.DeclineReason`) for public ids of applications; whoever still
    waits and is not among them counts as not answered. Raises WorkUnderWay, NotLive, StalePage.
    """
    reason = Project.CancelReason(why).label
    given = {name: Application.DeclineReason(code) for name, code in answers.items()}
    with taken_off(project, at=at, version=version) as (project, offers):
        if not project.company.has_member(by):
            raise PermissionDenied
        if project.engagements.filter(status__in=WORKING).exists():
            raise WorkUnderWay
        project.become(Project.Status.CANCELLED, by=by, at=at, reason=reason)
        for offer in offers:
            end(offer, by=by, at=at, reason="The employer cancelled the project.")
            if offer.status == Engagement.Status.WITHDRAWN:
                emails.offer_withdrawn(offer, at=at)
        for application in undecided(project):
            answer(application, given.get(application.public_id), by=by, at=at)
            letters.application_cancelled(application, cause=reason, at=at)
    return project


def remove_project(
    project: Project,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> Project:
    """Take a live project off the site: applications and open offers are void, work under way goes on.

    Raises NoReason, OwnProject, NotLive, StalePage.
    """
    note = note.strip()
    check_reasons(codes, note)
    with taken_off(project, at=at, version=version) as (project, offers):
        check_moderator(project, by, at=at)
        why = f"{', '.join(codes)}: {note}"
        named = {"rejection_codes": list(codes), "rejection_note": note}
        casework.settle(Case.Kind.SAMPLE, project, by=by, at=at, outcome="removed")
        project.become(Project.Status.REMOVED, by=by, at=at, reason=why, **named)
        for offer in offers:
            reason = "A moderator removed the project."
            end(offer, by=by, at=at, reason=reason, leaves=Application.Status.VOID)
            if offer.status == Engagement.Status.WITHDRAWN:
                letters.application_void(application_of(offer, project), at=at)
        for application in undecided(project):
            application.become(Application.Status.VOID, by=by, at=at, answered_at=at)
            letters.application_void(application, at=at)
        auditing.record("project_removed", project, by=by, at=at, reason=note, codes=list(codes))
        letters.project_removed(project, at=at)
    return project


@contextmanager
def taken_off(
    project: Project, *, at: datetime, version: int | None
) -> Iterator[tuple[Project, list[Engagement]]]:
    """The live project and its offers without a yes, all locked; its clocks stop."""
    with transaction.atomic():
        open_offers(project)  # before the project: money that arrives locks them in this order
        project = relock(project)
        offers = open_offers(project)  # with those that were made in between; none is made from here on
        if not project.is_live:
            raise NotLive(project)
        project.expect_version(version)
        yield project, offers
        places.end_questions(project, at=at)
        Deadline.objects.pending().filter(project=project).update(done_at=at)


def open_to(project: Project) -> int:
    """How many offers of this project wait for a yes, and would end with it."""
    return project.engagements.filter(status__in=UNANSWERED_OFFERS).count()


def open_offers(project: Project) -> list[Engagement]:
    waiting = project.engagements.filter(status__in=UNANSWERED_OFFERS)
    return list(waiting.select_for_update(of=("self",)).order_by("pk"))


def end(
    offer: Engagement,
    *,
    by: User,
    at: datetime,
    reason: str,
    leaves: Application.Status | None = None,
) -> None:
    if offer.status == Engagement.Status.AUTHORISING:
        operations.leave_page(offer, by=by, at=at, reason=reason)
    else:
        operations.end_offer(offer, Engagement.Status.WITHDRAWN, by=by, at=at, reason=reason, leaves=leaves)


def undecided(project: Project) -> Iterator[Application]:
    rows = project.applications.undecided().select_related("student")
    for application in rows.select_for_update(of=("self",)).order_by("pk"):
        application.project = project
        yield application


def application_of(offer: Engagement, project: Project) -> Application:
    application = Application.objects.select_related("student").get(pk=offer.application_id)
    application.project = project
    return application


def answer(
    application: Application, code: Application.DeclineReason | None, *, by: User, at: datetime
) -> None:
    """A no with its reason, or, where none was given, the honest name for that."""
    if code is None:
        reason = "The employer cancelled the project without an answer."
        application.leave_unanswered(by=by, at=at, reason=reason)
    else:
        application.decline(code, by=by, at=at)
