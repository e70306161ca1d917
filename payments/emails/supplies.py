"""Letters about promised materials: what is wanted, what came, and what is late."""

from datetime import datetime
from typing import Any

from marketplace.kernel import mail
from marketplace.kernel.models import Topic
from marketplace.kernel.money import Money
from payments.emails import to_company, to_student
from payments.models import LeavingPay
from projects.models import Engagement, PromisedMaterial

GIVE = "Hand it over"
MINE = {"action": "See your money", "path": "/money/"}


def names(engagement: Engagement) -> list[str]:
    return [material.words for material in engagement.missing_materials]


def materials_wanted(engagement: Engagement, *, at: datetime) -> None:
    """At the start of work: what the company promised, and by when."""
    to_company(
        "materials_wanted",
        engagement,
        key=f"materials:{engagement.pk}:wanted",
        at=at,
        action=GIVE,
        not_after=engagement.materials_due_at,
        due=engagement.materials_due_at,
        missing=names(engagement),
    )


def materials_late(engagement: Engagement, *, at: datetime) -> None:
    key, missing = f"materials:{engagement.pk}:late", names(engagement)
    to_company(
        "materials_overdue", engagement, key=key, at=at, action=GIVE, topic=Topic.REMINDERS, missing=missing
    )
    to_student("materials_missing", engagement, key=key, at=at, missing=missing)


def materials_asked(
    engagement: Engagement, *, until: datetime, pay: Money, back: Money, at: datetime
) -> None:
    """The student asked; `until` then they may leave with `pay`, and `back` goes back to the card."""
    key, missing = f"materials:{engagement.pk}:asked", names(engagement)
    sums: dict[str, Any] = {"until": until, "pay": pay, "back": back}
    to_company("materials_asked", engagement, key=key, at=at, action=GIVE, missing=missing, **sums)


def may_leave(engagement: Engagement, *, pay: Money, back: Money, at: datetime) -> None:
    """48 h later it is still not there."""
    key = f"materials:{engagement.pk}:may-leave"
    sums: dict[str, Any] = {"pay": pay, "back": back, "missing": names(engagement), "topic": Topic.MONEY}
    to_student("you_may_leave", engagement, key=key, at=at, **sums)
    to_company("student_may_leave", engagement, key=key, at=at, action=GIVE, **sums)


def student_left(left: LeavingPay, engagement: Engagement, *, at: datetime) -> None:
    mail.tell_no_more(f"materials:{engagement.pk}:", at=at)
    key, sums = f"left:{left.pk}", {"pay": left.amount, "back": left.given_back}
    to_student("you_left", engagement, key=key, at=at, topic=Topic.MONEY, **sums)
    to_company("student_left", engagement, key=key, at=at, topic=Topic.MONEY, **sums)


def leaving_pay_sent(left: LeavingPay, engagement: Engagement, *, at: datetime) -> None:
    key = f"leaving-pay-sent:{left.pk}"
    to_student("leaving_pay_sent", engagement, key=key, at=at, topic=Topic.MONEY, pay=left.amount, **MINE)


def material_given(
    material: PromisedMaterial, engagement: Engagement, *, is_last: bool, at: datetime
) -> None:
    """The student learns of each; with the last one nobody is asked any more."""
    if is_last:
        mail.tell_no_more(f"materials:{engagement.pk}:", at=at)
    to_student(
        "material_given",
        engagement,
        key=f"material-given:{material.pk}",
        at=at,
        material=material.words,
        is_last=is_last,
    )
