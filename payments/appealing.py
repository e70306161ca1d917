"""An appeal against a warning, a limit or a suspension: once, and decided by somebody else of the staff."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts import emails as letters
from accounts.models import Sanction, User
from marketplace.kernel import auditing, casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case
from marketplace.kernel.transactions import locked
from payments.sanctioning import Status, check_second, put


class NoAppealNow(RuleViolation):
    """It was appealed before, its time is over, or nothing stands."""

    code = "no_appeal_now"

    def __init__(self) -> None:
        super().__init__(
            f"An appeal is possible once, within {settings.APPEAL_DAYS} days, while the decision stands."
        )


def appeal(sanction: Sanction, *, by: User, at: datetime, text: str) -> Sanction:
    """Whom it is about asks for another person's decision. Raises NoAppealNow."""
    with locked(sanction) as sanction:
        mine = sanction.person_id == by.pk or (
            sanction.company is not None and sanction.company.is_owned_by(by)
        )
        if not mine:
            raise PermissionDenied
        over = (at - sanction.at).days >= settings.APPEAL_DAYS
        if sanction.status != Status.STANDING or sanction.appealed_at is not None or over:
            raise NoAppealNow
        sanction.appeal, sanction.appealed_by, sanction.appealed_at = text.strip(), by, at
        sanction.save(update_fields=["appeal", "appealed_by", "appealed_at"])
        put(Case.Kind.APPEAL, sanction, at=at, people=[by.pk, sanction.by_id])
    return sanction


def lift(sanction: Sanction, *, by: User, at: datetime, version: int | None = None) -> Sanction:
    """The appeal is right: it ends now. Raises NotAStranger, StalePage, InvalidTransition."""
    with locked(sanction) as sanction:
        check_second(sanction, by, at=at, version=version)
        casework.settle(Case.Kind.APPEAL, sanction, by=by, at=at, outcome="lifted")
        sanction.become(Status.LIFTED, by=by, at=at, appeal_decided_at=at)
        auditing.record("sanction_lifted", sanction, by=by, at=at)
        letters.appeal_decided(sanction, note="", at=at)
    return sanction


def keep(
    sanction: Sanction, *, by: User, at: datetime, codes: Sequence[str], note: str, version: int | None = None
) -> Sanction:
    """The decision stays. Raises NotAStranger, NoAppealNow, StalePage."""
    with locked(sanction) as sanction:
        check_second(sanction, by, at=at, version=version)
        if sanction.appealed_at is None or sanction.appeal_decided_at is not None:
            raise NoAppealNow
        casework.settle(Case.Kind.APPEAL, sanction, by=by, at=at, outcome="kept")
        sanction.appeal_decided_at = at
        sanction.save(update_fields=["appeal_decided_at"])
        auditing.record("appeal_refused", sanction, by=by, at=at, reason=note, codes=list(codes))
        letters.appeal_decided(sanction, note=note, at=at)
    return sanction
