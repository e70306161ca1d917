"""The words of more work: some are refused, some are asked about and looked at by a moderator, as elsewhere."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Block
from marketplace.kernel.models import Case, Risk
from payments import adding_work
from payments.models import MoreWork
from projects import bidding, moderating
from projects.models import Flag
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.adding import TERMS, letters, propose
from tests.payments.test_more_work_pages import TYPED, of

pytestmark = stands_on(stages.under_way)
NOW = timezone.now()
CHEQUE = "We send a cheque for it."


def of_criteria(words):
    return ["Six interviews", words, "One page of findings"]


class TestProposing:
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"brief": "Send it to DE89 3704 0044 0532 0130 00."}, "brief"),
            ({"criteria": of_criteria("My card is 4242 4242 4242 4242")}, "criteria"),
            ({"title": "a\x1b[31mb"}, "title"),
        ],
    )
    def test_names_no_account_and_holds_no_hidden_signs_whatever_one_says(self, board, db, change, field):
        assert [fault.field for fault in adding_work.faults_of(TERMS._replace(**change))] == [field]
        with pytest.raises(adding_work.ProposalIncomplete):
            propose(board, flagged=True, **change)

    @pytest.mark.parametrize(
        ("change", "kind", "risk"),
        [
            ({"brief": CHEQUE}, "cheque", Risk.HIGH),
            ({"title": "Over to Telegram"}, "messenger", Risk.HIGH),
            ({"brief": "We pay you in cash."}, "payment_app", Risk.HIGH),
            ({"criteria": of_criteria("An unpaid second draft")}, "free_work", Risk.HIGH),
            ({"brief": "Write my essay."}, "forbidden_work", Risk.GRAVE),
        ],
    )
    def test_sends_what_is_noticed_only_knowingly_and_a_moderator_looks(self, board, db, change, kind, risk):
        with pytest.raises(bidding.WordsNoticed):
            propose(board, **change)
        propose(board, flagged=True, **change)
        flag, case = Flag.objects.with_places().get(), Case.objects.get(kind="flag")
        assert (flag.kinds, flag.work, flag.writer) == ([kind], board, board.offered_by)
        assert flag.company_id == board.company_id
        words = TERMS._replace(**change)
        assert flag.text == "\n\n".join([words.title, words.brief, "\n".join(words.criteria)])
        assert (case.risk, case.people, case.company_ids) == (
            risk,
            [board.offered_by_id],
            [board.company_id],
        )
        moderating.clear_flag(flag, by=cast.a_moderator(), at=NOW)
        assert Case.objects.get(kind="flag").outcome == "cleared"

    def test_may_hold_addresses_as_messages_do_and_is_quoted_in_the_letter(self, board, db):
        brief = "Write to maya@lund.example or call +46 70 123 45 67."
        propose(board, brief=brief)
        assert not Flag.objects.exists()
        assert letters("proposed").get().context["brief"] == brief

    def test_is_not_quoted_in_letters_where_something_was_noticed(self, board, db):
        propose(board, flagged=True, brief=CHEQUE, title="Cheques")
        context = letters("proposed").get().context
        assert (context["what"], "cheque" in context["brief"]) == ("More work", False)

    def test_does_not_pass_between_two_of_whom_one_blocked_the_other(self, board, db):
        sides = {"student": board.student, "company": board.company, "side": Block.Side.STUDENT}
        Block.objects.create(by=board.student, at=NOW, **sides)
        with pytest.raises(bidding.NotTogether):
            propose(board)

    def test_keeps_the_words_of_a_flag_iff_it_is_of_an_engagement(self, board, db):
        propose(board, flagged=True, brief=CHEQUE)
        for change in ({"words": ""}, {"author": None}):
            with pytest.raises(IntegrityError, match="flag_of_an_engagement"), transaction.atomic():
                Flag.objects.update(**change)


class TestTheDoors:
    def test_say_it_beside_the_field_and_let_it_be_sent(self, board, client, db):
        client.force_login(board.offered_by)
        assert 'name="flagged"' not in client.get(of(board)).content.decode()
        noticed = TYPED | {"brief": CHEQUE, "criteria": "\n".join(of_criteria("Homework"))}
        answer = client.post(of(board), noticed)
        shown = answer.content.decode()
        assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"brief", "criteria"})
        assert "“cheque” is often part of a swindle" in shown
        assert "“Homework” is often part of work that is forbidden here" in shown
        assert 'name="flagged"' in shown
        assert not MoreWork.objects.exists()
        assert client.post(of(board), noticed | {"flagged": "on"}).status_code == 302
        assert set(Flag.objects.get().kinds) == {"cheque", "forbidden_work"}

    def test_of_a_program_do_the_same(self, board, client, db):
        client.force_login(board.offered_by)
        said = TERMS._asdict() | {"brief": CHEQUE}
        path = f"/api/v1{of(board)}"
        answer = client.post(path, said, "application/json")
        assert (answer.status_code, answer.json()["code"]) == (409, "words_noticed")
        assert client.post(path, said | {"flagged": True}, "application/json").status_code == 201
        assert Flag.objects.get().engagement == board
