"""A moderator looks at the site as one person sees it: with a right, a reason and an end, and the person knows."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts import emails
from accounts.models import StaffRight, User, Viewing
from marketplace.kernel import auditing
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked


class NotToBeSeen(RuleViolation):
    """Staff look at nobody of the staff, and at no closed account."""

    code = "not_to_be_seen"

    def __init__(self) -> None:
        super().__init__("Staff and closed accounts cannot be looked at.")


def may_see_as(user: User, *, at: datetime) -> bool:
    return user.is_active and user.is_staff and user.has_right(StaffRight.Kind.SEE_AS, at=at)


def begin(person: User, *, by: User, at: datetime, reason: str) -> Viewing:
    """Raises PermissionDenied without the right, NotToBeSeen."""
    if not may_see_as(by, at=at):
        raise PermissionDenied
    with locked(person) as person:
        if person.is_staff or person.is_superuser or not person.is_active:
            raise NotToBeSeen
        viewing = Viewing.objects.create(
            by=by,
            person=person,
            reason=reason.strip(),
            began_at=at,
            ends_at=at + timedelta(minutes=settings.VIEWING_MINUTES),
        )
        auditing.record("viewing_begun", person, by=by, at=at, reason=viewing.reason, viewing=viewing.pk)
        emails.was_viewed(viewing, at=at)
    return viewing


def see_page(viewing: Viewing, path: str, *, at: datetime) -> None:
    """Keep that this page was looked at."""
    auditing.record("page_viewed", viewing.person, by=viewing.by, at=at, path=path[:300], viewing=viewing.pk)


def end(viewing: Viewing, *, at: datetime) -> None:
    """Ended once, whatever comes twice."""
    with locked(viewing) as viewing:
        if viewing.ended_at is None:
            viewing.ended_at = at
            viewing.save(update_fields=["ended_at"])
            auditing.record("viewing_ended", viewing.person, by=viewing.by, at=at, viewing=viewing.pk)


def live(pk: int, *, by: User, at: datetime) -> Viewing | None:
    """The one under way, if it still may be: the right may have ended meanwhile, or the person become staff."""
    found = Viewing.objects.live(at=at).filter(pk=pk, by=by)
    viewing = found.select_related("person__student_profile", "by").first()
    if viewing is None or not may_see_as(by, at=at):
        return None
    person = viewing.person
    return None if person.is_staff or person.is_superuser or not person.is_active else viewing
