"""The closed lists that people and projects choose from."""

from django.db import models


class Term(models.Model):
    """A word of a closed list, with the slug that stands in addresses."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Skill(Term):
    """Something a person can do or wants to learn, and a project asks for."""


class Industry(Term):
    """The field a company works in and a project belongs to."""

    class Meta:
        verbose_name_plural = "industries"


class JobRole(Term):
    """A kind of work that a student wants to explore, such as market research."""
