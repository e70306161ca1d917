"""How a company shows that it is who it says: its e-mail domain, its site, or a number in a public registry."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.companies import Company
from accounts.models.users import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition

FILE = "/.well-known/marketplace-proof.txt"


class CompanyProofQuerySet(models.QuerySet["CompanyProof"]):
    def shown(self) -> "CompanyProofQuerySet":
        return self.filter(status=CompanyProof.Status.SHOWN)

    def waiting(self) -> "CompanyProofQuerySet":
        return self.filter(status=CompanyProof.Status.WAITING)

    def to_look_at(self, *, at: datetime) -> "CompanyProofQuerySet":
        """Sites that somebody said are ready; a look that died is made again after its lease."""
        return self.waiting().filter(look_at__lte=at).order_by("look_at", "pk")


class CompanyProof(StateMachine):
    """One way in which a company shows who it is. What makes it proven is `proving.make_proven`."""

    class Way(models.TextChoices):
        MAIL = "mail", "E-mail domain"
        SITE = "site", "File on the site"
        REGISTRY = "registry", "Registry number"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SHOWN = "shown", "Shown"
        REFUSED = "refused", "Not accepted"

    class RefusalReason(models.TextChoices):
        NOT_FOUND = "not_found", "The registry does not know this number"
        OTHER_COMPANY = "other_company", "The number is of another company"
        ENDED = "ended", "The registry says that the company has ended"
        UNREADABLE = "unreadable", "We cannot tell which registry is meant"

    LOOK_LEASE = timedelta(minutes=5)
    noun: ClassVar[str] = "proof"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.WAITING: frozenset({Status.SHOWN, Status.REFUSED}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    company = models.ForeignKey(Company, models.PROTECT, related_name="proofs")
    way = models.CharField(max_length=10, choices=Way)
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    domain = models.CharField(max_length=200, blank=True)
    token = models.CharField(max_length=60, blank=True)
    registry = models.CharField("public registry", max_length=100, blank=True)
    number = models.CharField("number in it", max_length=60, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    found = models.CharField("what the last look found", max_length=200, blank=True)

    objects = models.Manager.from_queryset(CompanyProofQuerySet)()

    class Meta:
        verbose_name = "proof of a company"
        verbose_name_plural = "proofs of companies"
        indexes = [models.Index(name="company_proof_look", fields=["look_at"], condition=~Q(look_at=None))]
        constraints = [
            models.UniqueConstraint(
                name="company_proof_one_of_a_way",
                fields=["company", "way", "domain"],
                condition=Q(status__in=["waiting", "shown"]),
            ),
            models.CheckConstraint(
                name="company_proof_says_what",
                condition=Q(way="mail", domain__gt="")
                | Q(way="site", domain__gt="", token__gt="")
                | Q(way="registry", registry__gt="", number__gt=""),
            ),
            models.CheckConstraint(
                name="company_proof_decided_once",
                condition=Q(status="waiting", decided_at=None)
                | (~Q(status="waiting") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} of {self.company}"

    @property
    def audited_as(self) -> str:
        return str(self)

    @property
    def address(self) -> str:
        """Where the file lies."""
        return f"https://{self.domain}{FILE}"


class CompanyProofTransition(Transition):
    row = models.ForeignKey(CompanyProof, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="company_proof_history", fields=["row", "id"])]
