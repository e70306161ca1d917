"""The one way a letter leaves: a row in the rule's transaction, sent by a worker afterwards.

`marketplace.kernel.letters` says what stands in one; here is when and that it goes out, once.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from marketplace.kernel import letters, telling
from marketplace.kernel.letters import About
from marketplace.kernel.models import How, Letter, Notice, Outsider, Topic
from marketplace.kernel.preferences import how_to_tell, is_off
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
    """Tell `to` one thing: a notice, and a letter as they chose; a second call with the same `key` does nothing.

    `template` is `<app>/<name>`; `context` holds texts, numbers, amounts, moments and lists of them. What is
    past `not_after` is old news: nothing is written then, and an unsent letter is dropped. The notice says what
    was told, so that somebody who chose anew in between does not hear of it a second time in another way.
    """
    told = Notice.objects.filter(key=f"{key}:{to.pk}").exists()
    if told or (not_after is not None and at > not_after):
        return
    how = how_to_tell(to, Topic(about.topic))
    subject = subject_of(template, to, context, at=at)
    if how == How.AT_ONCE:
        letter = {"subject": subject, "not_after": not_after, **context}
        write(template, to=to, key=key, at=at, about=about, **letter)
    notice = Notice(
        key=f"{key}:{to.pk}",
        recipient=to,
        topic=about.topic,
        text=subject,
        path=about.path,
        created_at=at,
        not_after=not_after,
        in_digest=how == How.DAILY,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)


def send_to(reader: Any, template: str, **letter: Any) -> None:
    """Tell a person as `send` does, or write the letter alone to an address of somebody without an account."""
    if isinstance(reader, str):
        write(template, to=Outsider(reader), **letter)
    else:
        send(template, to=reader, **letter)


def write(
    template: str,
    *,
    to: Any,
    key: str,
    at: datetime,
    about: About,
    not_after: datetime | None = None,
    subject: str = "",
    **context: Any,
) -> None:
    """The letter alone, once for each `key`; who knows its `subject` spares writing it twice."""
    letter = Letter(
        key=f"{key}:{to.pk}",
        **({"address": to.email} if isinstance(to, Outsider) else {"to": to}),
        template=template,
        topic=about.topic,
        subject=subject or subject_of(template, to, context, at=at),
        context=letters.packed({**context, **about.as_context()}),
        created_at=at,
        next_try_at=at,
        not_after=not_after,
    )
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    after_commit("kernel.send_letters")


def subject_of(template: str, to: Any, context: dict[str, Any], *, at: datetime) -> str:
    """The first line of the template; the notice says the same."""
    with timezone.override(to.zone):
        subject, _ = letters.rendered(template, {"name": to.short_name, **context}, now=at)
    return subject[:MAX_SUBJECT]


def tell_no_more(*beginnings: str, at: datetime) -> None:
    """What was told under keys that begin so is past: letters that still wait go out no more, nor by the day."""
    for beginning in beginnings:
        Letter.objects.filter(key__startswith=beginning).let_go(at=at)
        Notice.objects.filter(key__startswith=beginning, digest=None).update(not_after=at)


def may_have_arrived(beginning: str) -> bool:
    """Whether a letter whose key begins so went out, or somebody tries to send it just now."""
    return Letter.objects.filter(key__startswith=beginning, attempts__gt=0).exists()


def deliver_waiting(*, at: datetime, limit: int = 100) -> int:
    """Write what is still to be told, then send what waits, each letter under a lease of its own.

    Returns how many went out.
    """
    try:
        telling.tell_due(at=at)
    finally:  # whatever cannot be told keeps back no letter that is written
        sent = send_waiting(at=at, limit=limit)
    return sent


def send_waiting(*, at: datetime, limit: int) -> int:
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
    outdated = letter.not_after is not None and at > letter.not_after
    unwanted = not letter.reader.is_active or (letter.to is not None and is_off(letter.to, letter.topic))
    if outdated or unwanted:
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
