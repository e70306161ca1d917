"""Planned deliverables: the parts of the work as a project posts them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from marketplace.kernel.money import Money
from projects.models.projects import MAX_CRITERIA, MAX_DELIVERABLES, MAX_SPAN_DAYS, Project


class PlannedDeliverable(models.Model):
    """One dated part of the work as posted; an engagement takes its own copy at the offer.

    While the project is a draft a part may be unfinished: a share of 0 is an even one, a day of 0 is not
    said yet. From sending on, the trigger `project_shares_add_up` wants every part whole.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="planned_deliverables")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=100, blank=True)
    criteria = ArrayField(models.CharField(max_length=200), size=MAX_CRITERIA, default=list, blank=True)
    share_cents = models.PositiveIntegerField(default=0)
    due_days = models.PositiveSmallIntegerField("due, in days after the start", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="planned_deliverable_number", fields=["project", "number"]),
            models.CheckConstraint(
                name="planned_deliverable_number_in_bounds",
                condition=Q(number__gte=1, number__lte=MAX_DELIVERABLES),
            ),
            models.CheckConstraint(name="planned_deliverable_due", condition=Q(due_days__lte=MAX_SPAN_DAYS)),
            models.CheckConstraint(
                name="planned_deliverable_criteria", condition=Q(criteria__len__lte=MAX_CRITERIA)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def share(self) -> Money:
        return Money(self.share_cents)
