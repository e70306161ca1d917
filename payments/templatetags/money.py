"""The money bar: reserved, held, sent to the student, each with its amount and moment."""

from typing import Any

from django import template

from payments.models.bars import bar_of
from projects.models import Engagement

register = template.Library()


@register.inclusion_tag("components/money_bar.html")
def money_bar(engagement: Engagement, small: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002
    """Draw the bar of an engagement's first payment; nothing where there is none yet."""
    return {"steps": bar_of(engagement), "small": small}
