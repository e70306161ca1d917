"""The moves of projects, each with who, why and when."""

from django.db import models

from marketplace.kernel.states import Transition
from projects.models.projects import Project


class ProjectTransitionQuerySet(models.QuerySet["ProjectTransition"]):
    def opened_again(self) -> "ProjectTransitionQuerySet":
        """Those that took a project that was over, or closed to applications, back to new ones; oldest first."""
        back = {"from_status__in": Project.NO_LONGER_OPEN, "to_status": Project.Status.OPEN}
        return self.filter(**back).order_by("pk")

    def cancelled(self) -> "ProjectTransitionQuerySet":
        """The one with which the company took the project back, for a reason that applicants read."""
        return self.filter(to_status=Project.Status.CANCELLED)


class ProjectTransition(Transition):
    row = models.ForeignKey(Project, models.PROTECT, related_name="history")

    objects = models.Manager.from_queryset(ProjectTransitionQuerySet)()

    class Meta:
        indexes = [models.Index(name="project_history", fields=["row", "id"])]
