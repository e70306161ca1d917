"""Who may apply, to what, until when, and how often."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership
from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import Letter, Notice
from marketplace.kernel.states import InvalidTransition
from projects import applying, bidding, closing, posting, selecting
from projects.models import Application
from tests import cast
from tests.boards import stands_on

pytestmark = stands_on(cast.a_student_and_a_project)

WHY = "It is what I want to learn."


@pytest.fixture
def student(board):
    return board[0]


@pytest.fixture
def project(board):
    return board[1]


def apply(student, project, *, at=None, **words):
    given = {"motivation": WHY, "answers": ["Yes, twice."] * len(project.questions)} | words
    return applying.apply(project, by=student, at=at or timezone.now(), **given)


def test_a_student_applies_and_both_sides_are_told_once(student, project):
    application = apply(student, project)

    assert application.status == Application.Status.SUBMITTED
    assert application.motivation == WHY
    letters = Letter.objects.filter(template__startswith="projects/application_")
    assert set(letters.values_list("template", "to")) == {
        ("projects/application_sent", student.pk),
        ("projects/application_received", project.posted_by_id),
    }
    assert Notice.objects.filter(recipient=student, path=application.get_absolute_url()).exists()


def test_every_member_of_the_company_is_told_and_nobody_who_left(student, project):
    colleague, former, now = cast.a_person("Ada Ito"), cast.a_person("Old Hand"), timezone.now()
    join = {"company": project.company, "role": Membership.Role.MANAGER, "joined_at": now}
    Membership.objects.create(user=colleague, **join)
    Membership.objects.create(user=former, left_at=now, **join)

    apply(student, project)

    told = Letter.objects.filter(template="projects/application_received").values_list("to", flat=True)
    assert set(told) == {project.posted_by_id, colleague.pk}


def test_a_student_cannot_apply_twice_and_learns_which_application_there_is(student, project):
    first = apply(student, project)

    with pytest.raises(bidding.AlreadyApplied) as refused:
        apply(student, project)

    assert refused.value.application == first


def test_a_withdrawn_application_is_still_the_one_for_its_project(student, project):
    applying.withdraw(apply(student, project), by=student, at=timezone.now())

    with pytest.raises(bidding.AlreadyApplied):
        apply(student, project)


@stands_on(cast.an_application)
def test_the_database_holds_one_application_per_student_and_project(board):
    first = board

    with pytest.raises(IntegrityError, match="application_once_per_project"), transaction.atomic():
        Application.objects.create(
            project=first.project,
            student=first.student,
            number=2,
            motivation=WHY,
            submitted_at=timezone.now(),
            answer_by_at=first.answer_by_at,
        )


def test_applicants_of_a_project_are_numbered_as_they_come(student, project):
    applications = [apply(person, project) for person in (student, cast.another_student())]
    elsewhere = cast.an_application()

    assert [row.number for row in applications] == [1, 2]
    assert elsewhere.number == 1
    with pytest.raises(IntegrityError, match="application_number_in_project"), transaction.atomic():
        Application.objects.filter(pk=applications[1].pk).update(number=1)


def test_only_students_apply(project):
    with pytest.raises(bidding.NotAStudent):
        apply(cast.another_employer(), project)


def test_the_window_ends_to_the_second(student, project):
    end = project.applications_close_at

    with pytest.raises(bidding.ApplicationsClosed):
        apply(student, project, at=end)

    assert apply(student, project, at=end - timedelta(seconds=1))


@pytest.mark.parametrize("make", [cast.a_draft, cast.a_project_in_moderation, cast.a_refused_project])
def test_what_is_not_open_takes_no_applications(student, make):
    with pytest.raises(bidding.ApplicationsClosed):
        apply(student, make())


def test_a_paused_project_says_that_it_is_paused(student, project):
    project = posting.pause(project, by=project.posted_by, at=timezone.now())

    with pytest.raises(bidding.ApplicationsClosed, match="paused"):
        apply(student, project)


@pytest.mark.parametrize(("days_ago", "allowed"), [(None, False), (1, False), (364, False), (366, True)])
def test_nobody_applies_to_a_company_they_belong_to_or_left_within_twelve_months(
    student, project, days_ago, allowed
):
    now = timezone.now()
    left_at = now - timedelta(days=days_ago) if days_ago else None
    joined_at = now - timedelta(days=900)
    Membership.objects.create(
        user=student, company=project.company, role="manager", joined_at=joined_at, left_at=left_at
    )
    student = cast.afresh(student)

    if allowed:
        assert apply(student, project, at=now)
    else:
        with pytest.raises(bidding.OwnCompany):
            apply(student, project, at=now)


@pytest.mark.parametrize(
    "words",
    [
        {"motivation": " \n "},
        {"answers": []},
        {"answers": ["One.", "Two.", "Three.", "Four."]},
        {"answers": ["One.", "  ", "Three."]},
    ],
)
def test_every_question_is_answered(student, project, words):
    assert project.questions

    with pytest.raises(bidding.AnswersMissing):
        apply(student, project, **words)


def a_used_budget():
    """A student with two applications, and one more project."""
    student = cast.a_student()
    return student, [apply(student, cast.an_open_project()) for _ in range(2)], cast.an_open_project()


@stands_on(a_used_budget)
class TestBudget:
    @pytest.fixture(autouse=True)
    def of_two(self, settings):
        settings.LIVE_APPLICATIONS = 2

    @pytest.fixture
    def used(self, board):
        return board[1]

    @pytest.fixture
    def project(self, board):
        return board[2]

    def test_as_many_wait_at_once_as_the_site_allows(self, student, project):
        with pytest.raises(applying.BudgetUsed):
            apply(student, project)

    def test_another_student_has_a_budget_of_their_own(self, project):
        assert apply(cast.another_student(), project)

    @pytest.mark.parametrize("free", ["shortlist", "decline", "withdraw"])
    def test_an_answer_frees_a_place(self, student, used, project, free):
        now, first = timezone.now(), used[0]
        employer = first.project.posted_by
        if free == "shortlist":
            selecting.shortlist(first, by=employer, at=now)
        elif free == "decline":
            selecting.decline(first, by=employer, at=now, reason="skills")
        else:
            applying.withdraw(first, by=student, at=now)

        assert apply(student, project)

    def test_the_date_frees_a_place_though_the_sweep_is_late(self, student, used):
        after = used[0].project.answer_by_at + timedelta(seconds=1)

        assert apply(student, cast.an_open_project(at=after), at=after)


@stands_on(cast.an_application)
class TestWithdraw:
    @pytest.fixture
    def application(self, board):
        return board

    def test_it_is_final_and_the_company_is_told(self, application):
        withdrawn = applying.withdraw(application, by=application.student, at=timezone.now())

        assert withdrawn.status == Application.Status.WITHDRAWN
        assert withdrawn.history.get().by == application.student
        told = Letter.objects.get(template="projects/application_withdrawn")
        assert told.to == application.project.posted_by

    def test_nobody_else_can(self, application):
        with pytest.raises(PermissionDenied):
            applying.withdraw(application, by=application.project.posted_by, at=timezone.now())

    def test_a_decided_application_stays_as_it_is(self, application):
        project = application.project
        closing.close_unanswered(project, at=project.answer_by_at)

        with pytest.raises(InvalidTransition):
            applying.withdraw(application, by=application.student, at=project.answer_by_at)

    def test_a_page_that_showed_something_else_decides_nothing(self, application):
        selecting.shortlist(application, by=application.project.posted_by, at=timezone.now())

        with pytest.raises(StalePage):
            applying.withdraw(application, by=application.student, at=timezone.now(), version=1)


@stands_on(cast.an_application)
@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("application_says_why", {"motivation": ""}),
        ("application_motivation_length", {"motivation": "x" * 801}),
        ("application_answers_few", {"answers": ["a"] * 4}),
        ("application_decline_has_a_reason", {"status": "declined"}),
    ],
)
def test_the_database_refuses_what_no_rule_would_write(board, rule, wrong):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Application.objects.filter(pk=board.pk).update(**wrong)
