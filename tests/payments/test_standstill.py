"""The worker stood still for a day or more: each notice comes once, and what is past by then comes not at all."""

from datetime import timedelta

import pytest
from django.core import mail as post
from django.utils import timezone

from marketplace.kernel import digests, mail
from marketplace.kernel.models import How, Letter, Notice, Topic
from marketplace.kernel.preferences import choose
from payments import offering, releasing, tasks
from payments.models import Deadline, deadlines
from projects.models import Deliverable, Engagement
from tests import stages
from tests.payments import staging

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def handed_in(django_db_blocker, tmp_path_factory):
    def build(sandbox):
        stages.deliver(stages.under_way(sandbox))

    folder = tmp_path_factory.mktemp("handed_in")
    with django_db_blocker.unblock(), staging.staged("handed_in", build, folder) as stage:
        yield stage


@pytest.fixture
def in_review(handed_in, tmp_path):
    with staging.gone_on(handed_in, tmp_path):
        yield Deliverable.objects.get(number=1)


def run(at, times=2):
    for _ in range(times):
        tasks.run_deadlines(at=at)
        mail.deliver_waiting(at=at)


def told(template):
    return Letter.objects.filter(template=f"payments/{template}")


def test_of_three_reminders_that_are_due_one_comes(in_review):
    woken = in_review.submitted_at + 6 * DAY + timedelta(hours=2)

    run(woken)

    assert told("review_reminder").count() == 1
    assert Notice.objects.filter(text__contains="waits for your answer").count() == 1
    reminders = Deadline.objects.filter(kind=Deadline.Kind.REVIEW_REMINDER, deliverable=in_review)
    assert reminders.count() == 3
    assert not reminders.filter(done_at=None).exists()


def test_without_that_care_all_three_come_at_once(in_review, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr(deadlines, "REMINDERS", ())

    run(in_review.submitted_at + 6 * DAY + timedelta(hours=2))

    assert told("review_reminder").count() == 3


def test_in_good_time_each_of_them_comes(in_review):
    for days in (3, 5, 6):
        run(in_review.submitted_at + days * DAY + timedelta(minutes=1))

    assert told("review_reminder").count() == 3


def test_nobody_is_reminded_of_a_review_that_is_over(in_review):
    run(in_review.review_ends_at + DAY)

    assert told("review_reminder").count() == 0
    assert told("approved_by_silence").count() == 1


def test_a_letter_that_was_written_before_and_is_past_is_dropped(in_review):
    tasks.run_deadlines(at=in_review.submitted_at + 3 * DAY)
    post.outbox.clear()

    mail.deliver_waiting(at=in_review.review_ends_at + timedelta(hours=1))

    assert told("review_reminder").get().dropped_at
    assert told("work_submitted").get().dropped_at
    assert not [letter for letter in post.outbox if "waits for your answer" in letter.subject]


def test_an_offer_that_ended_meanwhile_is_told_as_ended_alone(sandbox):
    engagement = stages.offered(sandbox)

    run(engagement.offer_expires_at + DAY)

    engagement.refresh_from_db()
    assert engagement.status == Engagement.Status.EXPIRED
    assert told("offer_reminder").count() == 0
    assert told("offer_made").get().dropped_at
    assert told("offer_expired").get().sent_at
    assert timezone.is_aware(told("offer_not_taken").get().sent_at)


def test_nobody_is_asked_by_a_late_letter_for_what_was_answered_meanwhile(in_review):
    """No mail went out for a day, and the site was used."""
    at = in_review.submitted_at + 3 * DAY
    tasks.run_deadlines(at=at)
    employer = in_review.engagement.offered_by
    releasing.approve_work(in_review, by=employer, at=at + timedelta(hours=1))

    mail.deliver_waiting(at=at + timedelta(hours=2))

    assert told("review_reminder").get().dropped_at
    assert told("work_approved").get().sent_at


def test_nor_by_the_daily_letter(in_review):
    employer, at = in_review.engagement.offered_by, in_review.submitted_at + 3 * DAY
    choose(employer, {Topic.REMINDERS: How.DAILY}, at=in_review.submitted_at)
    tasks.run_deadlines(at=at)
    digests.write_due(at=at)
    releasing.approve_work(in_review, by=employer, at=at + timedelta(minutes=1))

    assert digests.write_due(at=at + DAY) == 0


def test_an_offer_that_was_answered_on_the_site_is_not_made_by_a_late_letter(sandbox):
    engagement = stages.offered(sandbox)
    at = timezone.now()

    offering.decline_offer(engagement, by=engagement.student, at=at)
    mail.deliver_waiting(at=at)

    assert told("offer_made").get().dropped_at
    assert told("offer_declined").get().sent_at
