"""Materials: what a company promised to hand over in the workroom, and what it handed over."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from projects.models.engagements import Engagement
from projects.models.files import GivenFile
from projects.models.projects import MAX_PROMISED, Project
from projects.models.submissions import MAX_FILE_BYTES


class PromisedMaterialQuerySet(models.QuerySet["PromisedMaterial"]):
    def visible_to(self, user: Any) -> "PromisedMaterialQuerySet":
        return self.filter(engagement__in=Engagement.objects.visible_to(user))

    def missing(self) -> "PromisedMaterialQuerySet":
        return self.filter(given_at=None)


class PromisedMaterial(models.Model):
    """One thing that the company promised with its project, in its words of that day, and what it gave."""

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="promised_materials")
    number = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=200)
    note = models.TextField("note", max_length=2000, blank=True)
    link = models.URLField("link", blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(PromisedMaterialQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="promised_material_number", fields=["engagement", "number"]),
            models.CheckConstraint(
                name="promised_material_number_in_bounds",
                condition=Q(number__gte=1, number__lte=MAX_PROMISED),
            ),
            models.CheckConstraint(name="promised_material_has_words", condition=~Q(words="")),
            models.CheckConstraint(
                name="promised_material_given_by_somebody",
                condition=Q(given_at=None, given_by=None, note="", link="")
                | Q(given_at__isnull=False, given_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.words


class MaterialFileQuerySet(models.QuerySet["MaterialFile"]):
    def visible_to(self, user: Any) -> "MaterialFileQuerySet":
        """Those of a project for whoever sees it, those of a workroom for its two sides and a moderator."""
        public = Q(project__in=Project.objects.visible_to(user))
        if not user.is_authenticated:
            return self.filter(public)
        return self.filter(public | Q(promise__engagement__in=Engagement.objects.visible_to(user)))


class MaterialFile(GivenFile):
    """A file of a promised material, or of a project."""

    promise = models.ForeignKey(PromisedMaterial, models.PROTECT, null=True, blank=True, related_name="files")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="material_files")
    file = models.FileField(upload_to="materials/%Y/%m/")

    objects = models.Manager.from_queryset(MaterialFileQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="material_file_of_exactly_one",
                condition=Q(promise__isnull=False, project=None) | Q(promise=None, project__isnull=False),
            ),
            models.CheckConstraint(
                name="material_file_size", condition=Q(size_bytes__gt=0, size_bytes__lte=MAX_FILE_BYTES)
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("projects:material", args=[self.public_id])
