"""Keys with which programs of a person use the API in their name."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models.users import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition

BEGINNING = "fh_"  # so that whoever finds one in a file knows what it is
SECRET_BYTES = 32
SHOWN = len(BEGINNING) + 6  # characters by which its owner knows it again


class Scope(models.TextChoices):
    """What a key may be used for; never more than its owner may do."""

    READ = "read", "Read what you may read"
    POST = "post", "Write, send and change projects, and answer questions"
    SELECT = "select", "Answer applicants, without making offers"
    APPLY = "apply", "Apply, withdraw, and ask questions"
    WORK = "work", "Hand in work, hand over materials, ask for changes"
    PAY = "pay", "Decide about money: make, accept and end offers, approve work"
    ACCOUNT = "account", "Change your profile, your company and who acts for it"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def of(self, person: Any) -> "ApiKeyQuerySet":
        return self.filter(person=person)

    def live(self, *, at: datetime) -> "ApiKeyQuerySet":
        """Those that open doors."""
        return self.filter(status=ApiKey.Status.ACTIVE, expires_at__gt=at)

    def newest_first(self) -> "ApiKeyQuerySet":
        return self.order_by("-created_at", "-pk")


class ApiKey(StateMachine):
    """A key that was shown once. What is kept of it is its beginning and its SHA-256: 32 random bytes need no salt."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        REVOKED = "revoked", "Revoked"

    noun: ClassVar[str] = "key"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {Status.ACTIVE: frozenset({Status.REVOKED})}

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)
    beginning = models.CharField(max_length=20, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(ApiKeyQuerySet)()

    class Meta:
        verbose_name = "API key"
        indexes = [models.Index(name="api_key_of_person", fields=["person", "-created_at", "-id"])]
        constraints = [
            models.UniqueConstraint(
                name="api_key_active_name", fields=["person", "name"], condition=models.Q(status="active")
            ),
            models.CheckConstraint(
                name="api_key_has_known_scopes",
                condition=models.Q(scopes__len__gte=1)
                & models.Q(
                    scopes__contained_by=["read", "post", "select", "apply", "work", "pay", "account"]
                ),
            ),
            models.CheckConstraint(
                name="api_key_has_some_time", condition=models.Q(expires_at__gt=models.F("created_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_words(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]

    def is_live(self, *, at: datetime) -> bool:
        return self.status == self.Status.ACTIVE and at < self.expires_at


class ApiKeyTransition(Transition):
    row = models.ForeignKey(ApiKey, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="api_key_history", fields=["row", "id"])]


def new_secret() -> str:
    return BEGINNING + secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
