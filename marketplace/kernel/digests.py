"""The daily letter: what a person wanted to hear once a day, in their morning, or nothing where there is none."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max, Min

from marketplace.kernel import mail, telling
from marketplace.kernel.letters import About
from marketplace.kernel.models import Digest, Notice
from marketplace.kernel.preferences import DAILY, switched_off
from marketplace.kernel.times import next_morning

TEMPLATE = "kernel/digest"
MOST_LISTED = 20


def write_due(*, at: datetime, limit: int = 200) -> int:
    """Set the clocks that are missing, and write what is due; returns how many letters were written.

    What is still to be told comes first: it may say that some of the news is old.
    """
    telling.tell_due(at=at)
    set_clocks(limit=limit)
    due = Digest.objects.due(at=at).values_list("pk", flat=True)
    return sum(write(pk, at=at) for pk in list(due[:limit]))


def set_clocks(*, limit: int) -> None:
    """One waiting digest for each person with untold notices.

    It is a sweep, and no part of the rules that write notices, so that two of them never wait for each other.
    """
    waiting = Digest.objects.filter(done_at=None).values("person")
    told_of = Notice.objects.for_digest().exclude(recipient__in=waiting)
    oldest = told_of.values("recipient").annotate(since=Min("created_at")).order_by("since")[:limit]
    since = {row["recipient"]: row["since"] for row in oldest}
    people: dict[int, Any] = get_user_model()._default_manager.in_bulk(since)
    last = dict(Digest.objects.filter(person__in=since).values_list("person").annotate(at=Max("done_at")))
    Digest.objects.bulk_create(
        [
            Digest(person=person, due_at=morning_after(max(since[pk], last.get(pk) or since[pk]), person))
            for pk, person in people.items()
        ],
        ignore_conflicts=True,
    )


def morning_after(at: datetime, person: Any) -> datetime:
    return next_morning(at, person.zone, hour=settings.DIGEST_HOUR)


def write(pk: int, *, at: datetime) -> bool:
    """Turn one digest into a letter, once. False where another worker has it, or there is no news."""
    with transaction.atomic():
        waiting = Digest.objects.due(at=at).select_for_update(skip_locked=True, of=("self",))
        digest = waiting.filter(pk=pk).select_related("person").first()
        if digest is None:
            return False
        # Taken first, then read: what is committed in between waits for the next one, and is not lost.
        Notice.objects.visible_to(digest.person).for_digest().filter(created_at__lte=at).update(digest=digest)
        Digest.objects.filter(pk=pk).update(done_at=at)
        wanted = digest.notices.exclude(topic__in=switched_off(digest.person))
        news = list(wanted.news(at=at).newest_first())
        if news and digest.person.is_active:
            send(digest, news, at=at)
    return bool(news)


def send(digest: Digest, news: list[Notice], *, at: datetime) -> None:
    about = About(
        path="/notices/", action="See all notices", why="you chose one letter a day for this", topic=DAILY
    )
    mail.write(
        TEMPLATE,
        to=digest.person,
        key=f"digest:{digest.pk}",
        at=at,
        about=about,
        first=news[0].text,
        others=len(news) - 1,
        lines=[notice.text for notice in news[:MOST_LISTED]],
        more=max(0, len(news) - MOST_LISTED),
    )
