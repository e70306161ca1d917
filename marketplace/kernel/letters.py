"""How a letter looks: one Markdown text becomes plain text and HTML, other people's words cannot format either.

A template `templates/emails/<app>/<name>.txt` starts with its subject line, then a blank line, then
paragraphs in Markdown. Its variables are harmless: a moment is written both ways in the reader's zone, as
seen when the letter is sent; a text stands on one line, and `{{ message.quoted }}` keeps a message's lines.
"""

import re
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import timezone
from markdown_it import MarkdownIt

from marketplace.kernel import preferences
from marketplace.kernel.models import ALWAYS, Letter
from marketplace.kernel.money import Money
from marketplace.templatetags.display import day, left, moment, past, soon, timeleft, until

# The texts are ours; what people wrote stands in them escaped, so that every mark is one of ours.
MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["link", "image"])
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# They turn the direction of what follows, so that a name could rewrite the sentence it stands in.
TURNING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
WIDTH = 76
INDENTS = {"> ": "> ", "- ": "  "}
STANDING = {"waiting", "held"}  # steps of the money bar that last, "since" a day


class Turn(Protocol):
    """Whose move it is and until when, as on the page."""

    @property
    def mine(self) -> bool: ...
    @property
    def who(self) -> str: ...
    @property
    def until(self) -> datetime | None: ...


@dataclass(frozen=True)
class About:
    """What a letter is about beside its words: one page and one action, why it came, the turn, the money."""

    path: str
    action: str
    why: str
    topic: str
    turn: Turn | None = None
    bar: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    def as_context(self) -> dict[str, Any]:
        turn = self.turn and {"mine": self.turn.mine, "who": self.turn.who, "until": self.turn.until}
        return {
            "path": self.path,
            "action": self.action,
            "why": self.why,
            "turn": turn,
            "bar": [dict(step) for step in self.bar],
        }


class When(str):
    """A moment in a letter: `in 3 days · Thu 26 Nov, 23:59`; `.moment` is its second half."""

    moment: str

    def __new__(cls, at: datetime, now: datetime) -> "When":
        self = super().__new__(cls, f"{timeleft(at, now)} · {moment(at)}")
        self.moment = moment(at)
        return self


class Words(str):
    """What somebody wrote, on one line; `.quoted` is all of it as a quotation, line by line."""

    quoted: str

    def __new__(cls, text: str, *, markdown: bool) -> "Words":
        lines = [" ".join(line.split()) for line in clean(text).split("\n")]
        if markdown:
            lines = [escaped(line) for line in lines]
        self = super().__new__(cls, " ".join(line for line in lines if line))
        self.quoted = "\n".join(f"> {line}" if line else ">" for line in lines)
        return self


