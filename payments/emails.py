"""One function per letter about offers, work and money; each goes out once, by its key."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from marketplace.kernel import mail
from payments.models import Hold, Payee, Release
from projects.models import Deliverable, Engagement, Review, Submission


def when(at: datetime, reader: User) -> str:
    """A moment as its reader's calendar shows it."""
    local = timezone.localtime(at, reader.zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({reader.time_zone})"


def to_student(template: str, engagement: Engagement, *, key: str, at: datetime, **context: Any) -> None:
    context = {"title": str(engagement), "company": str(engagement.company)} | context
    context.setdefault("action", "Open the workroom")
    context.setdefault("path", engagement.get_absolute_url())
    mail.send(f"payments/{template}", to=engagement.student, key=key, at=at, **context)


def to_company(
    template: str,
    engagement: Engagement,
    *,
    key: str,
    at: datetime,
    moment: datetime | None = None,
    **context: Any,
) -> None:
    """`moment` reaches each member in their own time zone, as `until`."""
    context = {"title": str(engagement), "student": str(engagement.student)} | context
    context.setdefault("action", "Open the workroom")
    context.setdefault("path", engagement.get_absolute_url())
    for member in engagement.company.members_now():
        own = context | ({"until": when(moment, member)} if moment else {})
        mail.send(f"payments/{template}", to=member, key=key, at=at, **own)


def work_submitted(submission: Submission, *, review_ends_at: datetime, at: datetime) -> None:
    deliverable = submission.deliverable
    to_company(
        "work_submitted",
        deliverable.engagement,
        key=f"work-submitted:{submission.pk}",
        at=at,
        moment=review_ends_at,
        deliverable=deliverable.title,
        action="Look at the work",
        path=deliverable.get_absolute_url(),
    )


def review_reminder(deliverable: Deliverable, *, due_at: datetime, at: datetime) -> None:
    to_company(
        "review_reminder",
        deliverable.engagement,
        key=f"review-reminder:{deliverable.pk}:{due_at:%Y%m%d%H%M}",
        at=at,
        moment=deliverable.review_ends_at,
        deliverable=deliverable.title,
        amount=str(deliverable.share),
        action="Look at the work",
        path=deliverable.get_absolute_url(),
    )


def changes_asked_for(review: Review, deliverable: Deliverable, *, at: datetime) -> None:
    named = [deliverable.criteria[number - 1] for number in review.failing_criteria]
    to_student(
        "changes_asked_for",
        deliverable.engagement,
        key=f"changes-asked-for:{review.pk}",
        at=at,
        deliverable=deliverable.title,
        criteria="\n".join(f"- {criterion}" for criterion in named),
        message=review.message,
        path=deliverable.get_absolute_url(),
    )


def work_approved(release: Release, deliverable: Deliverable, *, at: datetime) -> None:
    release_letter("work_approved", release, deliverable, at=at)


def work_approved_by_silence(release: Release, deliverable: Deliverable, *, at: datetime) -> None:
    release_letter("work_approved_by_silence", release, deliverable, at=at)
    to_company(
        "approved_by_silence",
        deliverable.engagement,
        key=f"approved-by-silence:{release.pk}",
        at=at,
        deliverable=deliverable.title,
        amount=str(release.amount),
    )


def release_letter(template: str, release: Release, deliverable: Deliverable, *, at: datetime) -> None:
    to_student(
        template,
        deliverable.engagement,
        key=f"released:{release.pk}",
        at=at,
        deliverable=deliverable.title,
        amount=str(release.amount),
        path=deliverable.get_absolute_url(),
    )


def approval_undone(deliverable: Deliverable, *, at: datetime) -> None:
    to_student(
        "approval_undone",
        deliverable.engagement,
        key=f"approval-undone:{deliverable.pk}:{deliverable.version}",
        at=at,
        deliverable=deliverable.title,
        until=when(deliverable.review_ends_at or at, deliverable.engagement.student),
    )


def cancelled_before_start(
    engagement: Engagement, hold: Hold, *, by: User, reason: str, at: datetime
) -> None:
    key = f"cancelled:{engagement.pk}"
    context: dict[str, Any] = {"reason": reason, "amount": str(hold.gross), "by": str(by)}
    to_student("cancelled_before_start", engagement, key=key, at=at, **context)
    to_company("cancelled_before_start", engagement, key=key, at=at, **context)


def payee_ready(payee: Payee, *, at: datetime) -> None:
    money_letter("payee_ready", payee, key=f"payee-ready:{payee.pk}", at=at, action="See your money")


def payee_reminder(payee: Payee, *, due_at: datetime, at: datetime) -> None:
    key = f"payee-reminder:{payee.pk}:{due_at:%Y%m%d%H%M}"
    money_letter("payee_reminder", payee, key=key, at=at, action="Set up being paid")


def money_letter(template: str, payee: Payee, *, key: str, at: datetime, action: str) -> None:
    mail.send(f"payments/{template}", to=payee.user, key=key, at=at, path="/money/payee/", action=action)


def offer_made(engagement: Engagement, *, at: datetime) -> None:
    expires_at = engagement.offer_expires_at or at
    to_student(
        "offer_made",
        engagement,
        key=f"offer-made:{engagement.pk}",
        at=at,
        not_after=expires_at,
        until=when(expires_at, engagement.student),
        amount=str(engagement.fee),
        hours=str(engagement.hours),
        action="See the offer",
    )


def offer_reminder(engagement: Engagement, *, due_at: datetime, at: datetime) -> None:
    expires_at = engagement.offer_expires_at or at
    to_student(
        "offer_reminder",
        engagement,
        key=f"offer-reminder:{engagement.pk}:{due_at:%Y%m%d%H%M}",
        at=at,
        not_after=expires_at,
        until=when(expires_at, engagement.student),
        amount=str(engagement.fee),
        action="Answer the offer",
    )


def offer_expired(engagement: Engagement, *, at: datetime) -> None:
    key = f"offer-expired:{engagement.pk}"
    to_student("offer_expired", engagement, key=key, at=at)
    to_company("offer_not_taken", engagement, key=key, at=at, amount=str(engagement.total_price))


def offer_declined(engagement: Engagement, *, at: datetime) -> None:
    key = f"offer-declined:{engagement.pk}"
    to_company("offer_declined", engagement, key=key, at=at, amount=str(engagement.total_price))


def offer_withdrawn(engagement: Engagement, *, at: datetime) -> None:
    to_student("offer_withdrawn", engagement, key=f"offer-withdrawn:{engagement.pk}", at=at)


def card_refused(engagement: Engagement, *, ends_at: datetime, at: datetime) -> None:
    key = f"card-refused:{engagement.pk}:{at:%Y%m%d%H%M}"
    to_company("card_refused", engagement, key=key, at=at, moment=ends_at, action="Pay again")
    to_student("payment_is_late", engagement, key=key, at=at)


def payment_failed(engagement: Engagement, *, at: datetime) -> None:
    key = f"payment-failed:{engagement.pk}"
    to_student("payment_failed", engagement, key=key, at=at)
    to_company("payment_failed", engagement, key=key, at=at)


def work_can_start(engagement: Engagement, *, at: datetime) -> None:
    key = f"work-can-start:{engagement.pk}"
    to_student("work_can_start", engagement, key=key, at=at, amount=str(engagement.fee))
    to_company("offer_accepted", engagement, key=key, at=at, amount=str(engagement.total_price))


def money_sent(release: Release, *, at: datetime) -> None:
    deliverable = release.share.deliverable
    to_student(
        "money_sent",
        deliverable.engagement,
        key=f"money-sent:{release.pk}",
        at=at,
        deliverable=deliverable.title,
        amount=str(release.amount),
        action="See your money",
        path="/money/",
    )
