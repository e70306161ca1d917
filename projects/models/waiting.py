"""The waiting list of a project whose places for applications are taken: what a student wrote, and their lot."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from accounts.models import User
from marketplace.kernel.ids import new_public_id
from projects.models.applications import ANSWER_LENGTH
from projects.models.projects import MAX_QUESTIONS, Project


def lot_of(project: Project, student: User) -> int:
    """By chance, and the same for whoever leaves and comes back: nobody draws twice."""
    digest = salted_hmac("projects.waiting", f"{project.pk}:{student.pk}", algorithm="sha256").digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class WaitingQuerySet(models.QuerySet["Waiting"]):
    def of(self, student: Any) -> "WaitingQuerySet":
        return self.filter(student=student)

    def newest_first(self) -> "WaitingQuerySet":
        return self.order_by("-joined_at", "-pk")

    def by_lot(self) -> "WaitingQuerySet":
        return self.order_by("lot", "pk")

    def to_look_at(self, *, at: datetime) -> models.QuerySet[Project]:
        """Projects with a waiting list that may have a place to give, or whose list has ended."""
        over = ~Q(status__in=Project.CHANGEABLE) | Q(applications_close_at__lte=at)
        places = models.F("seats") * settings.APPLICATIONS_PER_SEAT
        has_place = Q(status=Project.Status.OPEN, bids__lt=places)
        listed = Project.objects.filter(pk__in=self.values("project")).with_places()
        return listed.filter(over | has_place).order_by("pk")


class Waiting(models.Model):
    """Somebody waits for a place; the row goes when they get one, leave, or the list ends."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="waiting_list")
    student = models.ForeignKey(User, models.PROTECT, related_name="+")
    motivation = models.TextField("why this project", max_length=ANSWER_LENGTH)
    questions = ArrayField(models.CharField(max_length=200), size=MAX_QUESTIONS, default=list, blank=True)
    answers = ArrayField(
        models.CharField(max_length=ANSWER_LENGTH), size=MAX_QUESTIONS, default=list, blank=True
    )
    lot = models.BigIntegerField("who has the lowest is first")
    joined_at = models.DateTimeField()

    objects = models.Manager.from_queryset(WaitingQuerySet)()

    class Meta:
        indexes = [models.Index(name="waiting_by_lot", fields=["project", "lot", "id"])]
        constraints = [
            models.UniqueConstraint(name="waiting_once_per_project", fields=["student", "project"]),
            models.CheckConstraint(name="waiting_says_why", condition=~Q(motivation="")),
        ]

    def __str__(self) -> str:
        return f"{self.student} waits for {self.project}"
