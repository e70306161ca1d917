"""What was handed in, version by version, and what the employer said to it."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from projects.models.deliverables import Deliverable
from projects.models.engagements import Engagement
from projects.models.files import GivenFile
from projects.models.projects import MAX_CRITERIA

MAX_FILES = 10
MAX_FILE_BYTES = 25 * 1024 * 1024


class Submission(models.Model):
    """One version of the work for a deliverable. It never changes; a newer one stands beside it."""

    deliverable = models.ForeignKey(Deliverable, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField("what you deliver", max_length=10_000)
    link = models.URLField("link beside the delivery", blank=True)
    criteria_answers = ArrayField(models.CharField(max_length=500), size=MAX_CRITERIA)
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="submission_number", fields=["deliverable", "number"]),
            models.CheckConstraint(name="submission_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class SubmissionFileQuerySet(models.QuerySet["SubmissionFile"]):
    def visible_to(self, user: Any) -> "SubmissionFileQuerySet":
        return self.filter(submission__deliverable__engagement__in=Engagement.objects.visible_to(user))


class SubmissionFile(GivenFile):
    """A private file of a submission."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="files")
    file = models.FileField(upload_to="submissions/%Y/%m/")

    objects = models.Manager.from_queryset(SubmissionFileQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="submission_file_size", condition=Q(size_bytes__gt=0, size_bytes__lte=MAX_FILE_BYTES)
            )
        ]


class Review(models.Model):
    """An employer's answer to one submission: changes wanted, with the criteria that fail."""

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="review")
    failing_criteria = ArrayField(models.PositiveSmallIntegerField(), size=MAX_CRITERIA)
    message = models.TextField("what should change", max_length=3000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="review_names_failing_criteria", condition=Q(failing_criteria__len__gte=1)
            )
        ]

    def __str__(self) -> str:
        return f"Changes asked for on {self.submission}"
