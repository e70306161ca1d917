"""Taking a lost second step off an account: asked for by an admin, signed by a second person, stopped by its owner."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models.users import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition

SALT = "accounts.second_step_reset"
WAITS = timedelta(hours=72)


class SecondStepResetQuerySet(models.QuerySet["SecondStepReset"]):
    def of_token(self, token: str) -> "SecondStepResetQuerySet":
        """The one whose letter this is from, or none."""
        try:
            public_id = signing.Signer(salt=SALT).unsign(token)
        except signing.BadSignature:
            return self.none()
        return self.filter(public_id=public_id)

    def open(self) -> "SecondStepResetQuerySet":
        """Asked for, and neither carried out nor ended otherwise."""
        return self.filter(status__in=SecondStepReset.OPEN)

    def due(self, *, at: datetime) -> "SecondStepResetQuerySet":
        return self.filter(status=SecondStepReset.Status.SIGNED, effect_at__lte=at).order_by(
            "effect_at", "pk"
        )


class SecondStepReset(StateMachine):
    """One person's lost second step. From the letter to them until it is taken off they have `WAITS` to say no."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Waits for a second signature"
        SIGNED = "signed", "Waits for its moment"
        DONE = "done", "Taken off"
        REFUSED = "refused", "Not signed"
        STOPPED = "stopped", "Stopped by the person"

    WAITS = WAITS
    OPEN = (Status.PROPOSED, Status.SIGNED)
    noun: ClassVar[str] = "request"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.PROPOSED: frozenset({Status.SIGNED, Status.REFUSED, Status.STOPPED}),
        Status.SIGNED: frozenset({Status.DONE, Status.STOPPED}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="second_step_resets")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField("how they showed who they are", max_length=500)
    status = models.CharField(max_length=20, choices=Status, default=Status.PROPOSED)
    at = models.DateTimeField()
    effect_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(SecondStepResetQuerySet)()

    class Meta:
        verbose_name = "lost second step"
        constraints = [
            models.UniqueConstraint(
                name="second_step_reset_one_open",
                fields=["person"],
                condition=Q(status__in=["proposed", "signed"]),
            ),
            models.CheckConstraint(name="second_step_reset_of_another", condition=~Q(by=models.F("person"))),
            models.CheckConstraint(name="second_step_reset_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="second_step_reset_gives_time", condition=Q(effect_at__gte=models.F("at") + WAITS)
            ),
            models.CheckConstraint(
                name="second_step_reset_done_has_a_moment",
                condition=Q(status="done", done_at__isnull=False) | (~Q(status="done") & Q(done_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"Lost second step of person {self.person.public_id}"

    def get_absolute_url(self) -> str:
        """Where the person says no; the address is the key to it."""
        return reverse("accounts:keep_second_step", args=[signing.Signer(salt=SALT).sign(self.public_id)])

    @property
    def audited_as(self) -> str:
        return str(self)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class SecondStepResetTransition(Transition):
    row: Any = models.ForeignKey(SecondStepReset, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="second_step_reset_history", fields=["row", "id"])]
