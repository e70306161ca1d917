"""Changes of an open project: words at once, promises by a moderator, and nobody's pay falls under their bid."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from projects import applying, changes, editing, moderating, posting
from projects.drafts import Part, draft_of
from projects.faults import Incomplete, NotEditable
from projects.models import Application, Project, ProjectEdit
from tests import cast
from tests.boards import stands_on

WAITING, IN_FORCE = ProjectEdit.Status.WAITING, ProjectEdit.Status.IN_FORCE


@pytest.fixture
def project(board):
    """Where somebody applied, the project that they applied for."""
    return board.project if isinstance(board, Application) else board


def edit(project, *, by=None, version=None, **wanted):
    by, at = by or project.posted_by, timezone.now()
    whole = draft_of(project) | evenly(project, wanted)
    return editing.edit_project(project, by=by, at=at, version=version, **whole)


def evenly(project, wanted):
    """A new fee is split evenly, as the form does it."""
    if "fee_cents" in wanted and "parts" not in wanted:
        parts = [part._replace(share_cents=0) for part in draft_of(project)["parts"]]
        return wanted | {"parts": parts}
    return wanted


def passed(change, *, by=None):
    return moderating.pass_edit(change, by=by or cast.a_moderator(), at=timezone.now())


@stands_on(cast.an_open_project)
class TestAtOnce:
    @stands_on(cast.an_application)
    def test_words_are_public_and_those_who_wait_are_told(self, board, project):
        change = edit(project, title="Five talks with patients", seats=2)
        now = Project.objects.get()
        assert (change.status, now.title, now.seats) == (IN_FORCE, "Five talks with patients", 2)
        assert now.version == project.version + 1
        letter = Letter.objects.get(to=board.student, template="projects/project_edited")
        assert letter.context["changes"][1] == "Students wanted: 1, now 2"

    def test_moves_no_date(self, project):
        edit(project, title="Another title", window_days=21)
        now = Project.objects.get()
        assert (now.applications_close_at, now.answer_by_at, now.window_days) == (
            project.applications_close_at,
            project.answer_by_at,
            project.window_days,
        )

    @stands_on(cast.an_application)
    def test_tells_nobody_who_was_answered(self, board):
        applying.withdraw(board, by=board.student, at=timezone.now())
        edit(board.project, title="Another title")
        assert not Letter.objects.filter(template="projects/project_edited").exists()

    def test_whoever_applied_with_a_hidden_name_keeps_it_hidden_and_needs_no_letter(self):
        application = cast.an_application(project=cast.an_open_project(names_hidden=True))
        assert edit(application.project, names_hidden=False).status == IN_FORCE
        assert Application.objects.get().named_at is None
        assert not Letter.objects.filter(template="projects/project_edited").exists()

    def test_while_it_is_paused_too(self, project):
        paused = posting.pause(project, by=project.posted_by, at=timezone.now())
        assert edit(paused, title="Another title").status == IN_FORCE

    @stands_on(cast.an_application)
    def test_changes_no_application(self, board):
        asked = board.project.questions
        change = edit(board.project, questions=["A new one?"])
        passed(change)
        application = Application.objects.select_related("project").get()
        assert [question for question, _ in application.answered] == asked
        assert application.snapshot_terms()["questions"] == asked


@stands_on(cast.an_open_project)
class TestWaiting:
    @pytest.mark.parametrize(
        "wanted",
        [
            {"fee_cents": 44_000},
            {"hours": 15},
            {"questions": ["Why?"]},
            {"parts": [Part("All of it", ["It is there.", "It is whole.", "It is dated."], 0, 14)]},
            {"brief": "Write to sam@maple.example for the list."},
            {"title": "See https://maple.example"},
        ],
    )
    def test_what_was_promised_and_what_the_checks_find_waits_and_the_old_text_stays(self, project, wanted):
        before = draft_of(project)
        assert edit(project, **wanted).status == WAITING
        assert draft_of(Project.objects.get()) == before

    def test_a_finding_that_was_there_before_makes_nothing_wait(self):
        project = cast.an_open_project(brief="Write to sam@maple.example for the list.")
        change = edit(project, brief="Write to sam@maple.example for the long list.")
        assert change.status == IN_FORCE

    def test_holds_back_all_of_the_edit(self, project):
        edit(project, title="Another title", fee_cents=50_000)
        assert Project.objects.get().title == project.title

    def test_is_replaced_by_the_next_one(self, project):
        first, second = edit(project, fee_cents=44_000), edit(project, fee_cents=48_000)
        first.refresh_from_db()
        assert (first.status, second.status) == (ProjectEdit.Status.WITHDRAWN, WAITING)

    def test_is_taken_back(self, project):
        change = edit(project, fee_cents=44_000)
        editing.withdraw_edit(change, by=project.posted_by, at=timezone.now())
        with pytest.raises(InvalidTransition):
            passed(change)
        assert Project.objects.get().fee_cents == 40_000


@stands_on(cast.an_open_project)
class TestTheModerator:
    @stands_on(cast.an_application)
    def test_passes_it_and_shares_and_platform_fee_follow(self, board):
        change = passed(edit(board.project, fee_cents=50_000))
        now = Project.objects.get()
        connection.check_constraints()
        assert (change.status, now.fee_cents, now.platform_fee_cents) == (IN_FORCE, 50_000, 5_000)
        assert [part.share_cents for part in now.parts] == [25_000, 25_000]
        told = Letter.objects.filter(template__in=["projects/project_edited", "projects/edit_passed"])
        assert {letter.to_id for letter in told} == {board.student_id, board.project.posted_by_id}

    def test_refuses_it_with_reasons_and_nothing_changes(self, project):
        change = edit(project, hours=15)
        given = {"by": cast.a_moderator(), "at": timezone.now()}
        with pytest.raises(moderating.NoReason):
            moderating.refuse_edit(change, **given, codes=[], note="No.")
        refused = moderating.refuse_edit(change, **given, codes=["too_much"], note="Too few hours.")
        assert refused.status == ProjectEdit.Status.REFUSED
        assert Project.objects.get().hours == project.hours
        assert Letter.objects.filter(to=project.posted_by, template="projects/edit_refused").exists()

    def test_is_no_stranger_to_nobody_and_decides_once(self, project):
        change = edit(project, hours=15)
        for person in (project.posted_by, cast.a_student()):
            with pytest.raises(PermissionDenied):
                passed(change, by=person)
        passed(change)
        with pytest.raises(InvalidTransition):
            passed(change)

    def test_of_the_own_company_leaves_it_to_another(self, project):
        change = edit(project, hours=15)
        project.posted_by.is_staff = True
        project.posted_by.save()
        with pytest.raises(moderating.OwnProject):
            passed(change, by=project.posted_by)

    def test_cannot_pass_what_a_closed_project_no_longer_needs(self, project):
        change = edit(project, hours=15)
        posting.close_early(project, by=project.posted_by, at=timezone.now())
        assert not ProjectEdit.objects.waiting().exists()
        with pytest.raises(NotEditable):
            passed(change)


@stands_on(cast.an_open_project)
class TestPromises:
    @pytest.mark.parametrize(
        "wanted", [{"fee_cents": 39_999}, {"hours": 17}, {"fee_cents": 41_000, "hours": 17}]
    )
    @stands_on(cast.an_application)
    def test_pay_never_falls_after_the_first_application(self, board, wanted):
        with pytest.raises(changes.PayNeverFalls):
            edit(board.project, **wanted)

    def test_pay_may_rise_and_fall_to_the_floor_before_it(self, project):
        assert edit(project, fee_cents=32_000).status == WAITING
        with pytest.raises(Incomplete):
            edit(project, fee_cents=31_999)
        cast.an_application(project=project)
        assert edit(project, fee_cents=42_500, hours=17).status == WAITING

    def test_an_application_that_came_while_it_waited_counts(self, project):
        change = edit(project, fee_cents=36_000)
        cast.an_application(project=project)
        with pytest.raises(changes.PayNeverFalls):
            passed(change)
        assert Project.objects.get().fee_cents == 40_000

    def test_the_numbers_are_those_of_the_day_it_was_sent(self, project, settings):
        settings.PAY_FLOOR_CENTS, settings.PLATFORM_FEE_PERCENT = 3_000, 20
        assert edit(project, title="Another title").status == IN_FORCE
        passed(edit(Project.objects.get(), fee_cents=44_000))
        assert Project.objects.get().platform_fee_cents == 4_400

    def test_nothing_changed_is_said(self):
        with pytest.raises(editing.NothingChanged):
            edit(cast.an_open_project())

    @pytest.mark.parametrize("made", [cast.a_project_in_moderation, cast.a_draft])
    def test_only_what_is_open_is_changed_like_this(self, made):
        with pytest.raises(NotEditable):
            edit(made(), title="Another title")

    def test_is_refused_to_others_and_from_an_old_page(self, project):
        with pytest.raises(PermissionDenied):
            edit(project, by=cast.another_employer(), title="Theirs")
        edit(project, title="Newer")
        with pytest.raises(StalePage):
            edit(project, version=project.version, title="Older")

    def test_the_database_lets_one_wait_at_a_time(self, project):
        change = edit(project, hours=15)
        change.pk, change.public_id = None, "another"
        with pytest.raises(IntegrityError, match="project_edit_one_waiting"), transaction.atomic():
            change.save(force_insert=True)
