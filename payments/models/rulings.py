"""What admins decide about money: an award of what is held, and a finding of fraud. Large ones are signed by two."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.money import Money
from marketplace.kernel.states import StateMachine, Transition
from payments.models.holds import Release, Share


class Ruling(StateMachine):
    """One decision: who proposed it and why; it stands at once or once somebody else has signed."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Waits for a second signature"
        STANDING = "standing", "Stands"
        REFUSED = "refused", "Not signed"
        LIFTED = "lifted", "Lifted"

    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.PROPOSED: frozenset({Status.STANDING, Status.REFUSED}),
        Status.STANDING: frozenset({Status.LIFTED}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.PROPOSED)
    note = models.TextField("why, for both sides", max_length=1000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    passes_at = models.DateTimeField("when it passes with one signature", null=True, blank=True)
    cents = models.PositiveBigIntegerField("money that it moves")

    class Meta:
        abstract = True

    @property
    def amount(self) -> Money:
        return Money(self.cents)

    @property
    def audited_as(self) -> str:
        return str(self)


class Award(Ruling):
    """An undecided part is divided: so much to the student, the rest with its part of the fee to the card."""

    noun: ClassVar[str] = "award"
    share = models.ForeignKey(Share, models.PROTECT, related_name="awards")
    student_cents = models.PositiveBigIntegerField()
    refund_cents = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="award_one_a_share", fields=["share"], condition=~Q(status="refused")
            ),
            models.CheckConstraint(
                name="award_divides_what_it_moves",
                condition=Q(cents__gt=0, cents__gte=F("student_cents") + F("refund_cents")),
            ),
            models.CheckConstraint(name="award_says_why", condition=Q(note__gt="")),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of engagement {self.share.hold.engagement.public_id} divided"

    @property
    def student_amount(self) -> Money:
        return Money(self.student_cents)

    @property
    def refund_amount(self) -> Money:
        return Money(self.refund_cents)

    @property
    def fee_amount(self) -> Money:
        """The part of the platform fee that is earned with what the student gets."""
        return Money(self.cents - self.student_cents - self.refund_cents)

    @property
    def engagement(self) -> Any:
        return self.share.hold.engagement


class AwardTransition(Transition):
    row = models.ForeignKey(Award, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="award_history", fields=["row", "id"])]


class FraudFinding(Ruling):
    """Money that was sent was got by fraud: found by two, and only after the time to appeal is it taken back."""

    class Reason(models.TextChoices):
        NOT_DONE = "not_done", "The work was never done, and both knew it"
        STOLEN = "stolen", "The card was stolen, and the student took part"
        SELF_DEALING = "self_dealing", "Somebody paid themselves"
        FALSE_PERSON = "false_person", "The student is not who they say"

    noun: ClassVar[str] = "finding"
    release = models.ForeignKey(Release, models.PROTECT, related_name="findings")
    codes = ArrayField(models.CharField(max_length=20))
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    moves_at = models.DateTimeField("when the money is taken back", null=True, blank=True)
    appeal = models.TextField(max_length=2000, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="finding_one_a_release",
                fields=["release"],
                condition=Q(status__in=["proposed", "standing"]),
            ),
            models.CheckConstraint(
                name="finding_says_why", condition=Q(codes__len__gte=1, note__gt="", cents__gt=0)
            ),
            models.CheckConstraint(
                name="finding_stands_with_its_day",
                condition=~Q(status="standing") | Q(moves_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Fraud: {self.amount} of engagement {self.engagement.public_id}"

    @property
    def engagement(self) -> Any:
        return self.release.share.hold.engagement

    @property
    def reasons(self) -> list[str]:
        return [str(self.Reason(code).label) for code in self.codes]

    def can_be_appealed(self, *, at: datetime) -> bool:
        in_time = self.moves_at is not None and at < self.moves_at
        return self.status == self.Status.STANDING and self.appealed_at is None and in_time

    @property
    def waits_for_appeal(self) -> bool:
        return self.appealed_at is not None and self.appeal_decided_at is None


class FraudFindingTransition(Transition):
    row = models.ForeignKey(FraudFinding, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="finding_history", fields=["row", "id"])]
