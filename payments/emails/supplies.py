"""Letters about promised materials: what is wanted, what came, and what is late."""

from datetime import datetime

from marketplace.kernel import mail
from marketplace.kernel.models import Topic
from payments.emails import to_company, to_student
from projects.models import Engagement, PromisedMaterial

GIVE = "Hand it over"


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


def materials_asked(engagement: Engagement, *, at: datetime) -> None:
    key = f"materials:{engagement.pk}:asked"
    to_company("materials_asked", engagement, key=key, at=at, action=GIVE, missing=names(engagement))


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
