"""Anybody reports what they may see, once and not without end; a stranger among the staff decides, and it is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Block, Membership, StudentProfile
from marketplace.kernel.models import AuditEntry, Case, Risk
from projects import applying, asking, bidding, blocking, reporting
from projects.models import Report
from tests import cast
from tests.boards import stands_on
from tests.reading import the_letter

NOW = timezone.now()


def a_project_and_its_people():
    """A project, the company's person, a student who applied, and another."""
    project = cast.an_open_project()
    student = cast.an_application(project=project).student
    return project, project.posted_by, student, cast.another_student()


pytestmark = stands_on(a_project_and_its_people)


def tell(subject, by, *, at=NOW, reason="money", text="They ask for a fee first."):
    return reporting.report(subject, by=by, at=at, reason=reason, text=text)


class TestReporting:
    def test_it_waits_in_the_queue_as_grave_as_it_is(self, board):
        project, _, student, other = board
        tell(project, student)
        tell(project, other, reason="other")
        first, second = Case.objects.filter(kind="report").most_urgent_first(at=NOW)
        assert (first.risk, second.risk) == (Risk.GRAVE, Risk.NORMAL)
        assert project.title in first.words
        assert (first.company_ids, first.people) == ([project.company_id], [student.pk])

    def test_everything_can_be_reported_by_whoever_sees_it(self, board):
        project, employer, student, _ = board
        application = project.applications.get()
        question = cast.a_question(student, project)
        for subject, by in (
            (project.company, student),
            (student, employer),
            (application, employer),
            (application, student),
            (question, employer),
        ):
            assert tell(subject, by).subject == subject

    def test_not_twice_not_ones_own_and_not_without_end(self, board, settings):
        project, employer, student, _ = board
        tell(project, student)
        with pytest.raises(reporting.ReportedAlready):
            tell(project, student)
        for subject, by in ((project, employer), (project.company, employer), (student, student)):
            with pytest.raises(reporting.OwnReport):
                tell(subject, by)
        settings.REPORTS_A_DAY = 1
        with pytest.raises(reporting.TooManyReports):
            tell(project.company, student)
        assert tell(project.company, student, at=NOW + timedelta(days=1, minutes=1))

    def test_the_reporter_is_told_what_came_of_it(self, board):
        project, _, student, other = board
        moderator, upheld, dismissed = cast.a_moderator(), tell(project, student), tell(project, other)
        words = {"codes": ["removed"], "note": "We took it off the site."}
        reporting.uphold(upheld, by=moderator, at=NOW, **words)
        reporting.dismiss(dismissed, by=moderator, at=NOW)
        assert "> We took it off the site." in the_letter("projects/report_upheld", to=student)
        assert "found nothing that our rules forbid" in the_letter("projects/report_dismissed", to=other)
        assert set(AuditEntry.objects.values_list("act", flat=True)) >= {"report_upheld", "report_dismissed"}
        assert not Case.objects.waiting().filter(kind="report").exists()

    def test_nobody_decides_about_their_own_company_or_what_they_reported(self, board):
        project, _, student, _ = board
        moderator, colleague = cast.a_moderator(), cast.a_moderator("Eli Stone")
        Membership.objects.create(user=colleague, company=project.company, role="manager", joined_at=NOW)
        for report, by in ((tell(project, moderator), moderator), (tell(project, student), colleague)):
            with pytest.raises(reporting.OwnReport):
                reporting.dismiss(report, by=by, at=NOW)

    def test_the_page_keeps_what_was_typed_and_can_block_too(self, client, board):
        project, _, student, _ = board
        client.force_login(student)
        page = f"/report/project/{project.public_id}/"
        wrong = client.post(page, {"text": "They ask for a fee."})
        assert wrong.status_code == 422
        assert b"They ask for a fee." in wrong.content
        assert client.post(page, {"text": "A fee.", "reason": "money", "block": "on"}).status_code == 302
        assert Report.objects.get().reporter == student
        assert b"Maple Health" in client.get("/accounts/blocks/").content
        assert b"You reported this already" in client.post(page, {"text": "A.", "reason": "money"}).content
        client.post(f"/accounts/blocks/{Block.objects.get().pk}/lift/")
        assert not Block.objects.standing().exists()

    @pytest.mark.parametrize("address", ["project/nothing", "application/none", "galaxy/one", "person/none"])
    def test_what_one_does_not_see_is_not_there(self, client, board, address):
        client.force_login(board[3])
        assert client.get(f"/report/{address}/").status_code == 404


class TestBlocking:
    def test_a_student_who_blocks_takes_the_application_back_and_bids_no_more(self, board):
        project, employer, student, _ = board
        blocking.block_company(project.company, by=student, at=NOW)
        assert project.applications.get().status == "withdrawn"
        another = cast.an_open_project(employer)
        with pytest.raises(bidding.NotTogether):
            applying.apply(another, by=student, at=NOW, motivation="I.", answers=["A.", "B."])
        with pytest.raises(asking.NoQuestionsNow):
            asking.ask(another, by=student, at=NOW, text="Is there a guide?")

    def test_a_company_answers_before_it_blocks(self, board):
        project, employer, student, other = board
        with pytest.raises(blocking.AnswerFirst):
            blocking.block_student(project.company, student, by=employer, at=NOW)
        blocking.block_student(project.company, other, by=employer, at=NOW)
        with pytest.raises(bidding.NotTogether):
            applying.apply(project, by=other, at=NOW, motivation="I.", answers=["A.", "B."])

    def test_who_is_blocked_no_longer_sees_the_page_of_the_other(self, board):
        project, employer, student, _ = board
        StudentProfile.objects.update(shown_to="all")
        seen = StudentProfile.objects.visible_to(employer).filter(user=student)
        assert seen.exists()
        block = blocking.block_company(project.company, by=student, at=NOW)
        assert not seen.all().exists()
        assert StudentProfile.objects.visible_to(student).filter(user=student).exists()
        blocking.lift(block, by=student, at=NOW)
        assert seen.all().exists()

    def test_only_who_made_a_block_sees_it(self, board):
        project, employer, student, other = board
        blocking.block_company(project.company, by=student, at=NOW)
        assert [Block.objects.made_by(who).count() for who in (student, employer, other)] == [1, 0, 0]
