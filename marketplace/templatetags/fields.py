"""What the one form field template asks of a bound field."""

from typing import Any

from django import forms, template
from django.forms import BoundField

register = template.Library()

KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "choices"),
    (forms.RadioSelect, "choices"),
    (forms.CheckboxInput, "checkbox"),
    (forms.FileInput, "file"),
    (forms.Textarea, "textarea"),
)


@register.filter
def kind(field: BoundField) -> str:
    """`choices`, `checkbox`, `file`, `textarea` or `text`: how label and box stand to each other."""
    for widget, name in KINDS:
        if isinstance(field.field.widget, widget):
            return name
    return "text"


@register.filter
def attr(field: BoundField, name: str) -> Any:
    """An attribute of the field's widget, such as `data-unit`; empty when it has none."""
    return field.field.widget.attrs.get(name, "")


@register.filter
def first_id(field: BoundField) -> str:
    """Where a link to the field lands: the first box of a group, else the box itself."""
    widget_id = field.field.widget.attrs.get("id") or field.auto_id
    return f"{widget_id}_0" if kind(field) == "choices" else str(widget_id)
