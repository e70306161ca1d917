"""One function per letter about offers, work and money; each goes out once, by its key."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import User
from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from marketplace.kernel.money import Money
from payments.models import Payee, Release
from payments.models.bars import bar_of
from projects.models import Deliverable, Engagement, Review, Submission
from projects.models.turns import turn_now

WORKROOM = "Open the workroom"


def to_student(template: str, engagement: Engagement, *, key: str, at: datetime, **context: Any) -> None:
    why = f"you applied for “{engagement}” at {engagement.company}"
    tell(template, engagement, [engagement.student], why=why, key=key, at=at, **context)


def to_company(template: str, engagement: Engagement, *, key: str, at: datetime, **context: Any) -> None:
    why = f"you act for {engagement.company}, which pays for “{engagement}”"
    members = list(engagement.company.members_now())
    tell(template, engagement, members, why=why, key=key, at=at, **context)


def tell(
    template: str,
    engagement: Engagement,
    readers: Iterable[User],
    *,
    why: str,
    key: str,
    at: datetime,
    **more: Any,
) -> None:
    """One letter each to people of one side, with the turn and the money as that side sees them now.

    `topic`, `path`, `action`, `not_after` and the `hold` it is about may be among `more`; the rest is for the words.
    """
    rows = Engagement.objects.filter(pk=engagement.pk).select_related("company", "student")
    about, not_after, hold = None, more.pop("not_after", None), more.pop("hold", None)
    path, action = more.pop("path", engagement.get_absolute_url()), more.pop("action", WORKROOM)
    topic = more.pop("topic", Topic.WORK)
    words = {
        "title": str(engagement),
        "company": str(engagement.company),
        "student": str(engagement.student),
        **more,
    }
    for reader in readers:
        if about is None:
            turn = turn_now(rows.with_turn(reader))
            about = About(path, action, why, topic, turn, bar_of(engagement, hold))
        mail.send(
            f"payments/{template}", to=reader, key=key, at=at, about=about, not_after=not_after, **words
        )


def work_submitted(submission: Submission, *, review_ends_at: datetime, at: datetime) -> None:
    deliverable = submission.deliverable
    mail.tell_no_more(f"work_due:{deliverable.pk}:", f"work-is-late:{deliverable.pk}:", at=at)
    to_company(
        "work_submitted",
        deliverable.engagement,
        key=f"work-submitted:{submission.pk}",
        at=at,
        not_after=review_ends_at,
        until=review_ends_at,
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
        topic=Topic.REMINDERS,
        not_after=deliverable.review_ends_at,
        until=deliverable.review_ends_at,
        deliverable=deliverable.title,
        amount=deliverable.share,
        action="Look at the work",
        path=deliverable.get_absolute_url(),
    )


def review_is_over(deliverable: Deliverable, *, at: datetime) -> None:
    """Nobody is asked for an answer that was given, however late the letters go out."""
    mail.tell_no_more(f"review-reminder:{deliverable.pk}:", at=at)


def changes_asked_for(review: Review, deliverable: Deliverable, *, at: datetime) -> None:
    review_is_over(deliverable, at=at)
    named = [deliverable.criteria[number - 1] for number in review.failing_criteria]
    to_student(
        "changes_asked_for",
        deliverable.engagement,
        key=f"changes-asked-for:{review.pk}",
        at=at,
        deliverable=deliverable.title,
        criteria=named,
        message=review.message,
        until=deliverable.due_at,
        path=deliverable.get_absolute_url(),
    )


def cancelled_before_start(
    engagement: Engagement, amount: Money, *, by: User, reason: str, at: datetime
) -> None:
    key = f"cancelled:{engagement.pk}"
    context: dict[str, Any] = {
        "topic": Topic.MONEY,
        "reason": reason,
        "amount": amount,
        "by": str(by),
    }
    to_student("cancelled_before_start", engagement, key=key, at=at, **context)
    to_company("cancelled_before_start", engagement, key=key, at=at, **context)


def payee_ready(payee: Payee, *, at: datetime) -> None:
    key = f"payee-ready:{payee.pk}:{payee.stripe_account}"
    money_letter("payee_ready", payee, key=key, at=at, action="See your money")


def account_gone(payee: Payee, account: str, *, at: datetime) -> None:
    """Its account at Stripe is closed or cut off; what was sent there before stays theirs."""
    money_letter("account_gone", payee, key=f"account-gone:{account}", at=at, action="Set up being paid")


def payout_failed(payee: Payee, payout: str, amount: Money, *, why: str, at: datetime) -> None:
    """Their bank sent it back to their balance at Stripe."""
    key, action = f"payout-failed:{payout}", "Look at your bank details"
    money_letter("payout_failed", payee, key=key, at=at, action=action, amount=amount, why=why)


def payee_reminder(payee: Payee, *, due_at: datetime, at: datetime) -> None:
    key = f"payee-reminder:{payee.pk}:{due_at:%Y%m%d%H%M}"
    money_letter("payee_reminder", payee, key=key, at=at, action="Set up being paid")


def money_letter(template: str, payee: Payee, *, key: str, at: datetime, action: str, **words: Any) -> None:
    about = About("/money/payee/", action, "you are paid for work that you found here", Topic.MONEY)
    mail.send(f"payments/{template}", to=payee.user, key=key, at=at, about=about, **words)


def offer_made(engagement: Engagement, *, at: datetime) -> None:
    expires_at = engagement.offer_expires_at or at
    to_student(
        "offer_made",
        engagement,
        key=f"offer-made:{engagement.pk}",
        at=at,
        not_after=expires_at,
        until=expires_at,
        amount=engagement.fee,
        hours=engagement.hours,
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
        until=expires_at,
        amount=engagement.fee,
        action="Answer the offer",
    )


def offer_is_over(engagement: Engagement, *, at: datetime) -> None:
    """It was answered, taken back or has ended: nobody is asked to answer it any more."""
    mail.tell_no_more(f"offer-made:{engagement.pk}:", f"offer-reminder:{engagement.pk}:", at=at)


def offer_expired(engagement: Engagement, *, at: datetime) -> None:
    offer_is_over(engagement, at=at)
    key = f"offer-expired:{engagement.pk}"
    to_student("offer_expired", engagement, key=key, at=at)
    to_company("offer_not_taken", engagement, key=key, at=at, **what_is_free(engagement))


def offer_declined(engagement: Engagement, *, at: datetime) -> None:
    offer_is_over(engagement, at=at)
    key = f"offer-declined:{engagement.pk}"
    to_company("offer_declined", engagement, key=key, at=at, **what_is_free(engagement))


def what_is_free(engagement: Engagement) -> dict[str, Any]:
    """What comes back to the card, and who was kept second in line for this case."""
    line = engagement.project.applications.second_in_line().select_related("student").order_by("second_at")
    return {
        "amount": engagement.total_price,
        "second": ", ".join(row.applicant for row in line),
        "action": "See the applicants",
        "path": f"{engagement.project.get_absolute_url()}applicants/",
    }


def offer_withdrawn(engagement: Engagement, *, at: datetime) -> None:
    offer_is_over(engagement, at=at)
    to_student("offer_withdrawn", engagement, key=f"offer-withdrawn:{engagement.pk}", at=at)


def card_refused(engagement: Engagement, *, ends_at: datetime, at: datetime) -> None:
    key = f"card-refused:{engagement.pk}:{at:%Y%m%d%H%M}"
    context: dict[str, Any] = {"topic": Topic.MONEY, "not_after": ends_at, "until": ends_at}
    pay = f"{engagement.get_absolute_url()}pay/"
    to_company("card_refused", engagement, key=key, at=at, action="Pay again", path=pay, **context)
    to_student("payment_is_late", engagement, key=key, at=at, **context)


def payment_failed(engagement: Engagement, *, at: datetime) -> None:
    for tell_side in (to_student, to_company):
        tell_side(
            "payment_failed", engagement, key=f"payment-failed:{engagement.pk}", at=at, topic=Topic.MONEY
        )


def work_can_start(engagement: Engagement, *, at: datetime) -> None:
    offer_is_over(engagement, at=at)
    key = f"work-can-start:{engagement.pk}"
    money, price = Topic.MONEY, engagement.total_price
    to_student("work_can_start", engagement, key=key, at=at, topic=money, amount=engagement.fee)
    to_company("offer_accepted", engagement, key=key, at=at, topic=money, amount=price)


def money_sent(release: Release, *, at: datetime) -> None:
    deliverable = release.share.deliverable
    to_student(
        "money_sent",
        deliverable.engagement,
        key=f"money-sent:{release.pk}",
        at=at,
        deliverable=deliverable.title,
        amount=release.amount,
        hold=release.share.hold,
        topic=Topic.MONEY,
        action="See your money",
        path="/money/",
    )
