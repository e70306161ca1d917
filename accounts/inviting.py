"""How a company's owner invites somebody by e-mail, and how that person joins."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts import emails
from accounts.models import Block, Company, Invitation, Membership, User
from accounts.models.invitations import InvitationTransition
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock

# Work that is still to be decided or done: who judges it must not be who does it.
UNDECIDED = ("submitted", "shortlisted", "offered")
UNDER_WAY = ("authorising", "offered", "funding", "active")


class AlreadyInvited(RuleViolation):
    """An invitation to this address waits."""

    code = "already_invited"

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is invited already. You can send the letter again from the list.")


class ActsAlready(RuleViolation):
    """The person is a member of the company."""

    code = "acts_already"

    def __init__(self, company: Company) -> None:
        super().__init__(f"This person acts for {company} already.")


class TooManyInvitations(RuleViolation):
    """The company, or the address, had as many letters as one day allows."""

    code = "too_many_invitations"

    def __init__(self) -> None:
        super().__init__("That is as many invitations as can be sent in one day. Go on tomorrow.")


class InvitationIsOver(RuleViolation):
    """It was accepted, taken back, sent anew, or its time is over."""

    code = "invitation_is_over"

    def __init__(self) -> None:
        super().__init__("This invitation is over. Ask whoever sent it for a new one.")


class AnotherAddress(RuleViolation):
    """The person who is logged in has not shown that the invited address is theirs."""

    code = "another_address"

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(
            f"This invitation is for {invitation.email}. Log in with the account of that address to accept it."
        )


class CannotBeInvited(RuleViolation):
    """Whoever has this address does not want to meet the company, or the company them."""

    code = "cannot_be_invited"

    def __init__(self) -> None:
        super().__init__("This address cannot be invited.")


class WorksForThem(RuleViolation):
    """A student with a bid or work at the company would decide about themselves."""

    code = "works_for_them"

    def __init__(self, company: Company) -> None:
        super().__init__(
            f"You have an application or work under way at {company}. Join when it is finished or withdrawn: "
            "nobody decides about their own."
        )


def invite(company: Company, *, by: User, at: datetime, email: str, role: str) -> Invitation:
    """Send a letter that lets its reader join.

    Raises AlreadyInvited, ActsAlready, CannotBeInvited, TooManyInvitations.
    """
    email = email.strip().lower()
    with locked(company) as company:
        company.check_owner(by)
        known = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
        if company.memberships.active().filter(user__in=known).exists():
            raise ActsAlready(company)
        if Block.objects.standing().filter(company=company, student__in=known).exists():
            raise CannotBeInvited
        make_room(company, email, by=by, at=at)
        check_budget(company, email, at=at)
        invitation = Invitation.objects.create(
            company=company,
            email=email,
            role=role,
            invited_by=by,
            created_at=at,
            expires_at=at + timedelta(days=settings.INVITATION_DAYS),
        )
        invitation.history.create(by=by, from_status="", to_status=invitation.status, at=at)
        emails.invited(invitation, at=at)
    return invitation


def make_room(company: Company, email: str, *, by: User, at: datetime) -> None:
    """An invitation whose time is over makes room for a new one."""
    waiting = company.invitations.waiting().filter(email=email).select_for_update().first()
    if waiting is not None and waiting.is_open(at=at):
        raise AlreadyInvited(email)
    if waiting is not None:
        waiting.become(Invitation.Status.REVOKED, by=by, at=at, reason="its time was over")


def check_budget(company: Company, email: str, *, at: datetime) -> None:
    """At most so many letters in a day from one company, and so many to one address from all of them.

    Two companies may count for one address at once and both send: the limit is against a flood, not to a letter.
    """
    letters = InvitationTransition.objects.filter(
        to_status=Invitation.Status.WAITING, at__gt=at - timedelta(days=1)
    )
    ours, theirs = letters.filter(row__company=company), letters.filter(row__email=email)
    if ours.count() >= settings.INVITATIONS_A_DAY or theirs.count() >= settings.INVITATIONS_TO_ONE_A_DAY:
        raise TooManyInvitations


def send_again(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """A new letter with a new address and all of its days; the address in the letter before leads nowhere."""
    with locked(invitation.company) as company:
        company.check_owner(by)
        invitation = still_waiting(invitation)
        check_budget(company, invitation.email, at=at)
        invitation.become(
            Invitation.Status.WAITING,
            by=by,
            at=at,
            reason="sent again",
            letters=invitation.letters + 1,
            expires_at=at + timedelta(days=settings.INVITATION_DAYS),
        )
        emails.taken_back(invitation, at=at)  # the letter before, where it still waits
        emails.invited(invitation, at=at)
    return invitation


def take_back(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """The letter leads nowhere from now on."""
    with locked(invitation.company) as company:
        company.check_owner(by)
        invitation = still_waiting(invitation)
        invitation.become(Invitation.Status.REVOKED, by=by, at=at)
        emails.taken_back(invitation, at=at)
    return invitation


def still_waiting(invitation: Invitation) -> Invitation:
    invitation = relock(invitation)
    if invitation.status != Invitation.Status.WAITING:
        raise InvitationIsOver
    return invitation


def accept(invitation: Invitation, *, by: User, at: datetime, letter: int) -> Membership:
    """Join, by the letter of that number. Raises InvitationIsOver, AnotherAddress, ActsAlready, WorksForThem."""
    with locked(invitation.company) as company:
        invitation = relock(invitation)
        if letter != invitation.letters or not invitation.is_open(at=at):
            raise InvitationIsOver
        check_may_join(invitation, company, by)
        invitation.become(Invitation.Status.ACCEPTED, by=by, at=at)
        membership = Membership.join(company, by, role=invitation.role, at=at)
        emails.joined(membership, at=at)
    return membership


def check_may_join(invitation: Invitation, company: Company, person: User) -> None:
    """Raises AnotherAddress, ActsAlready or WorksForThem."""
    if not EmailAddress.objects.filter(user=person, email__iexact=invitation.email, verified=True).exists():
        raise AnotherAddress(invitation)
    if company.memberships.active().filter(user=person).exists():
        raise ActsAlready(company)
    bids = person.applications.filter(project__company=company, status__in=UNDECIDED)
    if bids.exists() or person.engagements.filter(company=company, status__in=UNDER_WAY).exists():
        raise WorksForThem(company)
