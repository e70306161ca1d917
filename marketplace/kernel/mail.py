"""The one way a letter leaves: a row in the rule's transaction, sent by a worker afterwards.

`marketplace.kernel.letters` says what stands in one; here is when and that it goes out, once.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from marketplace.kernel import letters
from marketplace.kernel.letters import About
from marketplace.kernel.models import Letter, Notice
from marketplace.kernel.transactions import after_commit

logger = logging.getLogger(__name__)

MAX_SUBJECT = 200
RETRY_MINUTES = (1, 5, 15, 60, 240, 720)


def send(
    template: str,
    *,
    to: Any,
    key: str,
    at: datetime,
    about: About,
    not_after: datetime | None = None,
    **context: Any,
) -> None:
    """Write `to` a letter and a notice about one thing; a second call with the same `key` does nothing.

    `template` is `<app>/<name>`; `context` holds texts, numbers, amounts, moments and lists of them. After
    `not_after` an unsent letter is dropped: it would be old news.
    """
    with timezone.override(to.zone):
        subject, _ = letters.rendered(template, {"name": to.short_name, **context}, now=at)
    subject = subject[:MAX_SUBJECT]
    letter = {
        "to": to,
        "template": template,
        "topic": about.topic,
        "subject": subject,
        "context": letters.packed({**context, **about.as_context()}),
        "created_at": at,
        "next_try_at": at,
        "not_after": not_after,
    }
    Letter.objects.bulk_create([Letter(key=f"{key}:{to.pk}", **letter)], ignore_conflicts=True)
    notice = Notice(
        key=f"{key}:{to.pk}",
        recipient=to,
        topic=about.topic,
        text=subject,
        path=about.path,
        created_at=at,
        not_after=not_after,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    after_commit("kernel.send_letters")


def mark_read(recipient: Any, *, at: datetime) -> int:
    """All that this person was told so far is read; returns how many notices were new."""
    return Notice.objects.visible_to(recipient).unread().update(read_at=at)


def let_go(letters: "models.QuerySet[Letter]", *, at: datetime) -> int:
    """These are old news: those that wait go out no more, and their keys stay, so none is written again."""
    return letters.filter(sent_at=None, dropped_at=None).update(dropped_at=at)


def deliver_waiting(*, at: datetime, limit: int = 100) -> int:
    """Send what waits, each letter under a lease of its own; returns how many went out."""
    sent = 0
    for _ in range(limit):
        letter = claim(at=at)
        if letter is None:
            break
        sent += deliver(letter, at=at)
    return sent


def claim(*, at: datetime) -> Letter | None:
    with transaction.atomic():
        waiting = Letter.objects.waiting(at=at).order_by("next_try_at", "pk")
        letter = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("to").first()
        if letter is not None:
            Letter.objects.filter(pk=letter.pk).update(
                lease_until=Now() + Letter.LEASE, attempts=models.F("attempts") + 1
            )
    return letter


def deliver(letter: Letter, *, at: datetime) -> int:
    """Send one claimed letter and mark it. 1 when it went out, 0 when it was dropped or must wait."""
    row = Letter.objects.filter(pk=letter.pk)
    if (letter.not_after and at > letter.not_after) or not letter.to.is_active:
        row.update(dropped_at=at, lease_until=None)
        return 0
    try:
        letters.message(letter, at=at).send()
    except OSError as error:
        minutes = RETRY_MINUTES[min(letter.attempts, len(RETRY_MINUTES) - 1)]
        row.update(next_try_at=at + timedelta(minutes=minutes), lease_until=None, last_error=str(error))
        logger.warning("Letter %s waits %s minutes: %s", letter.pk, minutes, error)
        return 0
    row.update(sent_at=at, lease_until=None)
    return 1
