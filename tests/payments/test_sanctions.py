"""Warning, limit, suspension: seen before, signed by two where it is large, appealed to somebody else; money stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import restraining
from accounts.models import Membership, Sanction, User
from marketplace.kernel.models import AuditEntry, Case, Letter
from payments import appealing, countersigning, offering, sanctioning, tasks
from payments.models import Alarm
from projects import applying, asking, posting
from projects.models import Engagement
from tests import cast
from tests.boards import stands_on
from tests.reading import the_letter

NOW = timezone.now()


class Board:
    """A company with an offer open to one student, an application of another, and a draft."""

    def __init__(self):
        self.moderator, self.second = cast.a_moderator(), cast.a_moderator("Eli Stone")
        self.offered = cast.an_application()
        self.project = self.offered.project
        self.employer, self.company = self.project.posted_by, self.project.company
        self.waiting = cast.an_application(cast.another_student(), self.project)
        self.engagement = offering.make_offer(self.offered, by=self.employer, at=NOW)

    def impose(self, subject, level="suspension", **options):
        given = {"codes": ["elsewhere"], "note": "You lead people to another site."}
        return sanctioning.impose(subject, level=level, by=self.moderator, at=NOW, **given | options)


pytestmark = stands_on(Board)


class TestImposing:
    def test_a_warning_is_a_letter_and_no_more(self, board):
        board.impose(board.company, "warning")
        letter = the_letter("accounts/warning_imposed", to=board.employer)
        assert "- Leading people away from the site" in letter
        assert "> You lead people to another site." in letter
        posting.start_draft(board.company, by=board.employer, at=NOW)
        restraining.check_free(board.employer, board.company, at=NOW)
        assert AuditEntry.objects.get(act="warning_imposed").by == board.moderator

    @pytest.mark.parametrize("level", ["limit", "suspension"])
    def test_nobody_limited_begins_anything_new(self, board, level, settings):
        settings.TWO_ADMINS_CENTS = 10**9
        project, student = cast.an_open_project(cast.another_employer()), cast.a_student("Tim Lured")
        board.impose(student, level)
        board.impose(board.company, level)
        draft = cast.a_draft(board.employer)
        for begin in (
            lambda: applying.apply(project, by=student, at=NOW, motivation="I.", answers=["A.", "B."]),
            lambda: asking.ask(project, by=student, at=NOW, text="Is there a guide?"),
            lambda: posting.send_to_moderation(draft, by=board.employer, at=NOW),
        ):
            with pytest.raises(restraining.Restrained):
                begin()
        if level == "limit":
            with pytest.raises(restraining.Restrained):
                offering.make_offer(board.waiting, by=board.employer, at=NOW)

    def test_a_limit_ends_by_itself(self, board):
        board.impose(board.company, "limit", ends_at=NOW + timedelta(days=7))
        with pytest.raises(restraining.Restrained, match="limited until"):
            restraining.check_free(board.employer, board.company, at=NOW + timedelta(days=6))
        restraining.check_free(board.employer, board.company, at=NOW + timedelta(days=8))

    def test_a_suspended_company_ends_what_nobody_accepted(self, board, settings):
        settings.TWO_ADMINS_CENTS = 10**9
        board.impose(board.company)
        for row in (board.project, board.engagement, board.waiting, board.offered):
            row.refresh_from_db()
        assert (board.project.status, board.waiting.status, board.offered.status) == (
            "removed",
            "void",
            "void",
        )
        assert board.engagement.status not in Engagement.UNDER_WAY

    def test_a_suspended_student_leaves_what_is_not_accepted(self, board, settings):
        settings.TWO_ADMINS_CENTS = 10**9
        board.impose(board.waiting.student)
        board.waiting.refresh_from_db()
        assert board.waiting.status == "withdrawn"
        assert Letter.objects.filter(template="projects/application_withdrawn", to=board.employer).exists()

    def test_work_under_way_goes_on(self, board, settings):
        settings.TWO_ADMINS_CENTS = 10**9
        dates = {"offered_at": NOW - timedelta(days=1), "offer_expires_at": NOW, "starts_at": NOW}
        Engagement.objects.update(status="active", **dates)
        board.impose(board.company)
        board.impose(board.offered.student)
        board.engagement.refresh_from_db()
        assert board.engagement.status == "active"
        assert board.engagement.holds.get().hold_reason == ""

    def test_the_preview_says_all_of_it_and_does_nothing(self, board):
        letters = Letter.objects.count()
        given = {"level": "suspension", "codes": ["elsewhere"], "note": "Away."}
        touched = sanctioning.preview(board.company, by=board.moderator, at=NOW, **given)
        assert (touched.projects, touched.offers) == ([board.project], [board.engagement])
        assert touched.freed_cents == board.engagement.total_price.cents
        assert {letter.template for letter in touched.letters} == {
            *("accounts/suspension_imposed", "projects/application_void", "projects/project_removed"),
        }
        assert Letter.objects.count() == letters
        assert not Sanction.objects.exists()
        board.project.refresh_from_db()
        assert board.project.status == "open"
        assert not AuditEntry.objects.filter(act__endswith="imposed").exists()

    def test_the_page_shows_it_first_and_does_it_then(self, client, board):
        client.force_login(board.moderator)
        page = f"/admin/desk/sanction/company/{board.company.public_id}/"
        typed = {"level": "warning", "codes": "elsewhere", "note": "You lead people away."}
        assert client.post(page, {"note": "Away."}).status_code == 422
        seen = client.post(page, typed)
        assert b"A warning about Maple Health" in seen.content
        assert b"You lead people away." in seen.content
        assert not Sanction.objects.exists()
        assert client.post(page, typed | {"do": "1"}).status_code == 302
        assert Sanction.objects.get().status == "standing"

    def test_nobody_decides_about_their_own_company_or_about_staff(self, board):
        Membership.objects.create(user=board.moderator, company=board.company, role="manager", joined_at=NOW)
        with pytest.raises(countersigning.NotAStranger):
            board.impose(board.company, "warning")
        with pytest.raises(sanctioning.StaffIsNotSanctioned):
            board.impose(board.second, "warning")


class TestTheSecondSignature:
    def test_what_moves_much_waits_for_somebody_else(self, board):
        sanction = board.impose(board.company)
        assert (sanction.status, sanction.cents) == ("proposed", board.engagement.total_price.cents)
        board.project.refresh_from_db()
        assert board.project.status == "open"
        with pytest.raises(countersigning.NotAStranger):
            sanctioning.sign(sanction, by=board.moderator, at=NOW)
        sanctioning.sign(sanction, by=board.second, at=NOW)
        board.project.refresh_from_db()
        assert board.project.status == "removed"
        assert Case.objects.get(kind="second").outcome == "signed"

    def test_what_is_not_signed_is_not_done(self, board):
        sanction = board.impose(board.company)
        no = {"codes": ["too_hard"], "note": "A warning is enough."}
        sanctioning.refuse_to_sign(sanction, by=board.second, at=NOW, **no)
        assert Sanction.objects.get().status == "refused"
        assert not Letter.objects.filter(template="accounts/suspension_imposed").exists()

    def test_with_two_of_the_staff_it_never_passes_alone_and_rings(self, board):
        board.impose(board.company)
        later = NOW + timedelta(days=9)
        assert tasks.pass_sanctions(at=later) == 0
        assert Alarm.objects.get().kind == "sanction_with_one_signature"

    def test_where_there_is_one_it_passes_after_three_business_days(self, board):
        User.objects.filter(is_staff=True).exclude(pk=board.moderator.pk).update(is_active=False)
        sanction = board.impose(board.company)
        assert tasks.pass_sanctions(at=sanction.passes_at - timedelta(minutes=1)) == 0
        assert tasks.pass_sanctions(at=sanction.passes_at) == 1
        assert Sanction.objects.get().status == "standing"
        assert Alarm.objects.count() == 1


class TestTheAppeal:
    def test_it_is_decided_by_somebody_else_and_lifts_what_stands(self, board):
        sanction = board.impose(board.company, "limit")
        appealing.appeal(sanction, by=board.employer, at=NOW, text=" It was a link to our own site. ")
        with pytest.raises(countersigning.NotAStranger):
            appealing.lift(sanction, by=board.moderator, at=NOW)
        appealing.lift(sanction, by=board.second, at=NOW)
        restraining.check_free(board.employer, board.company, at=NOW)
        assert "agrees with your appeal" in the_letter("accounts/appeal_lifted", to=board.employer)

    def test_or_keeps_it_with_its_reason(self, board):
        sanction = board.impose(board.waiting.student, "limit")
        appealing.appeal(sanction, by=board.waiting.student, at=NOW, text="Not me.")
        no = {"codes": ["shown"], "note": "What happened is shown."}
        appealing.keep(sanction, by=board.second, at=NOW, **no)
        assert "> What happened is shown." in the_letter("accounts/appeal_kept", to=board.waiting.student)
        with pytest.raises(restraining.Restrained):
            restraining.check_free(board.waiting.student, at=NOW)

    def test_once_in_time_and_by_whom_it_is_about(self, client, board):
        sanction = board.impose(board.waiting.student, "limit")
        client.force_login(board.offered.student)
        assert client.get(f"/accounts/decisions/{sanction.public_id}/").status_code == 404
        with pytest.raises(appealing.NoAppealNow):
            appealing.appeal(sanction, by=board.waiting.student, at=NOW + timedelta(days=31), text="Late.")
        client.force_login(board.waiting.student)
        assert b"You lead people to another site." in client.get("/accounts/decisions/").content
        sent = client.post(f"/accounts/decisions/{sanction.public_id}/", {"text": "It was not me."})
        assert sent.status_code == 302
        again = client.post(f"/accounts/decisions/{sanction.public_id}/", {"text": "Really not."})
        assert b"An appeal is possible once" in again.content
        assert Case.objects.get(kind="appeal").people == sorted(
            [board.moderator.pk, board.waiting.student_id]
        )
