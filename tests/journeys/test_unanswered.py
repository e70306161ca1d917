"""The date by which applicants hear is the hard end, for everybody to see; the second such project pauses posting."""

from datetime import timedelta

import pytest
from django.utils import timezone

from projects import closing, tasks
from projects.models import Pardon
from tests import cast
from tests.journeys.people import Employer, Moderator, Person, Student
from tests.journeys.post import letters_to

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
WHY = "Their mail was down for a week."
PAUSED = "Posting is paused until"


@pytest.fixture
def application(own_database):
    """To an open project of a company that left one unanswered before, and has a draft."""
    before = timezone.now() - 40 * DAY
    employer = cast.an_employer(at=before)
    silent = cast.an_open_project(employer, at=before, title="Ten telephone calls")
    cast.an_application(cast.another_student(at=before), silent, at=before)
    closing.close_unanswered(silent, at=silent.answer_by_at)
    cast.a_draft(employer, title="Three posters")
    return cast.an_application(project=cast.an_open_project(employer))


def pass_until(time_machine, moment):
    """The clock stands at `moment`, and every sweep has run there."""
    time_machine.move_to(moment, tick=False)
    tasks.run_deadlines(at=timezone.now())


def subjects(person):
    return [letter.subject for letter in letters_to(person.email)]


def test_silence_is_named_counted_and_in_the_end_pauses_posting(application, enter, time_machine):
    project, title = application.project, application.project.title
    employer, company = project.posted_by, cast.company_of(project.posted_by)
    pass_until(time_machine, application.answer_by_at - SECOND)
    maya = enter(Student, "Maya Lindqvist", application.student)
    maya.go(application.get_absolute_url())
    maya.misses("Not answered")
    pass_until(time_machine, application.answer_by_at)
    told = f"Maple Health did not answer your application for “{title}”"
    assert subjects(application.student).count(told) == 1
    maya.page.reload()
    maya.sees(
        "The company did not answer by the date on the project. That says nothing about your application."
    )
    visitor = enter(Person, "Nobody")
    visitor.go(company.get_absolute_url())
    visitor.sees("2 projects in 180 days")  # with the one of some weeks ago

    sam, noor = enter(Employer, "Sam Ode", employer), enter(Moderator, "Noor Haddad", cast.a_moderator())
    assert subjects(employer).count("Your company sends no new projects for now") == 1
    sam.go(f"{company.projects.get(title='Three posters').get_absolute_url()}summary/")
    sam.sees(PAUSED, title, "Ten telephone calls")
    sam.misses("Send for checking")

    noor.go(company.get_absolute_url())
    noor.follow("Pause of posting")
    noor.sees(PAUSED, title, "Ten telephone calls")
    noor.type({"Why they may post again": WHY})
    noor.press("Lift it, let them post")
    noor.is_told("Maple Health may post again.")
    assert Pardon.objects.get().reason == WHY
    sam.page.reload()
    sam.misses(PAUSED)
    sam.press("Send for checking")
    sam.is_told("Sent. A moderator looks at it, and you get a letter.")
    visitor.page.reload()
    visitor.sees("2 projects in 180 days")
