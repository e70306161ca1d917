"""The main steps of both sides in browsers that run no scripts at all."""

from datetime import timedelta

from django.utils import timezone

from payments import tasks
from tests import cast
from tests.journeys.people import REPORT, Employer, Student
from tests.payments import steps

PARTS = ("1. Interview guide and plan", "2. Findings from five interviews")


def test_from_the_project_page_to_approved(open_context, site_server, sandbox_pages, sandbox, watch):
    watch.allow(sandbox_pages)
    project = cast.an_open_project()
    student = cast.a_student()
    sam = Employer(open_context(java_script_enabled=False), "Sam Ode")
    sam.is_logged_in(project.posted_by, site_server)
    maya = Student(open_context(java_script_enabled=False), "Maya Lindqvist")
    maya.is_logged_in(student, site_server)

    maya.find("interviews", project.title, scripts=False)
    maya.apply("Describe a conversation", "When in the next two weeks")
    sam.offer_to("Applicant 1")
    sam.pay()
    maya.page.reload()
    maya.follow("See the offer and answer")
    maya.accept("Sweden")
    maya.set_up_being_paid()
    maya.writes_to("Maple Health", "May I begin on Monday?")
    sam.go("/dashboard/")
    sam.follow("1 new message")
    sam.writes_to("Maya Lindqvist", "Please do.")
    for part in PARTS:
        maya.deliver(part)
        sam.page.reload()
        sam.sees(REPORT["name"])
        sam.approve("$200.00", part=part)
    sam.sees("Completed")
    sam.sees_every_cent(settled=False)

    tasks.sweep_once(at=timezone.now() + timedelta(days=8))
    assert steps.got(sandbox, student) == 40_000
    steps.books_agree(sandbox)
