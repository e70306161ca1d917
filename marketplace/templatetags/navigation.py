"""The site's main places, for whoever looks; addresses that this installation lacks are left out."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from marketplace.kernel.notices import unread_count

register = template.Library()


@dataclass
class Place:
    label: str
    icon: str
    url: str
    is_current: bool = False


VISITOR = [("Projects", "search", "projects:list")]
STUDENT = [
    ("Projects", "search", "projects:list"),
    ("Applications", "send", "projects:applications"),
    ("Work", "briefcase", "projects:engagements"),
    ("Money", "wallet", "payments:money"),
]
EMPLOYER = [
    ("Dashboard", "inbox", "dashboard"),
    ("Projects", "clipboard-list", "projects:mine"),
    ("Work", "briefcase", "projects:engagements"),
    ("Money", "wallet", "payments:money"),
]
BOTH = [
    ("Projects", "search", "projects:list"),
    ("Applications", "send", "projects:applications"),
    ("Work", "briefcase", "projects:engagements"),
    ("Money", "wallet", "payments:money"),
    ("Your projects", "clipboard-list", "projects:mine"),
]


def places_of(user: Any) -> list[tuple[str, str, str]]:
    if user is None or not user.is_authenticated:
        return VISITOR
    if user.is_employer:
        return BOTH if user.is_student else EMPLOYER
    return STUDENT if user.is_student else VISITOR


def resolved(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def unread_notices(context: dict[str, Any]) -> int:
    """How much this person has not read yet; nothing is asked for a visitor."""
    user = getattr(context.get("request"), "user", None)
    return unread_count(user) if user is not None and user.is_authenticated else 0


@register.simple_tag(takes_context=True)
def main_places(context: dict[str, Any]) -> list[Place]:
    """The places of this person; the one whose address is the longest beginning of this page's is current."""
    request = context.get("request")
    user = getattr(request, "user", None)
    places = [Place(label, icon, url) for label, icon, name in places_of(user) if (url := resolved(name))]
    path = request.path if request else ""
    here = max(
        (place for place in places if path.startswith(place.url)), key=lambda p: len(p.url), default=None
    )
    if here is not None:
        here.is_current = True
    return places
