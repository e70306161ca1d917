"""Doing once what is asked twice: answers of the API kept under the `Idempotency-Key` of whoever asked.

The key is claimed in its own committed row before the rule begins, and the answer is stored after it ended
(PAYMENTS 0.9), so that no transaction is open meanwhile. Only what succeeded is kept: a refusal changed nothing,
and the key is free again.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import KeptAnswer

KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=2)  # longer than a server lets a request take: its process died


class InProgress(RuleViolation):
    """The first request under this key has not ended."""

    code = "idempotency_in_progress"

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key has not ended. Ask again in a moment.")


class OtherRequest(Exception):
    """The key was used for another request: the request is wrong, whatever the rules say of it."""


class Answer(NamedTuple):
    status: int
    body: Any
    is_replayed: bool = False


def once(person: Any, key: str, fingerprint: str, act: Callable[[], Answer], *, at: datetime) -> Answer:
    """The answer of `act`, which runs at most once under the key. Raises InProgress, OtherRequest."""
    kept, is_new = claimed(person, key, fingerprint, at=at)
    if not is_new:
        if kept.claimed_at <= at - KEPT:  # to be swept
            kept.take_over(fingerprint, at=at)
        elif kept.fingerprint != fingerprint:
            raise OtherRequest
        elif kept.status is not None:
            return Answer(kept.status, kept.body, is_replayed=True)
        elif kept.claimed_at > at - LEASE or not kept.take_over(fingerprint, at=at):
            raise InProgress
    try:
        answer = act()
    except BaseException:
        KeptAnswer.objects.filter(pk=kept.pk).delete()
        raise
    KeptAnswer.objects.filter(pk=kept.pk).update(status=answer.status, body=answer.body)
    return answer


def claimed(person: Any, key: str, fingerprint: str, *, at: datetime) -> tuple[KeptAnswer, bool]:
    """The row of this key, and whether it is of this request. One that was there and is gone has just failed."""
    mine = {"person": person, "key": key}
    try:
        return KeptAnswer.objects.get_or_create(
            **mine, defaults={"fingerprint": fingerprint, "claimed_at": at}
        )
    except IntegrityError:
        raise InProgress from None


def fingerprint_of(method: str, path: str, data: Any) -> str:
    """Of the whole request: the same document in another order, or form with another border, is the same."""
    digest = hashlib.sha256(f"{method} {path}\n".encode())
    for line in lines_of(data):
        digest.update(line + b"\n")
    return digest.hexdigest()


def lines_of(data: Any) -> Iterable[bytes]:
    if not hasattr(data, "lists"):
        yield json.dumps(data, sort_keys=True, default=str).encode()
        return
    for name, values in sorted(data.lists()):
        for value in values:
            told = digest_of(value) if isinstance(value, UploadedFile) else str(value)
            yield json.dumps([name, told]).encode()


def digest_of(file: "UploadedFile[Any]") -> list[str | None]:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return [file.name, digest.hexdigest()]


def forget(*, at: datetime) -> int:
    """Let go of answers that are older than a day; returns how many."""
    return KeptAnswer.objects.filter(claimed_at__lte=at - KEPT).delete()[0]
