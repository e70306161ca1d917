"""Who acts for a company as what: roles changed, members removed, and leaving."""

from datetime import datetime

from accounts import emails
from accounts.models import Company, Invitation, Membership, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock


class LastOwner(RuleViolation):
    """A company keeps somebody who answers for it."""

    code = "last_owner"

    def __init__(self, company: Company) -> None:
        super().__init__(
            f"{company} needs an owner, and this is its last one. Make somebody else an owner first."
        )


class LeftAlready(RuleViolation):
    """The membership ended meanwhile."""

    code = "left_already"

    def __init__(self) -> None:
        super().__init__("This person does not act for the company any more.")


def change_role(membership: Membership, *, by: User, at: datetime, role: str) -> Membership:
    """Make a member owner or manager; the same role again changes nothing. Raises LastOwner, LeftAlready."""
    with locked(membership.company) as company:
        company.check_owner(by)
        membership = still_there(membership)
        if role == membership.role:
            return membership
        keep_an_owner(company, membership)
        membership.give(role, by=by, at=at)
        if role != Membership.Role.OWNER:
            take_back_invitations(membership, by=by, at=at)
        if membership.user_id != by.pk:
            emails.role_changed(membership, by=by, at=at)
    return membership


def remove(membership: Membership, *, by: User, at: datetime) -> Membership:
    """End somebody's membership, one's own too. Raises LastOwner or LeftAlready."""
    with locked(membership.company) as company:
        company.check_owner(by)
        return end(still_there(membership), company, by=by, at=at)


def leave(company: Company, *, by: User, at: datetime) -> Membership:
    """Act for the company no more. Raises LastOwner, or LeftAlready on a second click."""
    with locked(company) as company:
        mine = company.memberships.active().filter(user=by).select_for_update().first()
        if mine is None:
            raise LeftAlready
        return end(mine, company, by=by, at=at)


def end(membership: Membership, company: Company, *, by: User, at: datetime) -> Membership:
    keep_an_owner(company, membership)
    membership.end(by=by, at=at)
    take_back_invitations(membership, by=by, at=at)
    if membership.user_id == by.pk:
        emails.left(membership, at=at)
    else:
        emails.removed(membership, by=by, at=at)
    return membership


def still_there(membership: Membership) -> Membership:
    membership = relock(membership)
    if membership.left_at is not None:
        raise LeftAlready
    return membership


def keep_an_owner(company: Company, membership: Membership) -> None:
    """Raises LastOwner. The company is locked, or two owners who leave at once both see the other."""
    others = company.memberships.active().owners().exclude(pk=membership.pk)
    if membership.role == Membership.Role.OWNER and not others.exists():
        raise LastOwner(company)


def take_back_invitations(membership: Membership, *, by: User, at: datetime) -> None:
    """What somebody promised as an owner ends with their being one."""
    waiting = membership.company.invitations.waiting().filter(invited_by=membership.user_id)
    for invitation in waiting.select_for_update().order_by("pk"):
        invitation.become(Invitation.Status.REVOKED, by=by, at=at, reason="its sender is no owner any more")
        emails.taken_back(invitation, at=at)
