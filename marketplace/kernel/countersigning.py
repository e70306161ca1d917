"""A second signature from outside: where there is one admin, a person named at set-up is asked by letter.

PRODUCT.md: two admins above a limit; where there is one, a second person named at set-up, else it passes after some
business days with an alarm. A rule that needs it calls `ask` in its transaction; what signing and refusing mean is
the rule's own, found by `kind` in `marketplace.site.second`, and calls `take` in its transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models

from marketplace.kernel import auditing, mail
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.letters import About
from marketplace.kernel.models import Outsider, SecondSignature, Topic
from marketplace.kernel.transactions import relock

Answer = SecondSignature.Answer
LIVES = timedelta(days=14)  # the link; then the same is asked anew


class SignatureIsOver(RuleViolation):
    """It was answered, decided otherwise, or its time is over."""

    code = "signature_is_over"

    def __init__(self) -> None:
        super().__init__("There is nothing to sign here any more.")


def is_needed(cents: int) -> bool:
    """Whether an act that moves so much waits for a second person."""
    return cents > settings.TWO_ADMINS_CENTS


def others_may_sign(person: Any) -> bool:
    """Whether there is another admin; then the desk asks them, and no letter goes out."""
    staff = get_user_model()._default_manager.filter(is_staff=True, is_active=True)
    return staff.exclude(pk=person.pk).exists()


def second_person(person: Any) -> str:
    """The address of whoever signs what the only admin does; empty where nobody else is named."""
    email: str = settings.SECOND_PERSON_EMAIL
    return "" if email.lower() == person.email.lower() or others_may_sign(person) else email


def ask(
    kind: str, row: models.Model, *, by: Any, at: datetime, words: str, lines: Sequence[str]
) -> SecondSignature | None:
    """Ask the second person by letter, once; None where other admins sign, or nobody is named.

    `lines` tell all that would be done, one thing each: it is what is signed. A request whose time is over makes
    room for a new one.
    """
    email = second_person(by)
    if not email:
        return None
    standing = SecondSignature.objects.of(kind, row).unanswered().select_for_update().first()
    if standing is not None and standing.is_open(at=at):
        return standing
    drop(kind, row.pk, at=at)
    asked = SecondSignature.objects.create(
        kind=kind,
        row_id=row.pk,
        words=words[:200],
        lines=list(lines),
        asked_by=by,
        asked_at=at,
        email=email,
        ends_at=at + LIVES,
    )
    mail.write(
        "kernel/second_signature",
        to=Outsider(email),
        key=f"second_signature:{asked.pk}",
        at=at,
        not_after=asked.ends_at,
        about=About(
            path=asked.get_absolute_url(),
            action="See it, then sign or refuse",
            why=f"you are named as the second person of {settings.SITE_NAME}",
            topic=Topic.DECISIONS,
        ),
        asker=by.name,
        words=asked.words,
        lines=asked.lines,
        ends=asked.ends_at,
    )
    auditing.record("second_person_asked", row, by=by, at=at, request=asked.public_id)
    return asked


def take(asked: SecondSignature, row: models.Model, *, answer: str, reason: str, at: datetime) -> None:
    """Use the one answer that there is, in the transaction of what it does. Raises SignatureIsOver."""
    asked = relock(asked)
    if not asked.is_open(at=at):
        raise SignatureIsOver
    asked.answered_at, asked.answer, asked.reason = at, answer, reason.strip()
    asked.save(update_fields=["answered_at", "answer", "reason"])
    told = {"request": asked.public_id, "second_person": True}  # who has no account is in no row of people
    auditing.record(f"second_person_{answer}", row, by=asked.asked_by, at=at, reason=reason, **told)


def waits(kind: str, row: models.Model, *, by: Any, at: datetime) -> bool:
    """Whether the second person decides about it: they are asked anew once the link of their letter has ended."""
    last = SecondSignature.objects.of(kind, row).order_by("-pk").first()
    if last is None:
        return False
    return ask(kind, row, by=by, at=at, words=last.words, lines=last.lines) is not None


def drop(kind: str, row_id: int, *, at: datetime) -> None:
    """It was decided otherwise: the letter leads to nothing any more."""
    for asked in SecondSignature.objects.filter(kind=kind, row_id=row_id).unanswered():
        mail.tell_no_more(f"second_signature:{asked.pk}:", at=at)
        asked.answered_at, asked.answer = at, Answer.MOOT
        asked.save(update_fields=["answered_at", "answer"])
