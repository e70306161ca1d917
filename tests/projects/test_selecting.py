"""How an employer answers applicants: the short-list, and every no with its reason."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from payments import offering
from projects import closing, selecting
from projects.models import Application, Project
from tests import cast
from tests.boards import stands_on

pytestmark = stands_on(cast.an_application)


@pytest.fixture
def application(board):
    return board


@pytest.fixture
def employer(application):
    return application.project.posted_by


def letter(template):
    return Letter.objects.get(template=f"projects/{template}")


def test_a_shortlisted_student_is_told(application, employer):
    kept = selecting.shortlist(application, by=employer, at=timezone.now())

    assert kept.status == Application.Status.SHORTLISTED
    assert letter("application_shortlisted").to == application.student


def test_every_no_has_a_reason_which_the_student_reads(application, employer):
    note = "Your sample was strong; we needed someone who had run calls."

    declined = selecting.decline(application, by=employer, at=timezone.now(), reason="experience", note=note)

    assert declined.status == Application.Status.DECLINED
    assert (declined.decline_reason, declined.decline_note) == ("experience", note)
    sent = letter("application_declined").context
    assert sent["reason"] == Application.DeclineReason.EXPERIENCE.label
    assert sent["note"] == note


def test_a_reason_outside_the_list_is_none(application, employer):
    with pytest.raises(ValueError, match="too-old"):
        selecting.decline(application, by=employer, at=timezone.now(), reason="too-old")


def test_a_short_listed_applicant_can_be_declined(application, employer):
    now = timezone.now()
    selecting.shortlist(application, by=employer, at=now)

    assert selecting.decline(application, by=employer, at=now, reason="filled").status == "declined"


@pytest.mark.parametrize("rule", ["shortlist", "decline"])
@pytest.mark.parametrize("who", ["the student", "another employer", "a moderator"])
def test_only_the_company_answers(application, rule, who):
    people = {
        "the student": lambda: application.student,
        "another employer": cast.another_employer,
        "a moderator": cast.a_moderator,
    }
    given = {"reason": "skills"} if rule == "decline" else {}

    with pytest.raises(PermissionDenied):
        getattr(selecting, rule)(application, by=people[who](), at=timezone.now(), **given)


def test_nothing_is_answered_after_the_date(application, employer):
    after = application.project.answer_by_at + timedelta(seconds=1)

    with pytest.raises(selecting.AnsweringIsOver):
        selecting.shortlist(application, by=employer, at=after)
    with pytest.raises(selecting.AnsweringIsOver):
        selecting.decline(application, by=employer, at=after, reason="skills")


def test_the_last_second_still_counts(application, employer):
    project = application.project

    assert selecting.shortlist(application, by=employer, at=project.answer_by_at)


@pytest.mark.parametrize("rule", ["shortlist", "decline"])
def test_a_no_is_not_turned_around(application, employer, rule):
    now = timezone.now()
    selecting.decline(application, by=employer, at=now, reason="skills")
    given = {"reason": "answers"} if rule == "decline" else {}

    with pytest.raises(InvalidTransition):
        getattr(selecting, rule)(application, by=employer, at=now, **given)


def test_silence_is_not_turned_around_before_its_sweep_ends(application, employer):
    project = application.project
    closing.close_unanswered(project, at=project.answer_by_at)

    with pytest.raises((InvalidTransition, selecting.AnsweringIsOver)):
        selecting.shortlist(application, by=employer, at=project.answer_by_at)


def test_a_page_that_showed_something_else_decides_nothing(application, employer):
    now = timezone.now()
    selecting.shortlist(application, by=employer, at=now)

    with pytest.raises(StalePage):
        selecting.decline(application, by=employer, at=now, reason="skills", version=1)


def test_an_applicant_whose_offer_is_being_paid_is_not_declined(application, employer):
    now = timezone.now()
    Project.objects.update(fee_cents=40_000)
    offering.make_offer(application, by=employer, at=now)

    with pytest.raises(selecting.OfferUnderWay):
        selecting.decline(application, by=employer, at=now, reason="skills")
