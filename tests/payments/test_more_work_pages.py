"""More work on its pages and by its doors: what was typed is kept, and the way back from Stripe has no dead end."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from payments import adding_work, operations, paying_for_work
from payments.models import Deadline, MoreWork
from payments.operations import adding
from projects.models import Engagement
from projects.models.projects import MAX_MORE_WORK
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.adding import TERMS, agreed, letters, page, propose
from tests.payments.test_stripe_is_silent import SILENT, sees

pytestmark = stands_on(stages.under_way)
TYPED = {
    "title": TERMS.title,
    "brief": TERMS.brief,
    "criteria": "\n".join(TERMS.criteria),
    "due_days": "7",
    "hours": "10",
    "fee": "300",
}


@pytest.fixture
def employer(board, client):
    client.force_login(board.offered_by)
    return client


def of(board, way="", *, number=1):
    return f"{board.get_absolute_url()}more-work/" + (f"{number}/{way}/" if way else "")


class TestTheForm:
    def test_proposes_once_and_keeps_what_was_typed_where_a_rule_refuses(self, board, db, employer):
        assert employer.post(of(board), TYPED)["Location"] == board.get_absolute_url()
        assert "A second round" in sees(employer, board.get_absolute_url())
        answer = employer.post(of(board), TYPED | {"title": "A third round"})
        shown = answer.content.decode()
        assert answer.status_code == 409
        assert str(adding_work.ProposalOpen()) in shown
        assert 'value="A third round"' in shown
        assert MoreWork.objects.count() == 1

    def test_shows_the_price_as_one_types_and_without_scripts_by_a_button(self, board, db, employer):
        def total(page):
            return re.search(r'data-sum="total">([^<]*)<', page)[1]

        page = employer.get(of(board)).content.decode()
        assert total(page) == "–"
        assert 'data-fee="#id_fee" data-hours="#id_hours" data-percent="10" data-minimum="500"' in page
        for name in ("fee", "hours"):
            assert f'id="id_{name}"' in page
        answer = employer.post(of(board), {"fee": "300", "hours": "10", "brief": "Six more.", "price": "1"})
        page = answer.content.decode()
        assert (answer.status_code, total(page)) == (200, "$330.00")
        assert "Six more." in page
        assert "form-errors" not in page  # what is still empty is to come
        answer = employer.post(of(board), TYPED | {"fee": "much", "price": "1"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["fee"])
        assert employer.post(of(board), TYPED | {"price": "1"}).status_code == 200
        assert not MoreWork.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"title": ""}, "title"),  # of the field: no rule is asked about half of a proposal
            ({"fee": "199.99"}, "fee"),  # of a rule: below the floor of ten hours
            ({"due_days": "29"}, "due_days"),
        ],
    )
    def test_names_a_mistake_beside_its_field(self, board, db, employer, wrong, field):
        answer = employer.post(of(board), TYPED | wrong)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert f"id_{field}_error" in answer.content.decode()
        assert TERMS.brief in answer.content.decode()
        assert not MoreWork.objects.exists()


class TestTheRule:
    def test_adds_work_three_times_at_most(self, board, db):
        at = timezone.now()
        for _ in range(MAX_MORE_WORK):
            more = agreed(board, at=at)
            hold = paying_for_work.open_payment(more, by=board.offered_by, at=at)
            adding.start(hold, at=at)
        with pytest.raises(adding_work.EnoughWork, match="at most 3 times"):
            propose(board, at=at)

    def test_lets_no_other_company_withdraw_it(self, board, db):
        more = propose(board)
        for person in (cast.another_employer(), board.student):
            with pytest.raises(PermissionDenied):
                adding_work.withdraw(more, by=person, at=timezone.now())
        more.refresh_from_db()
        assert more.status == "proposed"

    def test_reminds_nobody_of_what_was_answered(self, board, db):
        more = propose(board)
        adding_work.decline(more, by=board.student, at=timezone.now())
        adding_work.remind(board, at=timezone.now())
        assert not letters("reminder").exists()

    def test_plans_no_reminder_where_less_time_is_left_than_it_needs(self, board, db, settings):
        settings.MORE_WORK_ANSWER_HOURS = settings.MORE_WORK_REMINDER_HOURS
        propose(board)
        kinds = Deadline.objects.pending().filter(engagement=board).values_list("kind", flat=True)
        assert list(kinds) == ["more_work_ends"]


class TestPaying:
    def test_is_asked_only_where_something_is_to_be_paid(self, board, db, employer):
        more = propose(board)
        for way in ("pay", "checkout"):  # there is no payment to come back from either
            answer = employer.get(of(board, way))
            assert (answer.status_code, answer["Location"]) == (302, board.get_absolute_url())
        assert employer.post(f"/api/v1{of(board, 'confirm')}").status_code == 200
        adding_work.agree(more, by=board.student, at=timezone.now())
        answer = employer.get(of(board, "pay"))
        assert (answer.status_code, answer.context["more"]) == (200, more)

    def test_comes_back_while_stripe_is_silent_and_while_and_after_it_waits(self, board, sandbox, employer):
        hold = page(board, agreed(board))
        back, door = of(board, "checkout"), f"/api/v1{of(board, 'confirm')}"
        sandbox.break_("429", method="*", path="/v1/checkout/sessions/*", times=None)
        shown = sees(employer, back)
        assert SILENT in shown
        assert "Confirming the payment" in shown
        assert employer.post(door).status_code == 200
        sandbox.mend()
        shown = sees(employer, back)
        assert SILENT not in shown
        assert of(board, "pay") in shown
        sandbox.pay(hold.checkout_session)
        assert employer.post(door).status_code == 200  # the program looks, and the card is charged
        operations.run_due(at=timezone.now())
        hold.refresh_from_db()
        assert hold.status == "funded"
        assert employer.get(back)["Location"] == board.get_absolute_url()
        assert Engagement.objects.get().deliverables.filter(number=3).exists()
