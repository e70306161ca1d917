"""An employer works through more applicants than there are places: by keys, with reasons, and somebody else pays."""

import re

import pytest
from django.utils import timezone

from projects import tasks
from projects.models import Engagement, Project
from tests import cast, stages
from tests.journeys.people import Employer, Student

WORDS = "I held interviews for a course, and want to do it for real."


@pytest.fixture
def people(open_context, site_server, sandbox_pages, sandbox, watch, settings):
    """An employer with as many applicants as may be, the second of them, a student who is late, and who pays."""
    watch.allow(sandbox_pages)
    settings.APPLICATIONS_PER_SEAT = 4
    first = stages.paid_for(sandbox)
    applications = [first, *(cast.an_application(project=first.project) for _ in range(3))]
    sam = Employer(open_context(), "Sam Ode")
    sam.is_logged_in(first.project.posted_by, site_server)
    second = Student(open_context(), "Maya Lindqvist")
    second.is_logged_in(applications[1].student, site_server)
    late = Student(open_context(), "Jonas Weber")
    late.is_logged_in(cast.another_student(), site_server)
    return sam, second, late, Employer(open_context(), "Ada Books")


def test_everybody_hears_and_a_colleague_pays(people):
    sam, second, late, payer = people
    project = Project.objects.get()
    late.go(project.get_absolute_url())
    late.follow("Wait for a place")
    for question in ("Why this project?", "Describe a conversation", "When in the next two weeks"):
        late.type({question: WORDS})
    late.press("Join the waiting list")
    late.sees("You are on the waiting list.", "Leave the list")

    sam.go(f"{project.get_absolute_url()}applicants/")
    sam.sees("1 more waits for a place")
    sam.page.get_by_role("region", name="Applicants").focus()
    sam.page.keyboard.type("jjjxjx")
    with sam.clicking(2):  # one more than the least, so that every reason is read before it is sent
        sam.press("Decline the marked, a reason each")
        sam.hands.tick(sam.page.get_by_role("group", name="Why not?").get_by_label("hours or dates"))
        sam.choose("Reason for Applicant 4", "The answers did not show enough of how you would do it")
        sam.press("Decline 2, send each their reason")
    sam.is_told("Declined 2. Each of them reads their reason.")

    tasks.draw_lots(at=timezone.now())  # what a worker does every minute
    late.go("/applications/")
    late.misses("On a waiting list")
    late.sees(project.title)

    sam.follow(re.compile("Offer.*Applicant 1"))
    sam.follow("A colleague pays: send them a link")
    sam.type({"E-mail address": "books@maple.example", "Purchase order": "PO 4711"})
    sam.press("Choose Applicant 1 and send the letter")
    sam.is_told("Sent to books@maple.example.")

    payer.go(sam.page.get_by_label("The link, to send it again yourself").input_value())
    payer.sees("PO 4711")
    payer.press("Go to the payment page, reserve $440.00")
    payer.comes_to("/c/pay/.+")
    payer.pay(back="/pay/.+")
    payer.heads("$440.00 is reserved on the card")

    sam.go(f"{project.get_absolute_url()}applicants/")
    sam.press(re.compile("Second in line.*Applicant 2"))
    sam.sees("Maya Lindqvist is second in line and was told")
    second.go("/applications/")
    second.sees("Second in line")

    stages.accept(
        Engagement.objects.get()
    )  # walked in `test_to_silence`; who is second in line hears from it
    sam.page.reload()
    with sam.clicking(1):
        sam.press("Close the rest kindly, tell 1")
    sam.is_told("Closed 1. Each of them reads that all seats were filled.")
    late.page.reload()
    late.sees("Declined")
