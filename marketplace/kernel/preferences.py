"""How a person wants to be told, topic by topic: chosen on a page, or by one click in a letter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import models, transaction

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import ALWAYS, How, Letter, Preference, Topic

DAILY = ""  # the daily letter is about every topic that comes in it
SALT = "letters.stop"
CHOOSABLE = [topic for topic in Topic if topic not in ALWAYS]


class AlwaysTold(RuleViolation):
    """What concerns money, the account, and decisions of moderators, cannot be switched off."""

    code = "always_told"

    def __init__(self) -> None:
        super().__init__("Letters about money, your account and decisions of moderators always come.")


def how_to_tell(person: Any, topic: Topic) -> How:
    """What the person chose for this topic; nothing is asked where there is no choice."""
    if topic in ALWAYS:
        return How.AT_ONCE
    chosen = Preference.objects.of(person).filter(topic=topic).values_list("how", flat=True).first()
    return How(chosen or How.AT_ONCE)


def is_off(person: Any, topic: str) -> bool:
    """Whether letters of this topic are unwanted by now; the daily one where nothing is told by letter."""
    if topic == DAILY:
        return switched_off(person).count() == len(CHOOSABLE)
    return how_to_tell(person, Topic(topic)) == How.SITE


def switched_off(person: Any) -> "models.QuerySet[Preference, str]":
    """The topics of which this person wants no letters at all."""
    return Preference.objects.of(person).filter(how=How.SITE).values_list("topic", flat=True)


def chosen_by(person: Any) -> dict[Topic, How]:
    """The choice for every topic that can be chosen."""
    known = dict(Preference.objects.of(person).values_list("topic", "how"))
    return {topic: How(known.get(topic, How.AT_ONCE)) for topic in CHOOSABLE}


def choose(person: Any, choices: Mapping[Topic, How], *, at: datetime) -> None:
    """Keep the choices; the same ones again change nothing. Raises AlwaysTold."""
    if set(choices) & set(ALWAYS):
        raise AlwaysTold
    Preference.objects.bulk_create(
        [
            Preference(person=person, topic=topic, how=how, chosen_at=at)
            for topic, how in sorted(choices.items())
        ],
        update_conflicts=True,
        unique_fields=["person", "topic"],
        update_fields=["how", "chosen_at"],
    )


# One click in a letter


def stop_token(person: Any, topic: str) -> str:
    """What stands in the address that switches a topic off, or the daily letter: signed, and never too old."""
    return signing.dumps([person.public_id, topic], salt=SALT)


def read_token(token: str) -> tuple[str, str]:
    """The person's public id and the topic. Raises signing.BadSignature, for a topic that is no more as well."""
    public_id, topic = signing.loads(token, salt=SALT)
    if topic not in {DAILY, *Topic.values}:
        raise signing.BadSignature(topic)
    return str(public_id), str(topic)


def stop(person: Any, topic: str, *, at: datetime) -> None:
    """No more letters of this topic; of all that comes daily, where it is the daily letter. Raises AlwaysTold.

    What waits of them goes out no more: a letter is looked at again before it is sent, the daily one here.
    """
    if topic != DAILY:
        choose(person, {Topic(topic): How.SITE}, at=at)
        return
    with transaction.atomic():
        daily = Preference.objects.of(person).filter(how=How.DAILY).select_for_update()
        choose(person, {Topic(row.topic): How.SITE for row in daily}, at=at)
        Letter.objects.filter(to=person, topic=DAILY).let_go(at=at)
