"""Icons drawn into the page: `{% icon "clock" %}`; names are those of lucide.dev."""

from functools import cache
from importlib.resources import files
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@cache
def archive() -> ZipFile:
    """The package's drawings. Its own tag reads the whole list of them anew for each icon."""
    return ZipFile(BytesIO((files("lucide") / "lucide.zip").read_bytes()))


@cache
def drawn(name: str, classes: str) -> SafeString:
    """Raises KeyError where there is no icon of that name."""
    svg = ElementTree.fromstring(archive().read(f"{name}.svg"))  # noqa: S314 - the package's own
    for part in svg.iter():
        part.tag = part.tag.rpartition("}")[2]  # inline SVG needs no namespace
    svg.attrib |= {"class": classes, "aria-hidden": "true", "focusable": "false"}
    return mark_safe(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S308 - as above; the words are ours


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon beside a word; it says nothing of its own to a screen reader."""
    return drawn(name, f"icon {classes}".strip())
