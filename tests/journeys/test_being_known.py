"""Who may know and who is told: a student's page, who acts for a company, and which letters come."""

import re

import pytest
from django.core import mail as post
from django.utils import timezone

from accounts.models import User
from marketplace.kernel import mail
from projects import selecting
from tests import cast
from tests.journeys.people import Employer, Person, Student

KIM = "kim@maple.example"
ADDRESS = re.compile(r"http://localhost:\d+/\S+")


@pytest.fixture
def enter(open_context, site_server, own_database):
    """A browser of somebody, logged in where they are a person of the site."""

    def enter(kind, name, user=None):
        person = kind(open_context(), name)
        if user is not None:
            person.is_logged_in(user, site_server)
        return person

    return enter


def link_in_the_letter_to(address, path):
    """The one of that path, in their newest letter."""
    mail.deliver_waiting(at=timezone.now())
    body = [letter for letter in post.outbox if letter.to == [address]][-1].body
    return next(link for link in ADDRESS.findall(body) if path in link)


def test_a_student_s_page_opens_to_whom_they_choose(enter):
    student = cast.a_student()
    maya, visitor = enter(Student, "Maya Lindqvist", student), enter(Person, "Nobody")
    page = f"/people/{student.public_id}/"
    visitor.go(page)
    visitor.heads("There is nothing at this address")
    maya.go("/accounts/profile/page/")
    maya.hands.tick(maya.page.get_by_label("Everybody who has the address"))
    maya.type({"What you want to do next": "Data work in a hospital.", "Link 1": "https://maya.example/work"})
    maya.press("Save")
    maya.is_told("Your page is saved.")
    visitor.go(page)
    visitor.heads("Maya Lindqvist")
    visitor.sees("Interviewing", "Statistics", "Data work in a hospital.", "maya.example/work")


def test_an_owner_lets_a_colleague_in_and_leaves_once_there_is_another(enter):
    owner = cast.an_employer()
    colleague = User.objects.create_verified_user(KIM, name="Kim Ray")
    sam, kim = enter(Employer, "Sam Ode", owner), enter(Employer, "Kim Ray", colleague)
    sam.go("/companies/maple-health/people/")
    sam.type({"E-mail address of a colleague": KIM})
    sam.hands.tick(sam.page.get_by_label("Manager: posts projects"))
    sam.press("Send the invitation")
    sam.is_told(f"A letter to {KIM} is on its way.")

    kim.go(link_in_the_letter_to(KIM, "/invitations/"))
    kim.press("Accept, act for Maple Health")
    kim.is_told("You act for Maple Health now, as manager.")

    leave(sam)
    sam.heads("That is not possible now")
    sam.go("/companies/maple-health/people/")
    sam.press(re.compile("Make owner.*Kim Ray"))
    sam.is_told("Kim Ray is owner now.")
    leave(sam)
    sam.sees("You do not act for Maple Health any more.")


def leave(owner):
    owner.follow("Leave Maple Health")
    owner.press("Leave")


def test_letters_come_as_one_chose_and_stop_by_one_click(enter):
    application = cast.an_application()
    student, employer = application.student, application.project.posted_by
    maya, mail_reader = enter(Student, "Maya Lindqvist", student), enter(Person, "Maya's mail")
    selecting.shortlist(application, by=employer, at=timezone.now())
    stop = link_in_the_letter_to(student.email, "/letters/stop/")
    maya.go("/notices/")
    maya.sees("Maple Health put you on the short-list")

    mail_reader.go(stop)
    mail_reader.heads("Stop letters about applications?")
    mail_reader.press("Stop them")
    mail_reader.heads("Stopped")
    maya.go("/accounts/letters/")
    topic = maya.page.get_by_role("group", name="Applications")
    assert topic.get_by_label("Only on the site").is_checked()
    maya.hands.tick(topic.get_by_label("One letter a day"))
    maya.press("Save the choice")
    maya.is_told("Your choice is saved.")
    one_click = mail_reader.context.request.post(stop, form={"List-Unsubscribe": "One-Click"})
    assert one_click.ok
    maya.page.reload()
    assert topic.get_by_label("Only on the site").is_checked()
