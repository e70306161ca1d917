"""What a student tells about themselves."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models.countries import COUNTRIES, validate_country
from accounts.models.taxonomy import Industry, JobRole, Skill
from accounts.models.users import User

MAX_HOURS_A_WEEK = 30  # PRODUCT.md: at most 30 h a week


def birthday(born_on: date, *, age: int) -> date:
    """The day on which a person turns `age`; born on 29 February, it is 1 March in other years."""
    year = born_on.year + age
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


class StudentProfile(models.Model):
    """The student side of a person: what they can, what they want to learn and explore."""

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
    joined_on = models.DateField()

    class Meta:
        constraints = [
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

    @property
    def country_name(self) -> str:
        return COUNTRIES.get(self.country, self.country)
