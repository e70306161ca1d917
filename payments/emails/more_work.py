"""Letters about more work in an engagement: proposed, answered, paid, and what became of it otherwise."""

from datetime import datetime
from typing import Any

from marketplace.kernel import mail
from marketplace.kernel.models import Topic
from payments.emails import to_company, to_student
from payments.models import MoreWork
from projects import checking
from projects.models import Engagement

WHY_OVER = {
    MoreWork.Status.EXPIRED: "It was not answered in time.",
    MoreWork.Status.UNPAID: "It was agreed on, but not paid in time.",
    MoreWork.Status.VOID: "The work stopped before it was paid.",
}


def is_quoted(more: MoreWork) -> bool:
    """What the tripwires noticed is not quoted in any letter: it is read on the page."""
    return not checking.findings_in_more_work(checking.words_of_part(more.title, more.brief, more.criteria))


def words(more: MoreWork, step: str, **more_words: Any) -> dict[str, Any]:
    """What all of them say; `key` makes each go out once for each version of the proposal."""
    return {
        "key": f"more-work:{more.pk}:{step}:{more.version}",
        "what": more.title if is_quoted(more) else "More work",
        "path": more.get_absolute_url(),
        "hold": more.hold,
        **more_words,
    }


def asks_no_more(more: MoreWork, *, at: datetime) -> None:
    """Nobody is asked for what was answered, paid or has ended, however late the letters go out."""
    mail.tell_no_more(f"more-work:{more.pk}:", at=at)


def proposed(more: MoreWork, *, at: datetime) -> None:
    said = words(more, "proposed", amount=more.fee, hours=more.hours, days=more.due_days)
    said["brief"] = more.brief if is_quoted(more) else "What is to be done stands on the page."
    ends: dict[str, Any] = {"until": more.answer_by_at, "not_after": more.answer_by_at}
    to_student("more_work_proposed", more.engagement, at=at, action="Answer it", **said, **ends)


def agreed(more: MoreWork, *, at: datetime) -> None:
    asks_no_more(more, at=at)
    pay_letter("more_work_agreed", more, "agreed", at=at)


def reminder(more: MoreWork, *, at: datetime) -> None:
    if more.status == MoreWork.Status.AGREED:
        pay_letter("more_work_unpaid", more, "reminder", topic=Topic.REMINDERS, at=at)
        return
    said = words(more, "reminder", amount=more.fee, until=more.answer_by_at, not_after=more.answer_by_at)
    topic = Topic.REMINDERS
    to_student("more_work_reminder", more.engagement, at=at, action="Answer it", topic=topic, **said)


def card_refused(more: MoreWork, *, at: datetime) -> None:
    asks_no_more(more, at=at)
    pay_letter("more_work_refused", more, "refused", at=at)
    said = words(more, "late", until=more.pay_by_at, not_after=more.pay_by_at)
    to_student("more_work_late", more.engagement, at=at, topic=Topic.MONEY, **said)


def pay_letter(template: str, more: MoreWork, step: str, *, at: datetime, topic: Topic = Topic.MONEY) -> None:
    said = words(more, step, amount=more.total_price, until=more.pay_by_at, not_after=more.pay_by_at)
    to_company(
        template, more.engagement, at=at, topic=topic, action="Pay for it", **said | {"path": more.pay_url}
    )


def declined(more: MoreWork, *, at: datetime) -> None:
    asks_no_more(more, at=at)
    to_company("more_work_declined", more.engagement, at=at, **words(more, "declined"))


def withdrawn(more: MoreWork, *, at: datetime) -> None:
    asks_no_more(more, at=at)
    to_student("more_work_withdrawn", more.engagement, at=at, **words(more, "withdrawn"))


def over(more: MoreWork, *, at: datetime) -> None:
    """It ended by itself, or with the work: both sides are told why."""
    asks_no_more(more, at=at)
    said = words(more, "over", why_over=WHY_OVER[MoreWork.Status(more.status)])
    to_student("more_work_over", more.engagement, at=at, **said)
    to_company("more_work_over", more.engagement, at=at, **said)


def held(more: MoreWork, engagement: Engagement, *, at: datetime) -> None:
    """The money is there, and the part with it."""
    asks_no_more(more, at=at)
    part = more.deliverable
    assert part is not None
    said = words(more, "held") | {"path": part.get_absolute_url(), "due": part.due_at, "topic": Topic.MONEY}
    to_student("more_work_held", engagement, at=at, amount=more.fee, **said)
    to_company("more_work_paid", engagement, at=at, amount=more.total_price, **said)
