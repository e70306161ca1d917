"""What a student tells about themselves."""

from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from accounts.models.blocks import Block
from accounts.models.contact import validate_link, validate_no_contact
from accounts.models.countries import COUNTRIES, validate_country
from accounts.models.schools import School
from accounts.models.taxonomy import Industry, JobRole, Skill
from accounts.models.users import User

MAX_HOURS_A_WEEK = 30  # PRODUCT.md: at most 30 h a week
MAX_LINKS = 4
# States of an application in which its student still stands by having applied.
STILL_APPLIED = (
    *("submitted", "shortlisted", "offered", "accepted", "declined", "not_answered"),
    *("offer_declined", "offer_expired", "offer_withdrawn"),
)


class Eligibility(models.TextChoices):
    """How a project is paid, and so how its student works; each project has exactly one."""

    CONTRACTOR = "contractor", "Independent contractor"
    STIPEND = "stipend", "Sponsor stipend"
    PAYROLL = "payroll", "Employer’s payroll"


def birthday(born_on: date, *, age: int) -> date:
    """The day on which a person turns `age`; born on 29 February, it is 1 March in other years."""
    year = born_on.year + age
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


class StudentProfileQuerySet(models.QuerySet["StudentProfile"]):
    def visible_to(self, viewer: Any) -> "StudentProfileQuerySet":
        """Those whose owner lets `viewer` see their page, and one's own; a moderator sees all.

        A company that the owner applied to sees it once it may know the name, unless the student withdrew.
        """
        if viewer.is_staff:
            return self
        to = StudentProfile.ShownTo
        seen = models.Q(shown_to=to.ALL)
        if viewer.is_authenticated:
            known = User.objects.filter(
                applications__project__company__in=viewer.company_ids,
                applications__named_at__isnull=False,
                applications__status__in=STILL_APPLIED,
            )
            seen |= models.Q(user=viewer.pk) | models.Q(shown_to=to.MEMBERS)
            seen |= models.Q(shown_to=to.COMPANIES, user__in=known)
        if viewer.is_authenticated and viewer.company_ids:
            apart = Block.objects.standing().filter(company__in=viewer.company_ids)
            seen &= ~models.Exists(apart.filter(student=models.OuterRef("user"))) | models.Q(user=viewer.pk)
        return self.filter(seen, user__is_active=True, user__leaves_at=None)


class StudentProfile(models.Model):
    """The student side of a person: what they can, what they want to learn and explore."""

    class ShownTo(models.TextChoices):
        """Who may open the student's page."""

        NOBODY = "nobody", "Only me"
        COMPANIES = "companies", "Companies I applied to, once they may know my name"
        MEMBERS = "members", "Everybody who is logged in"
        ALL = "all", "Everybody who has the address"

    user = models.OneToOneField(User, models.PROTECT, related_name="student_profile")
    born_on = models.DateField("date of birth")
    adult_on = models.DateField(editable=False)
    school = models.CharField(max_length=120)
    country = models.CharField(max_length=2, validators=[validate_country])
    skills = models.ManyToManyField(Skill, related_name="students_having", blank=True)
    learning_goals = models.ManyToManyField(Skill, related_name="students_wanting", blank=True)
    industries = models.ManyToManyField(Industry, related_name="students_exploring", blank=True)
    job_roles = models.ManyToManyField(JobRole, related_name="students_exploring", blank=True)
    hours_a_week = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_HOURS_A_WEEK)]
    )
    # Private: matched with a project, never shown to an employer. Empty as long as they do not know.
    may_work_as = ArrayField(models.CharField(max_length=12, choices=Eligibility), default=list, blank=True)
    joined_on = models.DateField()
    goals = models.TextField(
        "what you want to do next", max_length=600, blank=True, validators=[validate_no_contact]
    )
    links = ArrayField(
        models.CharField(max_length=200, validators=[validate_link]), size=MAX_LINKS, default=list, blank=True
    )
    shown_to = models.CharField(
        "who may open your page", max_length=10, choices=ShownTo, default=ShownTo.COMPANIES
    )
    shows_work = models.BooleanField("show the work I finished here", default=True)

    objects = models.Manager.from_queryset(StudentProfileQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="student_shown_to_known",
                condition=models.Q(shown_to__in=["nobody", "companies", "members", "all"]),
            ),
            models.CheckConstraint(
                name="student_may_work_as_known",
                condition=models.Q(may_work_as__contained_by=["contractor", "stipend", "payroll"]),
            ),
            models.CheckConstraint(name="student_links_few", condition=models.Q(links__len__lte=MAX_LINKS)),
            models.CheckConstraint(
                name="student_is_an_adult", condition=models.Q(joined_on__gte=models.F("adult_on"))
            ),
            models.CheckConstraint(
                name="student_adult_on_is_after_birth", condition=models.Q(adult_on__gt=models.F("born_on"))
            ),
            models.CheckConstraint(
                name="student_hours_a_week",
                condition=models.Q(hours_a_week__gte=1, hours_a_week__lte=MAX_HOURS_A_WEEK),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.school}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:person", args=[self.user.public_id])

    @cached_property
    def recognised_school(self) -> School | None:
        """The school of a verified address, which may be another than the one typed; two queries."""
        return School.objects.recognised_by(self.user)

    @property
    def is_school_confirmed(self) -> bool:
        """Whether a verified address is of the school that was typed."""
        return self.recognised_school is not None and self.recognised_school.is_called(self.school)

    @property
    def may_work_words(self) -> list[str]:
        return [str(Eligibility(kind).label) for kind in self.may_work_as]

    @property
    def country_name(self) -> str:
        return COUNTRIES.get(self.country, self.country)
