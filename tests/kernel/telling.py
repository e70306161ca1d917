"""Telling somebody a small thing, at noon of a day, for the tests of how people want to be told."""

from datetime import UTC, datetime

from marketplace.kernel import mail, preferences
from marketplace.kernel.models import How, Letter, Topic
from tests.kernel.test_letters import about

# 12:00 in Stockholm on a Tuesday; the next morning there is at 06:00 UTC.
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def tell(person, name, *, at=NOON, topic=Topic.WORK, not_after=None):
    mail.send(
        "payments/offer_expired",
        to=person,
        key=name,
        at=at,
        about=about(topic=topic),
        not_after=not_after,
        title=name,
        company="Maple Health",
    )


def daily(person, topic=Topic.WORK):
    preferences.choose(person, {topic: How.DAILY}, at=NOON)


def letter_of(person):
    return Letter.objects.get(to=person, template="kernel/digest")