def clean(text: str) -> str:
    """Without what is no writing: control characters and those that turn the direction."""
    plain = re.sub(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return "".join(
        c for c in plain if c in "\n\t" or (unicodedata.category(c) != "Cc" and c not in TURNING)
    ).strip()


def escaped(text: str) -> str:
    """Markdown takes every one of its marks literally after a backslash."""
    return PUNCTUATION.sub(r"\\\1", text)


# A row holds plain JSON; moments and amounts keep their meaning in it.


def packed(value: Any) -> Any:
    """`value` as JSON: a moment as {"$at": …}, an amount as {"$cents": …}."""
    if isinstance(value, datetime):
        return {"$at": value.isoformat()}
    if isinstance(value, Money):
        return {"$cents": value.cents}
    if isinstance(value, Mapping):
        return {str(name): packed(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [packed(part) for part in value]
    return str(value) if isinstance(value, str) else value


def unpacked(value: Any) -> Any:
    """The way back."""
    if isinstance(value, dict):
        if value.keys() == {"$at"}:
            return datetime.fromisoformat(value["$at"])
        if value.keys() == {"$cents"}:
            return Money(value["$cents"])
        return {name: unpacked(part) for name, part in value.items()}
    return [unpacked(part) for part in value] if isinstance(value, list) else value


def written(value: Any, *, now: datetime, markdown: bool) -> Any:
    """`value` as a template may show it."""
    if isinstance(value, datetime):
        return When(value, now)
    if isinstance(value, str):
        return Words(value, markdown=markdown)
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, dict):
        return {name: written(part, now=now, markdown=markdown) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [written(part, now=now, markdown=markdown) for part in value]
    return value


def rendered(
    template: str, context: Mapping[str, Any], *, now: datetime, markdown: bool = False
) -> tuple[str, str]:
    """Subject and body of a template, as plain text or as Markdown. The reader's zone is the current one."""
    text: Any = get_template(f"emails/{template}.txt")
    known = {name: written(value, now=now, markdown=markdown) for name, value in context.items()}
    known["site_name"] = settings.SITE_NAME
    subject, _, body = str(text.template.render(Context(known, autoescape=False))).partition("\n")
    return subject.strip(), body.strip()


def message(letter: Letter, *, at: datetime) -> EmailMultiAlternatives:
    """The letter as its reader sees it at `at`, in plain text and HTML, both from its one template.

    Its Message-ID is its row, so that the rare second copy after a crash is recognised by mail readers.
    """
    with timezone.override(letter.reader.zone):
        context = {"name": letter.reader.short_name, **unpacked(letter.context)}
        _, body = rendered(letter.template, context, now=at)
        _, marked = rendered(letter.template, context, now=at, markdown=True)
        plain = {
            name: written(context.get(name, ""), now=at, markdown=False) for name in ("action", "why", "path")
        }
        frame = frame_of(letter.subject, body=wrapped(body), html_body=MARKDOWN.render(marked)) | {
            "action": plain["action"],
            "url": settings.SITE_URL + plain["path"],
            "why": plain["why"],
            "email": letter.reader.email,
            **choice_of(letter),
            "chip": chip_of(context.get("turn"), now=at),
            "bar": bar_of(context.get("bar") or []),
        }
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=render_to_string("emails/base.txt", frame),
        to=[letter.reader.email],
        headers={
            "Message-ID": f"<letter-{letter.pk}@{settings.MAIL_DOMAIN}>",
            **one_click(frame["stop_url"]),
        },
    )
    mail.attach_alternative(render_to_string("emails/base.html", frame), "text/html")
    return mail


def frame_of(subject: str, *, body: str, html_body: str) -> dict[str, Any]:
    """What both base templates need of every letter."""
    return {
        "subject": subject,
        "body": body,
        "html_body": html_body,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }


def choice_of(letter: Letter) -> dict[str, str]:
    """How one stops letters of this kind, or that one cannot."""
    if letter.to is None:
        return {"settings_url": "", "stop_url": "", "kind": "outside"}
    settings_url = settings.SITE_URL + reverse("accounts:letters")
    kind = f"letters about {letter.get_topic_display().lower()}" if letter.topic else "the daily letter"
    if letter.topic in ALWAYS:
        return {"settings_url": settings_url, "stop_url": "", "kind": kind}
    token = preferences.stop_token(letter.to, letter.topic)
    stop_url = settings.SITE_URL + reverse("accounts:stop_letters", args=[token])
    return {"settings_url": settings_url, "stop_url": stop_url, "kind": kind}


def one_click(stop_url: str) -> dict[str, str]:
    """The two headers of RFC 8058, by which a mail reader stops letters without a log-in."""
    if not stop_url:
        return {}
    return {"List-Unsubscribe": f"<{stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def wrapped(body: str) -> str:
    """Lines of at most 76 characters, as plain text is read; addresses stay whole."""
    return "\n".join(
        textwrap.fill(
            line,
            WIDTH,
            subsequent_indent=INDENTS.get(line[:2], ""),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in body.split("\n")
    )


def chip_of(turn: Mapping[str, Any] | None, *, now: datetime) -> dict[str, Any] | None:
    """The turn chip: its words, the same as on the page, and its look."""
    if turn is None:
        return None
    mine, end = turn["mine"], turn["until"]
    words = "Your turn" if mine else f"Waiting for {Words(turn['who'], markdown=False)}"
    if past(end, now):
        words += f" · was due {day(end)}"
    elif end:
        words += f" · {left(end, now)}" if mine else f" · until {until(end, now)}"
    return {"words": words, "look": "theirs" if not mine else "soon" if soon(end, now) else "mine"}


def bar_of(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The small money bar: its cells, and the step that is reached in words, amount and day."""
    here = next((step for step in steps if step["state"] in {"now", "stopped"}), None)
    if here is None:
        return None
    since = "since " if here["state"] == "now" and here.get("mark") in STANDING else ""
    when = f"{since}{day(here['at'])}" if here.get("at") else ""
    return {"steps": steps, "label": here["label"], "amount": here["amount"], "when": when}
