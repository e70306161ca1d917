"""A person's list of news: how many are unread, which page of it, what was read."""

from datetime import datetime
from typing import Any

from django.core.cache import cache

from marketplace.kernel.models import Notice

MOST_COUNTED = 99
COUNT_LIVES = 30  # seconds that a count in the menu may be late, as an open page is


def unread_count(person: Any) -> int:
    """How many notices are unread, at most 99; from the cache for 30 s, since every page asks."""
    known = cache.get(cache_key(person))
    if known is None:
        known = Notice.objects.visible_to(person).unread()[:MOST_COUNTED].count()
        cache.set(cache_key(person), known, COUNT_LIVES)
    return int(known)


def cache_key(person: Any) -> str:
    return f"unread-notices:{person.pk}"


def newest_of(person: Any) -> Notice | None:
    return Notice.objects.visible_to(person).newest_first().first()


def mark_read(person: Any, *, at: datetime, notice: Notice | None = None, about: str = "") -> int:
    """This notice is read, or all that the person was told so far, or of it that under keys that begin so.

    Returns how many were new.
    """
    told = Notice.objects.visible_to(person).unread().filter(key__startswith=about)
    read = told.filter(pk=notice.pk) if notice is not None else told.filter(created_at__lte=at)
    count = read.update(read_at=at)
    cache.delete(cache_key(person))
    return count
