"""A paid trial on a stipend with a file beside it; what was promised is handed over; and a project is ended."""

import re

import pytest
from django.utils import timezone

from marketplace.kernel.models import Letter
from projects import moderating, posting
from projects.drafts import Part
from projects.models import Application, Engagement, Project
from tests import cast, stages
from tests.journeys.people import REPORT, Employer, Student

WHY = "I held interviews for a course, and want to do it for real."
ONE_PART = [
    Part("Ten short texts", ("Each has forty words.", "Each names the state.", "None stands twice."), 0, 5)
]
PROMISED = "The answers of last year as a table"


@pytest.fixture
def meeting(site_server, open_context):
    """`meeting(employer, student)`: both at their browsers, behind the log-in."""

    def meet(employer, student):
        sam, maya = Employer(open_context(), "Sam Ode"), Student(open_context(), "Maya Lindqvist")
        sam.is_logged_in(employer, site_server)
        maya.is_logged_in(student, site_server)
        return sam, maya

    return meet


def test_a_trial_on_a_stipend_is_found_by_whom_it_fits(own_database, meeting):
    draft = cast.a_draft(parts=ONE_PART, hours=3, fee_cents=7_500)
    sam, maya = meeting(draft.posted_by, cast.a_student())
    sam.go(f"{draft.get_absolute_url()}materials/")
    sam.hands.attach(sam.page.get_by_label("Files"), REPORT)
    sam.press("Add the files")
    sam.is_told("The files stand beside the draft.")
    sam.follow("Back to the draft")
    sam.hands.tick(sam.page.get_by_label("This is a paid trial"))
    sam.hands.tick(sam.page.get_by_label("Sponsor stipend"))
    sam.type({"Materials you hand over when work starts": PROMISED})
    sam.press("See the summary")
    sam.sees("Paid trial", REPORT["name"], PROMISED)
    # Sending and passing it are walked in `test_to_approval`.
    project = posting.send_to_moderation(Project.objects.get(), by=draft.posted_by, at=timezone.now())
    moderating.pass_project(project, by=cast.a_moderator(), at=timezone.now())

    maya.go(project.get_absolute_url())
    maya.sees("Paid trial", PROMISED)
    with maya.page.expect_download() as download:
        maya.follow(REPORT["name"])
    assert download.value.path().read_bytes() == REPORT["buffer"]
    maya.go(f"{project.get_absolute_url()}apply/")
    maya.follow("Look at my answer")
    maya.hands.tick(maya.page.get_by_label("On a stipend that a sponsor gives"))
    maya.press("Save")
    maya.is_told("Your student profile is saved.")
    maya.go(f"{project.get_absolute_url()}apply/")
    maya.sees("It uses one of your")
    maya.type({"Why this project?": WHY} | dict.fromkeys(project.questions, WHY))
    maya.press("Send the application")
    maya.sees(project.title)
    assert Application.objects.get().project == project


def test_what_was_promised_is_asked_for_and_handed_over(sandbox, meeting):
    application = stages.paid_for(sandbox, promised_materials=[PROMISED])
    engagement = stages.under_way(sandbox, application)
    Engagement.objects.update(materials_due_at=timezone.now())
    sam, maya = meeting(engagement.offered_by, engagement.student)

    maya.go(engagement.get_absolute_url())
    maya.press("Ask for what is missing")
    maya.is_told("Asked. Maple Health gets a letter now.")
    sam.go(engagement.get_absolute_url())
    sam.follow(re.compile(f"Hand over.*{PROMISED}"))
    sam.hands.attach(sam.page.get_by_label("Files"), REPORT)
    sam.type({"Note": "One row for each answer."})
    sam.press("Hand it over")
    sam.is_told("Handed over. The student is told.")

    maya.page.reload()
    maya.sees("One row for each answer.", REPORT["name"])
    maya.misses("Not given yet")


def test_a_project_is_paused_closed_and_cancelled_with_reasons(own_database, meeting):
    application = cast.an_application()
    project = application.project
    sam, maya = meeting(project.posted_by, application.student)
    sam.go(project.get_absolute_url())
    sam.press("Pause applications")
    sam.is_told("Paused. Nobody can apply until you go on; the dates stay.")
    sam.press("Take applications again")
    sam.is_told("Open again for applications.")
    sam.hands.press(sam.page.get_by_text("End it earlier"))
    sam.press("Close to applications")
    sam.is_told("Closed to applications. Everyone who applied still hears by the date.")

    sam.hands.press(sam.page.get_by_text("End it earlier"))
    sam.follow("Cancel the project")
    sam.press("Cancel the project, tell everyone")
    sam.sees("Say why: everyone who applied reads it.")
    sam.hands.tick(sam.page.get_by_label("The work is no longer needed"))
    sam.choose("The same answer for everyone", "The project was cancelled")
    sam.press("Cancel the project, tell everyone")
    sam.is_told("Cancelled. Everyone who waited was told.")

    maya.go(application.get_absolute_url())
    maya.sees("The project was cancelled.", "The work is no longer needed")
    letter = Letter.objects.get(template="projects/application_cancelled", to=application.student)
    assert "The work is no longer needed" in str(letter.context)
