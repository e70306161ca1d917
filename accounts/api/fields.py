"""Fields that name terms of the closed lists, and companies, by their slugs."""

from typing import Any

from django.db.models import Model
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

UNKNOWN = "“{}” is not on the list."


@extend_schema_field(OpenApiTypes.STR)
class TermField(serializers.SlugField):
    """One row of `model`, by its slug; null where the field takes it."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        self.model = model
        super().__init__(**kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        slug = super().run_validation(data)
        if slug is None:
            return None
        found = self.model._default_manager.filter(slug=slug).first()
        if found is None:
            raise serializers.ValidationError(UNKNOWN.format(slug))
        return found

    def to_representation(self, value: Any) -> str:
        return str(value.slug)


class TermsField(serializers.ListField):
    """Several rows of `model` by their slugs, found in one query."""

    child = serializers.SlugField()

    def __init__(self, model: type[Model], *, most: int, **kwargs: Any) -> None:
        self.model = model
        super().__init__(max_length=most, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        slugs = super().run_validation(data)
        found = {row.slug: row for row in self.model._default_manager.filter(slug__in=slugs)}  # type: ignore[attr-defined]
        for slug in slugs:
            if slug not in found:
                raise serializers.ValidationError(UNKNOWN.format(slug))
        return list(found.values())

    def to_representation(self, data: Any) -> list[str]:
        rows = data.all() if hasattr(data, "all") else data
        return sorted(row.slug for row in rows)


@extend_schema_field(OpenApiTypes.STR)
class LinkField(serializers.URLField):
    """An address, or nothing: what is said to be one by its format may not be empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 200, "required": False, "allow_blank": True} | kwargs)
