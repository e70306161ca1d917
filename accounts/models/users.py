"""People: one account each, known by a verified e-mail address."""

import zoneinfo
from datetime import datetime
from functools import cache, cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower

from marketplace.kernel.ids import new_public_id


@cache
def zone_names() -> frozenset[str]:
    """Every zone this machine knows; looked up once, since it reads a folder tree."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    if name not in zone_names():
        raise ValidationError("Choose a time zone from the list.")


class UserManager(BaseUserManager["User"]):
    """Django's commands and log-in need a manager of this shape."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_verified_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who needs no letter with a code before the first log-in: an operator vouches for them."""
        from allauth.account.models import EmailAddress

        with transaction.atomic(using=self._db):
            user = self.create_user(email, password, **fields)
            EmailAddress.objects.using(self._db).create(
                user=user, email=user.email, verified=True, primary=True
            )
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_verified_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they are on the site stands in rows: a student profile, memberships of companies."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("full name", max_length=100, blank=True)
    time_zone = models.CharField(max_length=50, default="UTC", validators=[validate_time_zone])
    shortcut_keys = models.BooleanField("single keys act in tables", default=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    leaves_at = models.DateTimeField("is deleted on", null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_email_is_lower_case", condition=models.Q(email=Lower("email")))
        ]

    _rights: frozenset[str] | None = None

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """What Django's administration greets a person by."""
        return str(self)

    @property
    def short_name(self) -> str:
        """The first word of the name, for a greeting."""
        return self.name.split(" ", 1)[0] or self.email.split("@", 1)[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def is_student(self) -> bool:
        return hasattr(self, "student_profile")

    @cached_property
    def company_ids(self) -> frozenset[int]:
        """The companies this person acts for today."""
        return frozenset(self.memberships.active().values_list("company_id", flat=True))

    @property
    def is_employer(self) -> bool:
        return bool(self.company_ids)

    @property
    def rests(self) -> bool:
        """Whether an administrator's powers sleep: where rights are for hours, they too ask for them."""
        return bool(settings.STAFF_TIMED_RIGHTS and self.is_superuser)

    def rights(self, *, at: datetime) -> frozenset[str]:
        """The kinds of rights that this member of staff has now; asked once for each request."""
        if not (self.is_staff and self.is_active):
            return frozenset()
        if self.is_superuser and not self.rests:
            return frozenset({"all"})
        if self._rights is None:
            self._rights = frozenset(self.staff_rights.live(at=at).values_list("kind", flat=True))
        return self._rights

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's, which lets an administrator do all; one whose powers sleep may do what was granted."""
        return perm in self.get_all_permissions(obj) if self.rests else super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        if not self.rests:
            return super().has_module_perms(app_label)
        return any(perm.startswith(f"{app_label}.") for perm in self.get_all_permissions())

    def has_right(self, kind: str, *, at: datetime) -> bool:
        return bool({kind, "all"} & self.rights(at=at))

    @property
    def is_leaving(self) -> bool:
        """Whether they asked to be deleted: nobody sees their page, and nothing but that can be done by them."""
        return self.leaves_at is not None

    @property
    def needs_onboarding(self) -> bool:
        return not (self.is_staff or self.is_student or self.is_employer)
