"""Approved work: told afterwards, and that it was taken back at once."""

from datetime import datetime
from typing import Any

from marketplace.kernel.models import Topic
from marketplace.kernel.telling import teller
from payments.emails import review_is_over, to_company, to_student
from payments.models import Release
from projects.models import Deliverable

# What is told afterwards, by the release's public id.
APPROVED, APPROVED_BY_SILENCE = "approved", "approved_by_silence"
TOLD_OF = (
    *("operation", "share__hold", "share__deliverable__engagement__company"),
    "share__deliverable__engagement__student",
)


@teller(APPROVED)
def tell_of_approval(subject: str, *, at: datetime) -> None:
    release = Release.objects.select_related(*TOLD_OF).get(public_id=subject)
    work_approved(release, release.share.deliverable, at=at)


@teller(APPROVED_BY_SILENCE)
def tell_of_approval_by_silence(subject: str, *, at: datetime) -> None:
    release = Release.objects.select_related(*TOLD_OF).get(public_id=subject)
    work_approved_by_silence(release, release.share.deliverable, at=at)


def work_approved(release: Release, deliverable: Deliverable, *, at: datetime) -> None:
    release_letter("work_approved", release, deliverable, at=at)


def work_approved_by_silence(release: Release, deliverable: Deliverable, *, at: datetime) -> None:
    release_letter("work_approved_by_silence", release, deliverable, at=at)
    key, said = f"approved-by-silence:{release.pk}", about_release(release, deliverable)
    to_company("approved_by_silence", deliverable.engagement, key=key, at=at, **said)


def release_letter(template: str, release: Release, deliverable: Deliverable, *, at: datetime) -> None:
    review_is_over(deliverable, at=at)
    said = about_release(release, deliverable) | {"path": deliverable.get_absolute_url()}
    to_student(template, deliverable.engagement, key=f"released:{release.pk}", at=at, **said)


def about_release(release: Release, deliverable: Deliverable) -> dict[str, Any]:
    return {
        "topic": Topic.MONEY,
        "leaves": release.operation.not_before,
        "deliverable": deliverable.title,
        "amount": release.amount,
        "hold": release.share.hold,
    }


def approval_undone(deliverable: Deliverable, *, at: datetime) -> None:
    to_student(
        "approval_undone",
        deliverable.engagement,
        key=f"approval-undone:{deliverable.pk}:{deliverable.version}",
        at=at,
        deliverable=deliverable.title,
        topic=Topic.MONEY,
        until=deliverable.review_ends_at,
    )
