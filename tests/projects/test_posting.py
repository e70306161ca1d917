"""Posting by rule: drafts may be unfinished, what is sent is whole, and the database holds it so."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Skill
from marketplace.kernel.errors import StalePage
from marketplace.kernel.states import InvalidTransition
from projects import posting
from projects.drafts import Part, draft_of, price, shared_out
from projects.faults import Incomplete, NotEditable, faults
from projects.models import PlannedDeliverable, Project
from tests import cast

pytestmark = pytest.mark.django_db
CRITERIA = ["It is there.", "It is whole.", "It is dated."]


def save(project, **changes):
    by, at = project.posted_by, timezone.now()
    return posting.save_draft(project, by=by, at=at, **draft_of(project) | changes)


def send(project, **options):
    return posting.send_to_moderation(project, by=project.posted_by, at=timezone.now(), **options)


def faults_with(**changes):
    return [(fault.field, fault.part) for fault in faults(draft_of(cast.a_draft()) | changes)]


class TestADraft:
    def test_of_a_template_pays_a_floor_that_is_higher_than_its_fee(self, settings):
        settings.PAY_FLOOR_CENTS = 5_000
        project = cast.a_draft()
        assert project.fee_cents == project.hours * 5_000

    def test_may_be_blank_and_unfinished(self):
        project = cast.a_draft(template=None)
        save(project, title="", parts=[Part(title="A list")])
        assert project.planned_deliverables.get().share_cents == 0

    def test_replaces_its_parts_and_remembers_the_names_of_its_skills(self):
        skills = list(Skill.objects.filter(slug__in=["sql", "python"]))
        project = save(cast.a_draft(), skills=skills, parts=[Part("A table", CRITERIA, 0, 5)])
        assert project.skill_names == "Python, SQL"
        assert [part.title for part in project.parts] == ["A table"]

    def test_belongs_to_its_company(self):
        project, stranger = cast.a_draft(), cast.another_employer()
        with pytest.raises(PermissionDenied):
            posting.save_draft(project, by=stranger, at=timezone.now(), **draft_of(project))
        with pytest.raises(PermissionDenied):
            posting.start_draft(project.company, by=stranger, at=timezone.now())
        with pytest.raises(PermissionDenied):
            posting.send_to_moderation(project, by=stranger, at=timezone.now())

    def test_is_not_overwritten_from_an_old_page(self):
        project = cast.a_draft()
        save(project, version=project.version, title="Newer")
        with pytest.raises(StalePage):
            save(project, version=project.version, title="Older")

    @pytest.mark.parametrize("later", [cast.a_project_in_moderation, cast.an_open_project])
    def test_cannot_be_changed_once_it_was_sent(self, later):
        with pytest.raises(NotEditable):
            save(later(), title="Another")

    def test_can_be_changed_again_when_it_was_refused(self):
        project = save(cast.a_refused_project(), title="Five interviews, by telephone", hours=None)
        assert Project.objects.get(pk=project.pk).title == "Five interviews, by telephone"


class TestSending:
    def test_copies_the_numbers_of_the_day(self, settings):
        project = cast.a_draft()
        settings.PLATFORM_FEE_PERCENT, settings.ANSWER_DAYS = 12, 6
        project = send(project)
        assert (project.fee_percent, project.answer_days) == (12, 6)
        assert project.platform_fee_cents == project.fee_cents * 12 // 100
        assert project.span_days == 14

    def test_splits_the_fee_evenly_where_no_share_was_named(self):
        project = send(cast.a_draft(fee_cents=40_001))
        assert [part.share_cents for part in project.parts] == [20_001, 20_000]

    def test_says_everything_that_is_missing(self):
        with pytest.raises(Incomplete) as refusal:
            send(cast.a_draft(template=None))
        fields = [fault.field for fault in refusal.value.faults]
        assert fields == ["title", "brief", "industry", "skills", "title", "hours", "fee"]

    def test_happens_once(self):
        project = send(cast.a_draft())
        with pytest.raises(InvalidTransition):
            send(project)

    def test_is_refused_from_an_old_page(self):
        project = cast.a_draft()
        save(project, title="Newer")
        with pytest.raises(StalePage):
            send(project, version=project.version)

    def test_again_after_a_refusal_forgets_the_old_reasons(self):
        project = send(cast.a_refused_project())
        assert project.rejection_codes == []
        assert project.history.count() == 3


class TestGuards:
    @pytest.mark.parametrize(("hours", "fee"), [(4, 8_000), (41, 82_000)])
    def test_hours_are_5_to_40(self, hours, fee):
        assert ("hours", None) in faults_with(hours=hours, fee_cents=fee)

    def test_the_edges_are_allowed(self):
        assert faults_with(hours=5, fee_cents=10_000) == []
        assert faults_with(hours=40, fee_cents=80_000) == []

    def test_the_fee_reaches_the_floor_to_the_cent(self):
        assert faults_with(hours=10, fee_cents=19_999) == [("fee", None)]
        assert faults_with(hours=10, fee_cents=20_000) == []

    def test_the_last_part_is_due_within_28_days(self):
        assert faults_with(parts=[Part("All", CRITERIA, 0, 29)]) == [("due_days", 1)]

    def test_a_week_has_30_hours_at_most(self):
        assert faults_with(hours=30, fee_cents=60_000, parts=[Part("All", CRITERIA, 0, 7)]) == []
        assert faults_with(hours=30, fee_cents=60_000, parts=[Part("All", CRITERIA, 0, 6)]) == [
            ("hours", None)
        ]

    @pytest.mark.parametrize("count", [2, 8])
    def test_a_part_has_3_to_7_criteria(self, count):
        assert faults_with(parts=[Part("All", ["A thing."] * count, 0, 9)]) == [("criteria", 1)]

    @pytest.mark.parametrize("count", [0, 4])
    def test_there_are_1_to_3_parts(self, count):
        assert ("title", 1) in faults_with(parts=[Part("Some", CRITERIA, 0, 9)] * count)

    def test_named_shares_come_to_the_fee(self):
        parts = [Part("One", CRITERIA, 10_000, 5), Part("Two", CRITERIA, 29_999, 9)]
        assert faults_with(fee_cents=40_000, parts=parts) == [("share", 1)]
        assert faults_with(fee_cents=39_999, parts=parts) == []

    def test_shares_that_leave_nothing_for_an_unnamed_one_are_refused(self):
        parts = [Part("One", CRITERIA, 40_000, 5), Part("Two", CRITERIA, 0, 9)]
        assert faults_with(fee_cents=40_000, parts=parts) == [("share", 1)]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("seats", 0),
            ("seats", 6),
            ("window_days", 1),
            ("window_days", 22),
            ("starts_within_days", 8),
            ("questions", ["Why?"] * 4),
            ("skills", []),
            ("fee_cents", 10_000_001),
        ],
    )
    def test_each_number_of_the_site_is_kept(self, field, value):
        wrong = "fee" if field == "fee_cents" else field
        assert faults_with(**{field: value}) == [(wrong, None)]

    def test_what_is_left_of_the_fee_is_split_over_the_unnamed(self):
        parts = [Part(share_cents=10_000), Part(), Part()]
        draft = draft_of(cast.a_draft()) | {"fee_cents": 30_001, "parts": parts}
        assert [part.share_cents for part in shared_out(draft)] == [10_000, 10_001, 10_000]

    def test_the_price_is_the_fee_and_ten_percent_rounded_half_up_but_at_least_five(self):
        assert (price(30_005, 12, 2).platform.cents, price(4_000, 2, 1).platform.cents) == (3_001, 500)
        assert price(30_005, 12, 2).all_seats.cents == 2 * 33_006
        assert price(30_005, 12, 2).hour.cents == 2_500
        assert price(None, 12, 2).total is None


SENT = {
    "project_says_what_it_is": {"title": ""},
    "project_hours_in_bounds": {"hours": 41, "fee_cents": 90_000, "platform_fee_cents": 9_000},
    "project_pays_the_floor": {"fee_cents": 31_999, "platform_fee_cents": 3_200},
    "project_platform_fee_follows_its_rule": {"platform_fee_cents": 3_999},
    "project_weekly_hours": {"span_days": 3},
    "project_seats": {"seats": 6},
    "project_starts_soon": {"starts_within_days": 8},
    "project_window": {"window_days": 22},
    "project_questions": {"questions": ["Why?"] * 4},
}


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize("constraint", SENT)
    def test_a_sent_project_that_breaks(self, constraint):
        project = cast.a_project_in_moderation()
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(**SENT[constraint])

    def test_the_same_in_a_draft_only_where_no_form_could_show_it(self):
        project = cast.a_draft()
        Project.objects.filter(pk=project.pk).update(title="", hours=41, fee_cents=1)
        with pytest.raises(IntegrityError, match="project_seats"):
            Project.objects.filter(pk=project.pk).update(seats=6)

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"share_cents": 19_999}, "share"),
            ({"due_days": 13}, "last due on day 13 of 14"),
            ({"title": ""}, "lack a title"),
            ({"criteria": CRITERIA[:2]}, "lack a title"),
            ({"share_cents": 0}, "lack a title"),
        ],
    )
    def test_parts_of_a_sent_project_that_do_not_add_up(self, change, constraint):
        project = cast.a_project_in_moderation()
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            PlannedDeliverable.objects.filter(project=project, number=2).update(**change)
            connection.check_constraints()


class TestPausing:
    def test_moves_no_date_and_goes_back(self):
        project = cast.an_open_project()
        by, at = project.posted_by, timezone.now()
        paused = posting.pause(project, by=by, at=at)
        assert (paused.status, paused.answer_by_at) == (Project.Status.PAUSED, project.answer_by_at)
        assert not paused.takes_applications(at=at)
        assert posting.resume(paused, by=by, at=at + timedelta(hours=1)).takes_applications(at=at)

    def test_a_closed_project_is_not_resumed_by_that(self):
        project = cast.a_project_in_moderation()
        with pytest.raises(NotEditable):
            posting.resume(project, by=project.posted_by, at=timezone.now())


class TestGivingUp:
    @pytest.mark.parametrize("made", [cast.a_draft, cast.a_project_in_moderation, cast.a_refused_project])
    def test_what_was_never_open(self, made):
        project = made()
        gone = posting.discard(project, by=project.posted_by, at=timezone.now())
        assert gone.status == Project.Status.CANCELLED

    def test_not_what_is_open(self):
        project = cast.an_open_project()
        with pytest.raises(NotEditable):
            posting.discard(project, by=project.posted_by, at=timezone.now())
