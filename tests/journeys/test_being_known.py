"""Who may know and who is told: a student's page, who acts for a company, and which letters come."""

import re

from django.core import mail as post
from django.utils import timezone

from accounts import onboarding
from accounts.models import School, User
from marketplace.kernel import digests
from marketplace.kernel.times import next_morning
from projects import selecting
from tests import cast
from tests.journeys.people import Employer, Person, Student
from tests.journeys.post import letters_to, link_in_the_letter_to

KIM, MAYA = "kim@maple.example", "maya@stud.oslo.example"
TITLES = ("Ten telephone calls", "Three posters", "A tour of the clinic", "One leaflet")


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


def the_next_morning(time_machine, person):
    """It is seven o'clock where they live, and the sweep ran before and then; how many daily letters it wrote."""
    now = timezone.now()
    written = digests.write_due(at=now)
    time_machine.move_to(next_morning(now, person.zone, hour=7), tick=False)
    return written + digests.write_due(at=timezone.now()) + digests.write_due(at=timezone.now())


def test_letters_come_as_one_chose_and_stop_by_one_click(enter, time_machine):
    student, employer = cast.a_student(), cast.an_employer()
    applications = [
        cast.an_application(student, cast.an_open_project(employer, title=title)) for title in TITLES
    ]
    first, second, third, fourth = applications
    maya, mail_reader = enter(Student, "Maya Lindqvist", student), enter(Person, "Maya's mail")
    selecting.shortlist(first, by=employer, at=timezone.now())
    stop = link_in_the_letter_to(student.email, "/letters/stop/")
    maya.go("/notices/")
    maya.sees(f"Maple Health put you on the short-list for “{TITLES[0]}”")

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

    before = len(letters_to(student.email))
    selecting.shortlist(second, by=employer, at=timezone.now())
    selecting.decline(third, by=employer, at=timezone.now(), reason="skills")
    assert the_next_morning(time_machine, student) == 1
    (daily,) = letters_to(student.email)[before:]
    assert [daily.body.count(f"“{title}”") for title in TITLES] == [0, 1, 1, 0]
    maya.go("/notices/")
    maya.sees(*TITLES[:3])
    assert the_next_morning(time_machine, student) == 0  # nothing is new, and nothing comes twice

    selecting.shortlist(fourth, by=employer, at=timezone.now())
    one_click = daily.extra_headers["List-Unsubscribe"].strip("<>")
    assert mail_reader.context.request.post(one_click, form={"List-Unsubscribe": "One-Click"}).ok
    assert the_next_morning(time_machine, student) == 0
    assert len(letters_to(student.email)) == before + 1
    maya.page.reload()
    maya.sees(TITLES[3])
    maya.go("/accounts/letters/")
    assert topic.get_by_label("Only on the site").is_checked()


class AtHome(Student):
    """Reads letters where they arrive, since this site has no mail viewer."""

    def letter(self, subject):
        return next(letter.body for letter in reversed(post.outbox) if letter.subject.startswith(subject))


def test_an_address_of_a_known_school_confirms_it_to_an_employer(enter):
    School.objects.create(name="Oslo Metropolitan").domains.create(domain="oslo.example")
    maya = enter(AtHome, "Maya Lindqvist", email=MAYA)
    maya.sign_up("I study and look for paid projects", time_zone="Oslo")
    maya.tell_of_themselves()
    maya.go("/accounts/settings/")
    maya.sees("Oslo Metropolitan, Norway Confirmed by e-mail")

    student = User.objects.get(email=MAYA)
    onboarding.tell_eligibility(student.student_profile, may_work_as=["contractor"])
    application = cast.an_application(student)
    selecting.shortlist(application, by=application.project.posted_by, at=timezone.now())  # until then hidden
    sam = enter(Employer, "Sam Ode", application.project.posted_by)
    sam.go(application.get_absolute_url())
    sam.sees("Maya Lindqvist", "Oslo Metropolitan Confirmed by e-mail")
