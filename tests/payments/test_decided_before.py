"""Decisions that somebody else took meanwhile, or that nobody here may take."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from payments import appealing, awarding, finding_fraud, sanctioning
from payments.models import FraudFinding, Operation, Payee
from projects.models import Engagement, Project
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.test_rulings import divide, find, sent, under_way_with_staff
from tests.payments.test_sanctions import NOW, Board


@stands_on(under_way_with_staff)
class TestADivision:
    def test_of_one_part_is_asked_for_once(self, board, settings):
        settings.TWO_ADMINS_CENTS = 1
        engagement, staff = board
        divide(engagement, 100, by=staff[0])
        with pytest.raises(awarding.NothingToDivide):
            divide(engagement, 200, by=staff[1])

    def test_for_whoever_is_ready_brings_no_reminder_to_set_up(self, board):
        engagement, staff = board
        Payee.objects.update(transfers_status="active", ready_at=NOW)
        divide(engagement, 20_000, by=staff[0])
        assert not engagement.student.payee.deadlines.exists()

    def test_after_the_work_was_ended_leaves_its_end_as_it_was(self, board):
        engagement, staff = board
        Engagement.objects.filter(pk=engagement.pk).update(status="completed", finished_at=NOW)
        divide(engagement, 20_000, by=staff[0])
        engagement.refresh_from_db()
        assert (engagement.status, engagement.finished_at) == ("completed", NOW)


@stands_on(under_way_with_staff)
class TestAFinding:
    @pytest.fixture
    def finding(self, board):
        engagement, staff = board
        release = sent(engagement, engagement.holds.get())
        return find(release, staff)

    def test_waits_for_its_second_signature_until_its_time_and_stands_alone_only_without_others(
        self, finding
    ):
        finding.refresh_from_db()
        end = finding.passes_at
        assert not finding_fraud.pass_alone(finding, at=end - timedelta(seconds=1))
        assert not finding_fraud.pass_alone(finding, at=end)  # two others could have signed
        User.objects.filter(is_staff=True).exclude(pk=finding.by_id).update(is_active=False)
        assert finding_fraud.pass_alone(finding, at=end)
        finding.refresh_from_db()
        assert (finding.status, finding.signed_by) == ("standing", None)
        assert not finding_fraud.pass_alone(finding, at=end + timedelta(days=1))

    def test_that_was_lifted_takes_nothing_back(self, finding):
        FraudFinding.objects.update(status="refused")
        finding.refresh_from_db()
        assert finding_fraud.take_back(finding, at=timezone.now()) is None
        assert not Operation.objects.filter(kind="reversal").exists()

    def test_is_appealed_by_a_program_too(self, finding, board, client):
        engagement, staff = board
        finding_fraud.sign(finding, by=staff[1], at=timezone.now())
        client.force_login(engagement.student)
        address = f"/api/v1/me/findings/{finding.public_id}/"
        answer = client.post(address, {"text": "It is mine."}, content_type="application/json")
        assert (answer.status_code, answer.json()["appeal"]) == (200, "It is mine.")


@stands_on(Board)
class TestASanction:
    def test_is_appealed_by_whom_it_is_about_and_decided_on_where_it_was(self, board):
        sanction = board.impose(board.company, "warning")
        with pytest.raises(PermissionDenied):
            appealing.appeal(sanction, by=board.waiting.student, at=NOW, text="No.")
        with pytest.raises(appealing.NoAppealNow):
            appealing.keep(sanction, by=board.second, at=NOW, codes=["elsewhere"], note="It stays.")

    def test_refuses_what_waits_for_moderation(self, board, settings):
        settings.TWO_ADMINS_CENTS = 10**9
        waits = cast.a_project_in_moderation(board.employer, at=NOW)
        board.impose(board.company)
        waits.refresh_from_db()
        assert waits.status == Project.Status.REJECTED

    def test_of_a_student_ends_the_offers_that_they_have_not_answered(self, board, settings):
        settings.TWO_ADMINS_CENTS = 10**9
        board.impose(board.engagement.student)
        board.engagement.refresh_from_db()
        assert board.engagement.status in {Engagement.Status.ABANDONED, Engagement.Status.WITHDRAWN}


@stands_on(stages.offered)
def test_a_suspended_student_leaves_an_open_offer_and_the_company_hears_it(board, settings):
    settings.TWO_ADMINS_CENTS = 10**9
    given = {"codes": ["elsewhere"], "note": "You lead people to another site."}
    sanctioning.impose(board.student, level="suspension", by=cast.a_moderator(), at=timezone.now(), **given)
    board.refresh_from_db()
    assert (board.status, board.holds.get().status) == ("withdrawn", "void")
