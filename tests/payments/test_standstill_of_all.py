"""Everything at once by a worker that stands still for more than a day each time: nobody is told a thing twice."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail as post
from django.utils import timezone

from marketplace.kernel import mail
from marketplace.kernel.models import Letter
from payments import asking_to_pay
from payments import tasks as payments_tasks
from projects import applying, selecting
from projects import tasks as projects_tasks
from projects.models import Project
from tests import cast, stages

STANDSTILL, HOUR = timedelta(hours=37), timedelta(hours=1)
BY_THEMSELVES = {  # what is told because a date has come, and by nobody's act
    *("projects/answer_reminder", "projects/application_drawn", "projects/application_not_answered"),
    *("projects/work_due", "projects/work_overdue", "payments/work_is_late", "payments/work_not_delivered"),
    *("payments/offer_reminder", "payments/offer_expired", "payments/offer_not_taken"),
    *("payments/review_reminder", "payments/approved_by_silence", "payments/work_approved_by_silence"),
    *("payments/materials_missing", "payments/materials_overdue", "payments/materials_wanted"),
    *("payments/payee_reminder", "payments/payer_reminder", "payments/part_ended", "payments/share_refunded"),
}


@pytest.fixture
def world(sandbox, settings):
    """Whatever moves on by its dates: applications, lists, offers, requests, work, reviews, materials."""
    settings.APPLICATIONS_PER_SEAT = 3
    now = timezone.now()
    project = stages.paid_for(sandbox).project
    second, _ = (cast.an_application(project=project) for _ in "bc")
    words = {"motivation": "I want to.", "answers": ["So.", "Then."]}
    applying.wait(project, by=cast.a_student(), at=now, **words)
    stages.offered(sandbox, project.applications.earliest("pk"))
    selecting.keep_second(second, by=project.posted_by, at=now)
    asked = stages.paid_for(sandbox)
    asking_to_pay.ask_to_pay(asked, by=asked.project.posted_by, at=now, email="books@maple.example")
    stages.under_way(sandbox)
    stages.deliver(stages.under_way(sandbox))
    stages.under_way(sandbox, stages.paid_for(sandbox, promised_materials=["The list of patients"]))
    return now


def wake(at):
    projects_tasks.run_deadlines(at=at)
    projects_tasks.draw_lots(at=at)
    payments_tasks.run_deadlines(at=at)
    payments_tasks.sweep_once(at=at)
    mail.deliver_waiting(at=at, limit=500)
    return Letter.objects.count()


def awake_at(start):
    """Each time after the standstill, and an hour before answers end: a reminder slept through goes out no more."""
    ends = set(Project.objects.values_list("answer_by_at", flat=True))
    return sorted({start + number * STANDSTILL for number in range(1, 25)} | {end - HOUR for end in ends})


def test_nobody_is_told_a_thing_twice_at_once(world, sandbox):
    before = world
    for at in awake_at(world):
        sandbox.advance(seconds=int((at - before).total_seconds()))
        wake(at)
        assert wake(at) == wake(at), at
        before = at

    letters = Letter.objects.all()
    told = Counter(letters.values_list("template", "to", "address", "context__path", "created_at"))
    assert [thing for thing, times in told.items() if times > 1] == []
    ids = Counter(letter.extra_headers["Message-ID"] for letter in post.outbox)
    assert len(ids) == letters.exclude(sent_at=None).count() == sum(ids.values())
    assert not letters.filter(sent_at=None, dropped_at=None).exists()
    assert {template for template, *_ in told} >= BY_THEMSELVES
