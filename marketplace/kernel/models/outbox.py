"""What happened and nobody was told of yet: the queue between a decision and its letters."""

from datetime import datetime

from django.db import models


class UntoldQuerySet(models.QuerySet["Untold"]):
    def due(self, *, at: datetime) -> "UntoldQuerySet":
        return self.filter(next_try_at__lte=at).order_by("next_try_at", "pk")


class Untold(models.Model):
    """One thing that people are to be told of; the row is gone once its notices and letters are written."""

    what = models.CharField(max_length=60)
    subject = models.CharField("public id or primary key of what it is about", max_length=40)
    at = models.DateTimeField("when it happened")
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = models.Manager.from_queryset(UntoldQuerySet)()

    class Meta:
        indexes = [models.Index(name="untold_due", fields=["next_try_at", "id"])]
        constraints = [models.UniqueConstraint(name="untold_once", fields=["what", "subject"])]

    def __str__(self) -> str:
        return f"{self.what}: {self.subject}"
