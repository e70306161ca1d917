"""How people want to be told, by topic: at once, once a day or on the site; and nothing is told twice or too late."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from marketplace.kernel import mail, preferences
from marketplace.kernel.models import How, Letter, Notice, Preference, Topic
from tests import cast
from tests.kernel.telling import NOON, tell


class TestTheChoice:
    def test_without_one_a_letter_comes_at_once(self, student):
        tell(student, "A")

        assert (Letter.objects.count(), Notice.objects.get().in_digest) == (1, False)

    def test_on_the_site_alone_there_is_no_letter(self, student):
        preferences.choose(student, {Topic.WORK: How.SITE}, at=NOON)

        tell(student, "A")
        tell(student, "B", topic=Topic.APPLICATIONS)

        assert Letter.objects.get().subject.endswith("“B” has ended")
        assert Notice.objects.count() == 2

    def test_a_letter_that_waits_is_dropped_when_its_topic_is_switched_off(self, student):
        tell(student, "A")
        preferences.choose(student, {Topic.WORK: How.SITE}, at=NOON)

        assert mail.deliver_waiting(at=NOON) == 0
        assert Letter.objects.get().dropped_at == NOON

    @pytest.mark.parametrize("topic", [Topic.MONEY, Topic.DECISIONS])
    def test_there_is_none_about_money_and_decisions_in_the_rule_nor_in_the_database(self, student, topic):
        with pytest.raises(preferences.AlwaysTold):
            preferences.choose(student, {topic: How.SITE}, at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            Preference.objects.create(person=student, topic=topic, how=How.SITE, chosen_at=NOON)

        tell(student, "A", topic=topic)
        assert Letter.objects.count() == 1

    @pytest.mark.parametrize(("first", "then"), [(How.SITE, How.AT_ONCE), (How.DAILY, How.AT_ONCE)])
    def test_made_anew_tells_nothing_a_second_time(self, student, first, then):
        preferences.choose(student, {Topic.WORK: first}, at=NOON)
        tell(student, "A")
        preferences.choose(student, {Topic.WORK: then}, at=NOON)

        tell(student, "A")

        assert (Notice.objects.count(), Letter.objects.count()) == (1, 0)

    def test_can_be_changed_again(self, student):
        for how in (How.DAILY, How.SITE, How.AT_ONCE):
            preferences.choose(student, {Topic.WORK: how}, at=NOON)
            assert preferences.chosen_by(student)[Topic.WORK] == how
        assert Preference.objects.count() == 1


def test_what_is_past_is_told_to_nobody(db):
    person = cast.a_student()
    before = Notice.objects.count()

    tell(person, "A", not_after=NOON - timedelta(seconds=1))

    assert (Notice.objects.count(), Letter.objects.filter(to=person, key__startswith="A").count()) == (
        before,
        0,
    )
