"""Lists of the API, page by page: `next` holds the whole address of what follows, null at the end."""

from typing import Any

from django.forms import BaseForm
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from marketplace.kernel.paging import newest, place_of

PAGE = 20
AFTER = OpenApiParameter(
    "after", OpenApiTypes.STR, description="Where the page before ended; `next` holds the whole address."
)


def pages_of(row: Any, name: str, **more: serializers.Field[Any, Any, Any, Any]) -> Any:
    """The serializer of a page of such rows, called `name` in the schema."""
    fields = {
        **more,
        "next": serializers.CharField(allow_null=True, help_text="The address of what follows."),
        "results": row(many=True),
    }
    return type(name, (serializers.Serializer,), fields)


def checked(form: BaseForm) -> Any:
    """The form; where its data are wrong, a problem that says by field what is."""
    if not form.is_valid():
        raise ValidationError(
            {name: [str(error) for error in errors] for name, errors in form.errors.items()}
        )
    return form


def newest_page(request: Request, rows: Any, *, by: str) -> dict[str, Any]:
    """The rows after the place in the address, newest first by the moment `by`, which is never null."""
    if (after := request.query_params.get("after")) and place_of(after) is None:
        raise ValidationError(
            {"after": ["This is no place in the list. Take the whole address from `next`."]}
        )
    found = newest(rows, request.query_params, name="after", by=by, size=PAGE)
    return as_page(request, found["rows"], found["older"])


def as_page(request: Request, rows: Any, older: str) -> dict[str, Any]:
    return {"next": request.build_absolute_uri(older) if older else None, "results": rows}
