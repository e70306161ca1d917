"""What is known of a file that somebody gave."""

from django.db import models

from marketplace.kernel.ids import new_public_id


class GivenFile(models.Model):
    """Its name on disk is random; `name` is what its giver called it."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
