"""The one way a letter leaves: a row in the rule's transaction, sent by a worker afterwards.

A template `templates/emails/<app>/<name>.txt` starts with its subject line, then a blank line, then
paragraphs in Markdown; it is wrapped for plain text and for HTML by the two base templates. The
context keys `path` and `action` become the letter's one button and the link of its notice.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.db.models.functions import Now
from django.template import Context
from django.template.loader import get_template, render_to_string
from markdown_it import MarkdownIt

from marketplace.kernel.models import Letter, Notice
from marketplace.kernel.transactions import after_commit

logger = logging.getLogger(__name__)

# Other people's words stand in letters: no HTML, no links or pictures of theirs.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(["link", "image", "autolink"])
MAX_SUBJECT = 200
RETRY_MINUTES = (1, 5, 15, 60, 240, 720)


def send(
    template: str,
    *,
    to: Any,
    key: str,
    at: datetime,
    path: str,
    action: str,
    not_after: datetime | None = None,
    **context: Any,
) -> None:
    """Write `to` a letter and a notice about one thing; a second call with the same `key` does nothing.

    `template` is `<app>/<name>`; `path` is the page it is about and `action` the words on its button;
    `context` holds plain JSON values. After `not_after` an unsent letter is dropped: it would be old news.
    """
    context |= {"path": path, "action": action}
    subject = rendered(template, {"name": to.short_name, **context}).partition("\n")[0].strip()[:MAX_SUBJECT]
    letter = {
        "to": to,
        "template": template,
        "subject": subject,
        "context": context,
        "created_at": at,
        "next_try_at": at,
        "not_after": not_after,
    }
    Letter.objects.bulk_create([Letter(key=f"{key}:{to.pk}", **letter)], ignore_conflicts=True)
    notice = Notice(key=f"{key}:{to.pk}", recipient=to, text=subject, path=path, created_at=at)
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    after_commit("kernel.send_letters")


def mark_read(recipient: Any, *, at: datetime) -> int:
    """All that this person was told so far is read; returns how many notices were new."""
    return Notice.objects.visible_to(recipient).unread().update(read_at=at)


def rendered(template: str, context: dict[str, Any]) -> str:
    """The letter's text as written: names and messages are not HTML here, so nothing is escaped yet."""
    text: Any = get_template(f"emails/{template}.txt")
    return str(text.template.render(Context({"site_name": settings.SITE_NAME, **context}, autoescape=False)))


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
    """Send one claimed letter and mark it. 1 when it went out, 0 when it was dropped or must wait.

    Its Message-ID is its key, so that the rare second copy after a crash is recognised by mail readers.
    """
    row = Letter.objects.filter(pk=letter.pk)
    if (letter.not_after and at > letter.not_after) or not letter.to.is_active:
        row.update(dropped_at=at, lease_until=None)
        return 0
    try:
        message(letter).send()
    except OSError as error:
        minutes = RETRY_MINUTES[min(letter.attempts, len(RETRY_MINUTES) - 1)]
        row.update(next_try_at=at + timedelta(minutes=minutes), lease_until=None, last_error=str(error))
        logger.warning("Letter %s waits %s minutes: %s", letter.pk, minutes, error)
        return 0
    row.update(sent_at=at, lease_until=None)
    return 1


def message(letter: Letter) -> EmailMultiAlternatives:
    """The letter as plain text and HTML, both from its one template."""
    context = {"name": letter.to.short_name, **letter.context}
    _, _, body = rendered(letter.template, context).partition("\n")
    frame = {
        "subject": letter.subject,
        "body": body.strip(),
        "html_body": MARKDOWN.render(body.strip()),
        "action": letter.context["action"],
        "url": settings.SITE_URL + letter.context["path"],
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "email": letter.to.email,
    }
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=render_to_string("emails/base.txt", frame),
        to=[letter.to.email],
        headers={"Message-ID": f"<letter-{letter.pk}@{settings.MAIL_DOMAIN}>"},
    )
    mail.attach_alternative(render_to_string("emails/base.html", frame), "text/html")
    return mail
