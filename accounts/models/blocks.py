"""Who does not want to meet whom: a student and a company, told to nobody."""

from typing import Any

from django.db import models

from accounts.models.companies import Company
from accounts.models.users import User


class BlockQuerySet(models.QuerySet["Block"]):
    def standing(self) -> "BlockQuerySet":
        return self.filter(lifted_at=None)

    def between(self, student: Any, company: Any) -> "BlockQuerySet":
        return self.standing().filter(student=student, company=company)

    def made_by(self, person: Any) -> "BlockQuerySet":
        """One's own as a student, and those of the companies one acts for."""
        as_student = models.Q(side=Block.Side.STUDENT, student=person)
        return self.filter(as_student | models.Q(side=Block.Side.COMPANY, company__in=person.company_ids))


class Block(models.Model):
    """One side wants to meet the other no more. Work under way goes on."""

    class Side(models.TextChoices):
        STUDENT = "student", "The student"
        COMPANY = "company", "The company"

    student = models.ForeignKey(User, models.PROTECT, related_name="blocks")
    company = models.ForeignKey(Company, models.PROTECT, related_name="blocks")
    side = models.CharField(max_length=10, choices=Side)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(BlockQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="block_one_of_a_side",
                fields=["student", "company", "side"],
                condition=models.Q(lifted_at=None),
            ),
            models.CheckConstraint(
                name="block_side_known", condition=models.Q(side__in=["student", "company"])
            ),
        ]

    def __str__(self) -> str:
        return f"block {self.pk}"
