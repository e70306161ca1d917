"""More work in an engagement under way: proposed, agreed to, and its time to be paid."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Company
from marketplace.kernel.states import InvalidTransition
from payments import (
    adding_work,
    offering,
    operations,
    paying_for_work,
    refunding,
    tasks,
)
from payments.models import Deadline, MoreWork
from payments.models.bars import bars_of_all
from payments.reviewing import MaterialsMissing
from projects.models import Deliverable, Engagement, PromisedMaterial
from projects.models.turns import turn_now
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps
from tests.payments.adding import TERMS, agreed, letters, now, propose
from tests.payments.test_chargebacks import tell

pytestmark = stands_on(stages.under_way)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def engagement(board):
    return board


class TestProposing:
    def test_computes_the_price_and_starts_the_clock_of_the_answer(self, engagement, db):
        at = timezone.now()
        more = propose(engagement, at=at)
        assert (more.number, more.status, more.platform_fee_cents) == (1, "proposed", 3000)
        assert more.answer_by_at == at + 72 * HOUR
        assert engagement.holds.count() == 1  # nothing is to be paid before the answer
        clocks = Deadline.objects.pending().filter(engagement=engagement).order_by("due_at")
        assert [row.kind for row in clocks] == ["more_work_reminder", "more_work_ends"]
        assert letters("proposed").get().to == engagement.student

    def test_is_the_turn_of_the_student_then_of_the_employer(self, engagement, db):
        def turn(person):
            return turn_now(Engagement.objects.filter(pk=engagement.pk).with_turn(cast.afresh(person)))

        more = propose(engagement)
        assert turn(engagement.student).until == more.answer_by_at
        more = adding_work.agree(more, by=engagement.student, at=timezone.now())
        assert turn(engagement.offered_by).mine
        assert turn(engagement.offered_by).until == more.pay_by_at

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"title": ""}, "title"),
            ({"brief": ""}, "brief"),
            ({"criteria": ["One", "Two"]}, "criteria"),
            ({"fee_cents": 19999}, "fee"),
            ({"fee_cents": 0}, "fee"),
            ({"hours": 0}, "hours"),
            ({"hours": 41}, "hours"),
            ({"due_days": 2}, "hours"),  # 10 hours in 2 days are more than 30 a week
            ({"due_days": 29}, "due_days"),
        ],
    )
    def test_has_the_bounds_of_a_part_of_a_project(self, engagement, db, change, field):
        assert field in {fault.field for fault in adding_work.faults_of(TERMS._replace(**change))}
        with pytest.raises(adding_work.ProposalIncomplete):
            propose(engagement, **change)
        propose(engagement, hours=1, fee_cents=2000)  # less than a project may have

    def test_is_the_companys_act_alone(self, engagement, db):
        for person in (engagement.student, cast.another_employer(), cast.a_moderator()):
            with pytest.raises(PermissionDenied):
                propose(engagement, by=person)

    def test_goes_one_at_a_time_in_the_rule_and_in_the_database(self, engagement, db):
        more = propose(engagement)
        with pytest.raises(adding_work.ProposalOpen):
            propose(engagement)
        more.pk, more.public_id, more.number = None, "another", 2
        with pytest.raises(IntegrityError, match="more_work_one_open"), transaction.atomic():
            more.save(force_insert=True)

    def test_is_possible_three_times_and_five_times_a_day(self, engagement, db, monkeypatch):
        for _ in range(adding_work.PROPOSALS_A_DAY):
            adding_work.withdraw(propose(engagement), by=engagement.offered_by, at=timezone.now())
        with pytest.raises(adding_work.EnoughWork):
            propose(engagement)
        propose(engagement, at=timezone.now() + DAY + HOUR)

    def test_leaves_a_student_at_most_120_hours_with_one_company_a_year(self, engagement, db):
        Engagement.objects.filter(pk=engagement.pk).update(hours=111)
        with pytest.raises(adding_work.TooManyHours, match="9 are left"):
            propose(engagement)
        propose(engagement, hours=9)

    def test_waits_for_promised_materials_and_for_the_bank(self, engagement, db):
        promised = PromisedMaterial.objects.create(engagement=engagement, number=1, words="The list")
        with pytest.raises(MaterialsMissing):
            propose(engagement)
        promised.delete()
        tell(engagement.holds.get())
        with pytest.raises(operations.WorkStopped):
            propose(engagement)

    def test_is_too_late_when_the_work_is_over(self, engagement, db):
        steps.approved(engagement, at=timezone.now())
        with pytest.raises(adding_work.NotUnderWay):
            propose(engagement)


class TestAnswering:
    def test_agreeing_gives_the_employer_72_hours_to_pay(self, engagement, db):
        at = timezone.now()
        more = agreed(engagement, at=at)
        assert (more.status, more.pay_by_at) == ("agreed", at + 72 * HOUR)
        assert letters("agreed").get().to == engagement.offered_by
        assert not engagement.deliverables.filter(number=3).exists()

    def test_is_the_students_act_on_the_version_they_saw_and_in_time(self, engagement, db):
        more = propose(engagement)
        for person in (engagement.offered_by, cast.another_student()):
            for act in (adding_work.agree, adding_work.decline):
                with pytest.raises(PermissionDenied):
                    act(more, by=person, at=timezone.now())
        for version, at, code in ((9, more.created_at, "stale"), (1, more.answer_by_at, "proposal_is_over")):
            with pytest.raises(adding_work.RuleViolation) as error:
                adding_work.agree(more, by=engagement.student, at=at, version=version)
            assert error.value.code.startswith(code)

    def test_a_no_changes_nothing_else(self, engagement, db):
        more = adding_work.decline(propose(engagement), by=engagement.student, at=timezone.now())
        assert more.status == "declined"
        assert letters("declined").get().to == engagement.offered_by
        assert not Deadline.objects.pending().filter(engagement=engagement).exists()
        assert now(engagement).status == "active"
        with pytest.raises(InvalidTransition):
            adding_work.agree(more, by=engagement.student, at=timezone.now())
        with pytest.raises(InvalidTransition):
            paying_for_work.open_payment(more, by=engagement.offered_by, at=timezone.now())

    def test_the_work_is_not_over_while_an_answer_is_awaited(self, engagement, db):
        more = propose(engagement)
        steps.approved(engagement, at=timezone.now())
        assert now(engagement).status == "active"
        adding_work.decline(more, by=engagement.student, at=timezone.now())
        assert now(engagement).status == "completed"
        assert now(engagement).finished_at is not None

    def test_nobody_answers_and_it_ends_after_a_reminder(self, engagement, db):
        more = propose(engagement)
        tasks.run_deadlines(at=more.answer_by_at - 24 * HOUR)
        assert letters("reminder").get().to == engagement.student
        assert not adding_work.lapse(engagement, at=more.answer_by_at - HOUR)
        tasks.run_deadlines(at=more.answer_by_at)
        more.refresh_from_db()
        assert more.status == "expired"
        assert {letter.to for letter in letters("over")} == {engagement.student, engagement.offered_by}


class TestPaying:
    def test_nobody_pays_and_it_ends_after_a_reminder(self, engagement, db):
        more = agreed(engagement)
        hold = paying_for_work.open_payment(more, by=engagement.offered_by, at=more.agreed_at)
        tasks.run_deadlines(at=more.pay_by_at - 24 * HOUR)
        assert letters("unpaid").get().to == engagement.offered_by
        with pytest.raises(adding_work.ProposalIsOver):
            paying_for_work.open_payment(more, by=engagement.offered_by, at=more.pay_by_at)
        tasks.run_deadlines(at=more.pay_by_at)
        more.refresh_from_db()
        hold.refresh_from_db()
        assert (more.status, hold.status) == ("unpaid", "void")
        assert [name for name, _ in bars_of_all(now(engagement))] == [""]

    def test_is_the_companys_act_and_counts_to_its_limit(self, engagement, db):
        more = agreed(engagement)
        with pytest.raises(PermissionDenied):
            paying_for_work.open_payment(more, by=engagement.student, at=timezone.now())
        Company.objects.filter(pk=engagement.company_id).update(proven_at=None)
        with pytest.raises(offering.OverUnprovenLimit):
            paying_for_work.open_payment(more, by=engagement.offered_by, at=timezone.now())

    def test_two_clicks_open_one_page_of_a_second_hold(self, engagement, db):
        more = agreed(engagement)
        holds = [
            paying_for_work.open_payment(more, by=engagement.offered_by, at=timezone.now()) for _ in range(2)
        ]
        assert {(hold.pk, hold.number, hold.gross_cents) for hold in holds} == {(holds[0].pk, 2, 33000)}
        assert holds[0].operations.count() == 1
        assert not Deliverable.objects.filter(engagement=engagement, number=3).exists()

    def test_the_database_lets_nobody_work_on_what_is_not_held(self, engagement, db):
        more = agreed(engagement)
        with pytest.raises(IntegrityError, match="more_work_is_a_part"), transaction.atomic():
            MoreWork.objects.filter(pk=more.pk).update(status="started")

    def test_a_cancellation_before_the_start_ends_it_too(self, engagement, db):
        more = agreed(engagement)
        paying_for_work.open_payment(more, by=engagement.offered_by, at=timezone.now())
        refunding.cancel_before_start(
            now(engagement), by=engagement.student, at=timezone.now(), reason="I fell ill."
        )
        more.refresh_from_db()
        assert (more.status, more.hold.status) == ("void", "void")
        assert letters("over").count() == 2

    def test_clocks_stand_still_while_a_bank_has_the_first_payment(self, engagement, db):
        more = agreed(engagement)
        at, hold = timezone.now(), engagement.holds.get()
        tell(hold, at=at)
        with pytest.raises(operations.WorkStopped):
            paying_for_work.open_payment(more, by=engagement.offered_by, at=at)
        tasks.run_deadlines(at=more.pay_by_at + DAY)
        tell(hold, "won", moves=((-44000, 1500), (44000, 0)), at=at + 9 * DAY)
        before = more.pay_by_at
        more.refresh_from_db()
        assert more.status == "agreed"
        assert abs(more.pay_by_at - before - 9 * DAY) < HOUR
