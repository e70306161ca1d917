"""Employers: a company and the people who act for it."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse

from accounts.models.countries import COUNTRIES, validate_country
from accounts.models.taxonomy import Industry
from accounts.models.users import User
from marketplace.kernel.ids import new_public_id

# Sites on which anybody may have a page: of two companies there, neither is the other's kin.
SHARED_DOMAINS = (
    *("linkedin.com", "facebook.com", "instagram.com", "x.com", "twitter.com", "youtube.com", "github.com"),
    *("github.io", "sites.google.com", "wordpress.com", "wixsite.com", "notion.site", "linktr.ee"),
)

COLLEAGUES_FOR = timedelta(days=365)  # PRODUCT.md: who belonged to a company within 12 months is no stranger

HOST = r"^https?://(?:[^/?#]*@)?(?:www\.)?([^:/?#]+)"  # of an address in small letters, without www


class CompanyQuerySet(models.QuerySet["Company"]):
    def of(self, user: Any) -> "CompanyQuerySet":
        return self.filter(pk__in=user.company_ids)

    def kin_of(self, company: "Company") -> "CompanyQuerySet":
        """The company itself, those that its owners own or owned, and those whose site has the same domain."""
        owners = Membership.objects.filter(company=company, role=Membership.Role.OWNER).values("user")
        owned = Membership.objects.filter(role=Membership.Role.OWNER, user__in=owners).values("company")
        kin = [owned, Company.objects.filter(pk=company.pk).values("pk")]
        if company.domain:
            kin.append(Company.objects.filter(site_domain=company.domain).values("pk"))
        return self.filter(pk__in=kin[0].union(*kin[1:]))  # each found by its own index; OR would read all

    def visible_to(self, user: Any) -> "CompanyQuerySet":
        """Those that published a project, which a moderator or a proof let through, and one's own."""
        if user.is_staff:
            return self
        shown = models.Q(projects__published_at__isnull=False)
        if user.is_authenticated:
            shown |= models.Q(pk__in=user.company_ids)
        return self.filter(shown).distinct()


class Company(models.Model):
    """Who posts projects and pays. Rules ask the company, never the person who clicks for it."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    name = models.CharField("company name", max_length=100)
    slug = models.SlugField(max_length=110, unique=True)
    website = models.URLField(blank=True)
    about = models.TextField("what the company does", max_length=1000, blank=True)
    industry = models.ForeignKey(Industry, models.PROTECT, related_name="companies")
    country = models.CharField(max_length=2, validators=[validate_country])
    time_zone = models.CharField(max_length=50, default="UTC")
    proven_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    site_domain = models.GeneratedField(
        expression=Coalesce(Func(Lower("website"), Value(HOST), function="SUBSTRING"), Value("")),
        output_field=models.CharField(max_length=200),
        db_persist=True,
    )

    objects = models.Manager.from_queryset(CompanyQuerySet)()

    class Meta:
        indexes = [models.Index(name="company_site_domain", fields=["site_domain"])]
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accounts:company", args=[self.slug])

    @property
    def audited_as(self) -> str:
        return self.name

    @property
    def is_proven(self) -> bool:
        return self.proven_at is not None

    @property
    def country_name(self) -> str:
        return COUNTRIES.get(self.country, self.country)

    @property
    def domain(self) -> str:
        """Of its site, without www; nothing where it has none of its own."""
        host = (urlsplit(self.website).hostname or "").lower().removeprefix("www.")
        shared = any(host == name or host.endswith(f".{name}") for name in SHARED_DOMAINS)
        return "" if shared else host

    def has_member(self, user: User) -> bool:
        return self.pk in user.company_ids

    def is_owned_by(self, user: User) -> bool:
        """Whether this person answers for the company today; asked anew each time, since roles change."""
        return self.memberships.active().owners().filter(user=user.pk).exists()

    def check_owner(self, user: User) -> None:
        """Raises PermissionDenied."""
        if not self.is_owned_by(user):
            raise PermissionDenied

    def members_now(self) -> models.QuerySet[User]:
        """The people to tell when something waits for this company."""
        return User.objects.filter(memberships__company=self, memberships__left_at=None, is_active=True)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        return self.filter(left_at=None)

    def owners(self) -> "MembershipQuerySet":
        """Those who answer for their company and can log in."""
        return self.filter(role=Membership.Role.OWNER, user__is_active=True)

    def lately(self, *, at: datetime) -> "MembershipQuerySet":
        """Those of today and of the last 12 months: for rules about colleagues and former ones."""
        return self.filter(models.Q(left_at=None) | models.Q(left_at__gt=at - COLLEAGUES_FOR))


class Membership(models.Model):
    """One person acting for one company, from a day to a day."""

    class Role(models.TextChoices):
        OWNER = "owner", "Owner"
        MANAGER = "manager", "Manager"

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    company = models.ForeignKey(Company, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(MembershipQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="membership_once_at_a_time", fields=["user", "company"], condition=models.Q(left_at=None)
            ),
            models.CheckConstraint(
                name="membership_role_known", condition=models.Q(role__in=["owner", "manager"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display().lower()} of {self.company}"

    @classmethod
    def join(cls, company: Company, user: User, *, role: str, at: datetime) -> "Membership":
        """Somebody acts for a company from now on."""
        membership = cls.objects.create(user=user, company=company, role=role, joined_at=at)
        membership.note("", role, by=user, at=at)
        return membership

    def give(self, role: str, *, by: User, at: datetime) -> None:
        """Another role. Call it on a locked row."""
        before, self.role = self.role, role
        self.save(update_fields=["role"])
        self.note(before, role, by=by, at=at)

    def end(self, *, by: User, at: datetime) -> None:
        """The last day. Call it on a locked row."""
        self.left_at = at
        self.save(update_fields=["left_at"])
        self.note(self.role, "", by=by, at=at)

    def note(self, before: str, after: str, *, by: User, at: datetime) -> None:
        self.history.create(from_status=before, to_status=after, by=by, at=at)
