"""What a student tells about themselves."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models.taxonomy import Industry, JobRole, Skill
from accounts.models.users import User

ADULT_YEARS = 18  # PRODUCT.md: 18 or over
MAX_HOURS_A_WEEK = 30  # PRODUCT.md: at most 30 h a week


def eighteenth_birthday(born_on: date) -> date:
    """The day from which the person may join; born on 29 February, it is 1 March."""
    year = born_on.year + ADULT_YEARS
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
    country = models.CharField(max_length=2)
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
