"""What staff do against a person or a company that broke the rules: warning, limit, suspension; and the appeal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models.companies import Company
from accounts.models.users import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def visible_to(self, user: Any) -> "SanctionQuerySet":
        """Those against oneself and one's companies, once they stand; staff see all."""
        if user.is_staff:
            return self
        mine = Q(person=user) | Q(company__in=user.company_ids)
        return self.filter(mine, status__in=[Sanction.Status.STANDING, Sanction.Status.LIFTED])

    def against(self, person: Any = None, company: Any = None) -> "SanctionQuerySet":
        whom = Q(person=person) if person is not None else Q(pk=None)
        return self.filter(whom | Q(company=company) if company is not None else whom)

    def binding(self, *, at: datetime) -> "SanctionQuerySet":
        """Those that keep somebody from beginning anything new."""
        return self.filter(
            Q(ends_at=None) | Q(ends_at__gt=at),
            status=Sanction.Status.STANDING,
            level__in=[Sanction.Level.LIMIT, Sanction.Level.SUSPENSION],
        )

    def appealed(self) -> "SanctionQuerySet":
        return self.filter(status=Sanction.Status.STANDING, appealed_at__isnull=False, appeal_decided_at=None)


class Sanction(StateMachine):
    """One sanction against one person or one company."""

    class Level(models.TextChoices):
        WARNING = "warning", "Warning"
        LIMIT = "limit", "Limit"
        SUSPENSION = "suspension", "Suspension"

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Waits for a second signature"
        STANDING = "standing", "Stands"
        REFUSED = "refused", "Not signed"
        LIFTED = "lifted", "Lifted"

    class Reason(models.TextChoices):
        ELSEWHERE = "elsewhere", "Leading people away from the site"
        MONEY = "money", "Asking for money, or paying elsewhere"
        FORBIDDEN = "forbidden", "Work that is forbidden here"
        NOT_REAL = "not_real", "Not being who one says"
        OWN_DEALING = "own_dealing", "Dealing with oneself"
        CARDS = "cards", "Cards that are stolen or tried out"
        OFFENSIVE = "offensive", "Harassing, insulting or discriminating"
        OTHER = "other", "Something else, see the note"

    noun: ClassVar[str] = "sanction"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.PROPOSED: frozenset({Status.STANDING, Status.REFUSED}),
        Status.STANDING: frozenset({Status.LIFTED}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="sanctions", null=True, blank=True)
    company = models.ForeignKey(Company, models.PROTECT, related_name="sanctions", null=True, blank=True)
    level = models.CharField(max_length=12, choices=Level)
    status = models.CharField(max_length=20, choices=Status)
    codes = ArrayField(models.CharField(max_length=20))
    note = models.TextField("what happened, for whom it is about", max_length=1000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    cents = models.PositiveBigIntegerField("money that it moves", default=0)
    passes_at = models.DateTimeField("when it passes with one signature", null=True, blank=True)
    appeal = models.TextField(max_length=2000, blank=True)
    appealed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_decided_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(SanctionQuerySet)()

    class Meta:
        indexes = [
            models.Index(name="sanction_of_person", fields=["person", "-at"], condition=~Q(person=None)),
            models.Index(name="sanction_of_company", fields=["company", "-at"], condition=~Q(company=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="sanction_against_one",
                condition=Q(person__isnull=False, company=None) | Q(person=None, company__isnull=False),
            ),
            models.CheckConstraint(name="sanction_says_why", condition=Q(codes__len__gte=1, note__gt="")),
        ]

    def __str__(self) -> str:
        whom = self.company or f"person {self.person.public_id}"  # type: ignore[union-attr]
        return f"{self.get_level_display()} of {whom}"

    @property
    def audited_as(self) -> str:
        return str(self)

    @property
    def subject(self) -> Any:
        return self.company or self.person

    @property
    def reasons(self) -> list[str]:
        return [str(self.Reason(code).label) for code in self.codes]


class SanctionTransition(Transition):
    row = models.ForeignKey(Sanction, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="sanction_history", fields=["row", "id"])]
