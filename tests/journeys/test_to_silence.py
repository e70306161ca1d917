"""The same job where the employer never answers: reminders, approval by silence, the money two days later.

The site runs in this process, so that the clock can be moved; the stand-in's own clock goes with it.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.kernel import telling
from marketplace.kernel.models import Letter
from payments import tasks
from projects.models import Engagement
from tests import stages
from tests.journeys.people import Employer, Student
from tests.payments import steps

PARTS = ("1. Interview guide and plan", "2. Findings from five interviews")
SECOND, CLEARING = timedelta(seconds=1), timedelta(hours=48)


@pytest.fixture
def people(open_context, site_server, sandbox_pages, sandbox, watch):
    """Employer and student, behind their log-in, at an application to an open project."""
    watch.allow(sandbox_pages)
    application = stages.paid_for(sandbox)
    sam = Employer(open_context(), "Sam Ode")
    sam.is_logged_in(application.project.posted_by, site_server)
    maya = Student(open_context(), "Maya Lindqvist")
    maya.is_logged_in(application.student, site_server)
    return sam, maya


@pytest.fixture
def delivered(people):
    """Offered, paid, accepted and delivered by the pages; both stay at the workroom."""
    sam, maya = people
    sam.offer_to("Applicant 1")
    sam.pay()
    with_the_letter(maya)
    maya.accept("Sweden")
    maya.set_up_being_paid()
    for part in PARTS:
        maya.deliver(part)
    return Engagement.objects.get()


def with_the_letter(maya):
    """To where the letter of the offer leads."""
    maya.go(Letter.objects.get(template="payments/offer_made").context["path"])


def letters(template):
    return Letter.objects.filter(template=f"payments/{template}").count()


def pass_until(time_machine, moment):
    """The clock stands at `moment`, and every sweep has run there."""
    time_machine.move_to(moment, tick=False)
    tasks.run_deadlines(at=timezone.now())
    tasks.sweep_once(at=timezone.now())
    telling.tell_due(at=timezone.now())


def test_silence_approves_at_the_end_and_never_before(people, delivered, sandbox, time_machine):
    sam, maya = people
    handed_in = min(delivered.deliverables.values_list("submitted_at", flat=True))
    ends = delivered.deliverables.latest("review_ends_at").review_ends_at

    for sent, days in enumerate((3, 5, 6), start=1):
        pass_until(time_machine, handed_in + timedelta(days=days, minutes=5))
        assert letters("review_reminder") == sent * len(PARTS)
    pass_until(time_machine, ends - SECOND)
    assert stand(delivered) == {"submitted"}
    sam.page.reload()
    sam.sees("Without an answer it is approved by itself", "Your turn")

    pass_until(time_machine, ends)
    assert stand(delivered) == {"auto_approved"}
    maya.page.reload()
    maya.sees("1. Interview guide and plan: approved by silence", "is released and leaves in 2 days")
    assert letters("approved_by_silence") == letters("work_approved_by_silence") == len(PARTS)

    pass_until(time_machine, ends + CLEARING - SECOND)
    assert steps.got(sandbox, delivered.student) == 0
    pass_until(time_machine, ends + CLEARING)
    assert steps.got(sandbox, delivered.student) == delivered.fee_cents == 40_000
    steps.books_agree(sandbox)
    for person in people:
        person.page.reload()
        person.sees("Completed", "approved by silence", "$200.00 was sent")
        person.sees_every_cent(settled=True)


def stand(engagement):
    return set(engagement.deliverables.values_list("status", flat=True))
