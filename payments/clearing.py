"""A person has looked at what seemed to be fraud: it goes on, or it stays stopped."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied

from accounts.models import User
from marketplace.kernel import auditing, casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case
from marketplace.kernel.transactions import locked, relock
from payments.models import FraudCheck, Hold


class OwnFraudCheck(RuleViolation):
    """Nobody looks at their own company or at themselves."""

    code = "own_fraud_check"

    def __init__(self) -> None:
        super().__init__("It is about you or a company of yours. Somebody else has to look.")


def clear(check: FraudCheck, *, by: User, at: datetime, version: int | None = None) -> FraudCheck:
    """All right: what was stopped goes on. Raises OwnFraudCheck, StalePage, InvalidTransition."""
    with locked(check) as check:
        allowed(check, by, at=at, version=version)
        casework.settle(Case.Kind.FRAUD, check, by=by, at=at, outcome="cleared")
        check.become(FraudCheck.Status.CLEARED, by=by, at=at, decided_at=at)
        auditing.record("fraud_check_cleared", check, by=by, at=at)
        if check.hold is not None:
            hold = relock(check.hold)  # before the others are read: one may be opened meanwhile
            others = FraudCheck.objects.standing().filter(hold=hold).exists()
            if hold.hold_reason == Hold.Reason.FRAUD_REVIEW and not others:
                hold.hold_reason = ""
                hold.save(update_fields=["hold_reason"])
    return check


def uphold(
    check: FraudCheck, *, by: User, at: datetime, codes: Sequence[str], note: str, version: int | None = None
) -> FraudCheck:
    """It is fraud: the payment stays stopped, and what follows for whoever did it is decided with a sanction.

    Raises OwnFraudCheck, StalePage, InvalidTransition.
    """
    with locked(check) as check:
        allowed(check, by, at=at, version=version)
        casework.settle(Case.Kind.FRAUD, check, by=by, at=at, outcome="upheld")
        check.become(FraudCheck.Status.UPHELD, by=by, at=at, reason=note, decided_at=at)
        auditing.record("fraud_check_upheld", check, by=by, at=at, reason=note, codes=list(codes))
    return check


def allowed(check: FraudCheck, person: User, *, at: datetime, version: int | None) -> None:
    if not (person.is_staff and person.is_active):
        raise PermissionDenied
    lately = person.memberships.lately(at=at).filter(company=check.company_id)
    if person == check.person or lately.exists():
        raise OwnFraudCheck
    check.expect_version(version)
