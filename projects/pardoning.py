"""An operator lifts a pause of posting, with a reason that is kept."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from accounts.models import Company, User
from marketplace.kernel import auditing
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked
from projects.models import Pardon
from projects.silence import pause_of


class NotPaused(RuleViolation):
    """There is nothing to lift."""

    code = "posting_not_paused"

    def __init__(self, company: Company) -> None:
        super().__init__(f"{company} may post; there is no pause to lift.")


class OwnPause(RuleViolation):
    """Nobody lifts the pause of a company they belong or lately belonged to."""

    code = "own_pause"

    def __init__(self, company: Company) -> None:
        super().__init__(
            f"You act for {company} or did within the last 12 months. Somebody else has to decide."
        )


def lift_pause(company: Company, *, by: User, at: datetime, reason: str) -> Pardon:
    """Let a company post again; the public figures stay as they are. Raises OwnPause, NotPaused."""
    with locked(company) as company:
        if not (by.is_staff and by.is_active):
            raise PermissionDenied
        kin = Company.objects.kin_of(company)
        if by.memberships.lately(at=at).filter(company__in=kin).exists():
            raise OwnPause(company)
        if pause_of(company, at=at) is None:
            raise NotPaused(company)
        auditing.record("pause_lifted", company, by=by, at=at, reason=reason)
        return Pardon.objects.create(company=company, by=by, at=at, reason=reason.strip())
