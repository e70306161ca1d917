"""Icons drawn into the page: `{% icon "clock" %}`; names are those of lucide.dev."""

from functools import cache

from django import template
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags import lucide

register = template.Library()


@cache
def drawn(name: str, classes: str) -> SafeString:
    words = {"class": classes, "aria-hidden": "true", "focusable": "false"}
    svg: str = lucide.lucide(name, size=24, **words)
    return mark_safe(svg)  # noqa: S308 - from the package's own archive; the words are ours


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon beside a word; it says nothing of its own to a screen reader."""
    return drawn(name, f"icon {classes}".strip())
