"""Staff ask for a right for some hours; another administrator grants it, and it ends by itself."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import QuerySet

from accounts import emails
from accounts.models import StaffRight, User
from marketplace.kernel import auditing
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked

logger = logging.getLogger(__name__)


class AskedAlready(RuleViolation):
    """One request for each kind waits at a time."""

    code = "right_asked_already"

    def __init__(self) -> None:
        super().__init__("You asked for this right already; another administrator has to answer.")


class OwnRequest(RuleViolation):
    """Nobody empowers themselves where somebody else could look."""

    code = "own_right"

    def __init__(self) -> None:
        super().__init__("Another administrator has to answer your own request.")


def ask_for(person: User, *, at: datetime, kind: str, hours: int, reason: str) -> StaffRight:
    """Raises PermissionDenied for who is no staff, AskedAlready."""
    with locked(person) as person:
        if not (person.is_staff and person.is_active):
            raise PermissionDenied
        if person.staff_rights.waiting().filter(kind=kind).exists():
            raise AskedAlready
        right = StaffRight.objects.create(
            person=person,
            kind=kind,
            hours=min(max(hours, 1), settings.STAFF_RIGHT_HOURS),
            reason=reason.strip(),
            asked_at=at,
        )
        right.history.create(by=person, from_status="", to_status=right.status, at=at)
        auditing.record("right_asked_for", right, by=person, at=at, reason=right.reason, kind=kind)
        for other in administrators().exclude(pk=person.pk):
            emails.right_asked_for(right, to=other, at=at)
    return right


def grant(right: StaffRight, *, by: User, at: datetime) -> StaffRight:
    """Raises PermissionDenied, OwnRequest, InvalidTransition. Where there is one administrator, they answer alone."""
    with locked(right) as right:
        alone = check_may_answer(right, by)
        ends_at = at + timedelta(hours=right.hours)
        right.become(StaffRight.Status.GRANTED, by=by, at=at, ends_at=ends_at)
        auditing.record(
            "right_granted", right, by=by, at=at, to=right.person_id, hours=right.hours, alone=alone
        )
        if not alone:
            emails.right_answered(right, at=at)
    return right


def refuse(right: StaffRight, *, by: User, at: datetime) -> StaffRight:
    """Raises PermissionDenied, OwnRequest, InvalidTransition."""
    with locked(right) as right:
        check_may_answer(right, by)
        right.become(StaffRight.Status.REFUSED, by=by, at=at)
        auditing.record("right_refused", right, by=by, at=at, to=right.person_id)
        emails.right_answered(right, at=at)
    return right


def give_back(right: StaffRight, *, by: User, at: datetime) -> StaffRight:
    """Before its hours are over, or before it was answered. Raises PermissionDenied, InvalidTransition."""
    with locked(right) as right:
        if right.person_id != by.pk:
            raise PermissionDenied
        end(right, at=at, why="given back")
    return right


def end_over(*, at: datetime) -> int:
    """Note of those whose hours are over that they ended; they opened nothing any more since."""
    return sum(ended(right, at=at) for right in StaffRight.objects.over(at=at).order_by("pk")[:100])


def ended(right: StaffRight, *, at: datetime) -> bool:
    """One that fails is logged and waits for the next sweep; it opens nothing in any case."""
    try:
        with locked(right) as right:
            if right.status == StaffRight.Status.GRANTED:
                end(right, at=at, why="its hours were over")
                return True
    except (RuleViolation, DatabaseError):
        logger.exception("Right %s was not noted as ended", right.pk)
    return False


def end(right: StaffRight, *, at: datetime, why: str) -> None:
    right.become(StaffRight.Status.ENDED, by=right.person, at=at, reason=why)
    auditing.record("right_ended", right, by=right.person, at=at, reason=why)


def administrators() -> QuerySet[User]:
    return User.objects.filter(is_superuser=True, is_staff=True, is_active=True)


def check_may_answer(right: StaffRight, by: User) -> bool:
    """Whether they answer alone: there is nobody else who could."""
    if not administrators().filter(pk=by.pk).exists():
        raise PermissionDenied
    alone = not administrators().exclude(pk=by.pk).exists()
    if right.person_id == by.pk and not alone:
        raise OwnRequest
    return alone and right.person_id == by.pk
