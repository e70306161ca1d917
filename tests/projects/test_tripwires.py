"""What is typed is looked at before it is sent: some is refused, some is asked about and looked at by a moderator."""

import pytest
from django.utils import timezone

from accounts.models import Membership
from marketplace.kernel.models import Case, Risk
from projects import applying, asking, bidding, checking, moderating
from projects.models import Application, Flag
from tests import cast
from tests.boards import stands_on

pytestmark = stands_on(cast.a_student_and_a_project)
NOW = timezone.now()
CHEQUE = "I can cash a cheque for you."


@pytest.mark.parametrize(
    "text",
    [
        *("maya@lund.example", "https://maya.example", "+46 70 123 45 67", "my WhatsApp number"),
        *("DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "4242 4242 4242 4242", "078-05-1120"),
        *("Passport number: X12345678", "my bank account is 12345678"),
    ],
)
def test_contact_data_and_numbers_of_oneself_wait_until_the_money_is_held(text):
    assert checking.before_held(f"Here: {text}.")


@pytest.mark.parametrize(
    "text",
    [
        "In 2024 I held 120 interviews, 85 % of them by video.",
        "The order was DE12ABCD3456EFGH, and 4242 is no card.",
        "I kept the accounts of a club with 1250 members.",
        "The signal was weak, so we checked it twice.",
    ],
)
def test_honest_numbers_and_words_pass(text):
    assert checking.before_held(text) == ""
    assert checking.suspicious(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CHEQUE, "cheque"),
        ("Paid in Bitcoin", "crypto"),
        ("I am on Telegram", "messenger"),
        ("Send me gift cards", "payment_app"),
        ("a photo of your passport", "identity"),
    ],
)
def test_what_swindles_are_made_of_is_noticed(text, code):
    assert [found.code for found in checking.suspicious(text)] == [code]


class TestApplying:
    def bid(self, board, text, **options):
        student, project = board
        words = {"motivation": text, "answers": ["One.", "Two."]}
        return applying.apply(project, by=student, at=NOW, **words | options)

    def test_contact_data_is_refused_whatever_one_says(self, board):
        with pytest.raises(bidding.NotBeforeHeld, match="Leave out"):
            self.bid(board, "Write to maya@lund.example.", flagged=True)

    def test_what_is_noticed_is_sent_only_knowingly_and_a_moderator_looks(self, board):
        with pytest.raises(bidding.WordsNoticed, match="cheque"):
            self.bid(board, CHEQUE)
        application = self.bid(board, CHEQUE, flagged=True)
        flag, case = Flag.objects.get(), Case.objects.get(kind="flag")
        assert (flag.application, flag.kinds, flag.excerpts) == (application, ["cheque"], ["cheque"])
        assert (case.risk, case.people) == (Risk.HIGH, [application.student_id])
        moderating.clear_flag(flag, by=cast.a_moderator(), at=NOW)
        assert Case.objects.get(kind="flag").outcome == "cleared"

    def test_a_moderator_of_the_company_does_not_decide(self, board):
        project, moderator = board[1], cast.a_moderator()
        Membership.objects.create(user=moderator, company=project.company, role="manager", joined_at=NOW)
        self.bid(board, CHEQUE, flagged=True)
        with pytest.raises(moderating.OwnProject):
            moderating.clear_flag(Flag.objects.get(), by=moderator, at=NOW)

    def test_the_page_says_so_beside_the_box_and_lets_it_be_sent(self, client, board):
        student, project = board
        client.force_login(student)
        page = f"/projects/{project.public_id}/apply/"
        typed = {"motivation": CHEQUE, "answer_1": "One.", "answer_2": "Call +46 70 123 45 67."}
        typed["version"] = project.version
        answer = client.post(page, typed)
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert "“cheque” is often part of a swindle" in shown
        assert "Leave out “+46 70 123 45 67”" in shown
        assert CHEQUE in shown
        typed |= {"answer_2": "Two.", "flagged": "on"}
        assert client.post(page, typed).status_code == 302
        assert Flag.objects.get().application == Application.objects.get()

    def test_a_question_names_no_account(self, board):
        student, project = board
        with pytest.raises(asking.NotForThePublic):
            asking.ask(project, by=student, at=NOW, text="Is DE89 3704 0044 0532 0130 00 yours?")

    def test_a_project_shows_it_to_its_company_and_to_the_moderator(self, board):
        project = cast.a_project_in_moderation(brief="We pay by cheque.")
        assert Case.objects.get(row_id=project.pk, kind="project").signs == ["cheque"]
