"""Invitations to act for a company, and the history of who acted for it as what."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.core import signing
from django.db import models
from django.db.models.functions import Lower

from accounts.models.companies import Company, Membership
from accounts.models.users import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition

SALT = "companies.invitation"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Those that were neither accepted nor taken back; their time may be over."""
        return self.filter(status=self.model.Status.WAITING)

    def newest_first(self) -> "InvitationQuerySet":
        return self.order_by("-created_at", "-pk")


class Invitation(StateMachine):
    """A letter to one address that lets its reader join a company once, until a moment."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ACCEPTED = "accepted", "Accepted"
        REVOKED = "revoked", "Taken back"

    noun: ClassVar[str] = "invitation"
    # From waiting to waiting: the letter is sent again.
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.WAITING: frozenset({Status.WAITING, Status.ACCEPTED, Status.REVOKED}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    company = models.ForeignKey(Company, models.PROTECT, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=10, choices=Membership.Role, default=Membership.Role.MANAGER)
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    letters = models.PositiveSmallIntegerField("how often it was sent", default=1)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = models.Manager.from_queryset(InvitationQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="invitation_one_waits", fields=["company", "email"], condition=models.Q(status="waiting")
            ),
            models.CheckConstraint(
                name="invitation_role_known", condition=models.Q(role__in=["owner", "manager"])
            ),
            models.CheckConstraint(
                name="invitation_email_is_lower_case", condition=models.Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="invitation_has_some_time", condition=models.Q(expires_at__gt=models.F("created_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display().lower()} of {self.company}"

    @property
    def token(self) -> str:
        """What stands in the letter's address: signed, and of this letter alone, so that the last one counts."""
        return signing.Signer(salt=SALT).sign_object([self.public_id, self.letters])

    def is_open(self, *, at: datetime) -> bool:
        return self.status == self.Status.WAITING and at < self.expires_at


def read_token(token: str) -> tuple[str, int]:
    """The invitation's public id and the number of the letter. Raises signing.BadSignature."""
    public_id, number = signing.Signer(salt=SALT).unsign_object(token)
    return str(public_id), int(number)


class InvitationTransition(Transition):
    row = models.ForeignKey(Invitation, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="invitation_history", fields=["row", "id"])]


class MembershipTransition(Transition):
    """A member joined, got another role or left: `from_status` and `to_status` are roles, empty for outside."""

    row = models.ForeignKey(Membership, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="membership_history", fields=["row", "id"])]

    def word_for(self, status: str) -> str:
        return dict(Membership.Role.choices).get(status, "Outside")
