"""More work that a colleague pays: asked by letter, paid without an account, as an offer can be."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from payments import accounting, adding_work, asking_to_pay, funding, operations, paying_for_work, tasks
from payments.http import engagement_with_money
from payments.models import Hold, PaymentRequest
from projects.models import Engagement
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps
from tests.payments.adding import agreed, letters, propose
from tests.payments.races.meeting import at_once
from tests.payments.test_chargebacks import tell
from tests.payments.test_more_work_pages import of
from tests.payments.test_more_work_paid import Asked
from tests.payments.test_paying_for import COLLEAGUE

pytestmark = stands_on(stages.under_way)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def ask(more, *, by=None, at=None, **changes):
    said = COLLEAGUE | changes
    return asking_to_pay.ask_to_pay_for_work(more, by=by or more.proposed_by, at=at or timezone.now(), **said)


def told(template, **where):
    return Letter.objects.filter(template=f"payments/{template}", address="books@maple.example", **where)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def more(board, db):
    return agreed(board)


class TestAsking:
    def test_sends_a_letter_that_is_good_until_the_time_to_pay_ends(self, more):
        request = ask(more)
        assert (request.ends_at, request.amount.cents, request.title) == (more.pay_by_at, 33000, more.title)
        assert (request.hold, request.hold.number, request.hours) == (fresh(more).hold, 2, more.hours)
        letter = told("asked_to_pay").get()
        assert (letter.context["is_more"], letter.not_after) == (True, more.pay_by_at)

    def test_asks_one_at_a_time_and_another_once_it_is_taken_back(self, more):
        request = ask(more)
        with pytest.raises(asking_to_pay.AskedAlready, match="books@maple"):
            ask(more)
        with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
            PaymentRequest.objects.create(
                more_work=more, asked_by=more.proposed_by, email="a@b.example", **times(request)
            )
        asking_to_pay.take_back(request, by=more.proposed_by, at=timezone.now())
        assert told("asked_to_pay").get().dropped_at
        with pytest.raises(asking_to_pay.RequestIsOver):
            asking_to_pay.open_page(request, at=timezone.now())
        with pytest.raises(asking_to_pay.RequestIsOver):
            asking_to_pay.take_back(request, by=more.proposed_by, at=timezone.now())
        assert ask(more, email="other@maple.example").hold == request.hold

    def test_is_of_an_offer_or_of_more_work_and_never_of_both(self, board, more):
        request = ask(more)
        for change in ({"engagement": board}, {"more_work": None}):
            with pytest.raises(IntegrityError, match="exactly_one"), transaction.atomic():
                PaymentRequest.objects.filter(pk=request.pk).update(**change)

    def test_is_the_companys_act_alone_for_what_was_agreed_on_and_is_not_over(self, board, more):
        for person in (board.student, cast.another_employer()):
            with pytest.raises(PermissionDenied):
                ask(more, by=person)
        with pytest.raises(asking_to_pay.NoTimeToAsk, match="time to pay"):
            ask(more, at=more.pay_by_at - 59 * MINUTE)
        with pytest.raises(adding_work.ProposalIsOver):
            ask(more, at=more.pay_by_at)
        request = ask(more)
        with pytest.raises(PermissionDenied):
            asking_to_pay.take_back(request, by=board.student, at=timezone.now())
        adding_work.withdraw(more, by=board.offered_by, at=timezone.now())
        with pytest.raises(InvalidTransition):
            ask(propose(board))

    def test_counts_among_the_requests_of_a_day(self, more, settings):
        settings.PAYMENT_REQUESTS_A_DAY = 0
        with pytest.raises(asking_to_pay.TooManyRequests):
            ask(more)
        assert fresh(more).hold is None


def times(request):
    return {"created_at": request.created_at, "ends_at": request.ends_at}


class TestTime:
    def test_whoever_was_asked_is_reminded_beside_the_company(self, more):
        ask(more)
        adding_work.remind(more.engagement, at=more.pay_by_at - 24 * HOUR)
        assert told("payer_reminder").get().not_after == more.pay_by_at
        assert letters("unpaid").exists()

    @pytest.mark.parametrize("arrived", [True, False])
    def test_withdrawn_it_is_told_to_whom_the_letter_reached(self, board, more, arrived):
        ask(more)
        told("asked_to_pay").update(attempts=int(arrived))
        adding_work.withdraw(more, by=board.offered_by, at=timezone.now())
        assert told("request_taken_back").exists() == arrived

    def test_not_paid_in_time_nobody_is_told_twice_and_the_page_is_over(self, board, more):
        request = ask(more)
        told("asked_to_pay").update(attempts=1)
        assert adding_work.lapse(board, at=more.pay_by_at)
        assert not told("request_taken_back").exists()
        assert Client().get(request.get_absolute_url()).status_code == 410

    def test_nothing_is_paid_while_the_bank_has_the_first_payment(self, board, more):
        request = ask(more)
        tell(board.holds.get(number=1))
        with pytest.raises(asking_to_pay.RequestIsOver):
            asking_to_pay.open_page(request, at=timezone.now())

    def test_no_request_is_taken_back_while_its_page_is_open(self, more):
        request = ask(more)
        asking_to_pay.open_page(request, at=timezone.now())
        with pytest.raises(asking_to_pay.PageIsOpen):
            asking_to_pay.take_back(request, by=more.proposed_by, at=timezone.now())

    def test_a_refused_card_lengthens_the_request_too(self, more):
        request, later = ask(more), more.pay_by_at + HOUR
        operations.adding.refused(fresh(request).hold, ends_at=later, at=timezone.now())
        assert fresh(request).ends_at == later


class TestByPage:
    def test_it_is_asked_paid_and_started_and_the_paper_names_the_order(self, board, sandbox, client):
        more = agreed(board)
        client.force_login(board.offered_by)
        assert of(board, "colleague") in client.get(board.get_absolute_url()).content.decode()
        wrong = client.post(of(board, "colleague"), COLLEAGUE | {"email": "no address"})
        assert wrong.status_code == 422
        assert client.post(of(board, "colleague"), COLLEAGUE).status_code == 302
        again = client.post(of(board, "colleague"), COLLEAGUE)
        assert (again.status_code, "PO 4711" in again.content.decode()) == (409, True)
        request = PaymentRequest.objects.get()
        room = client.get(board.get_absolute_url()).content.decode()
        assert request.get_absolute_url() in room
        assert of(board, "colleague/revoke") in room
        visitor = Client()
        page = visitor.get(request.get_absolute_url()).content.decode()
        assert "$330.00" in page
        assert more.title in page
        assert str(board.student) not in page
        assert visitor.get(f"/api/v1{request.get_absolute_url()}").json()["amount_cents"] == 33000
        to_card = visitor.post(request.get_absolute_url())
        hold = Hold.objects.get(number=2)
        assert hold.checkout_session in to_card["Location"]
        made = hold.operations.get(kind="checkout").params
        assert (made["customer_email"], made["success_url"][-6:]) == ("books@maple.example", "/done/")
        sandbox.pay(hold.checkout_session)
        assert (
            "is being charged"
            in visitor.get(f"{request.get_absolute_url()}done/", follow=True).content.decode()
        )
        tasks.sweep_once(at=timezone.now())
        assert Engagement.objects.get().deliverables.filter(number=3).exists()
        assert told("colleague_paid").exists()
        assert "is paid and held" in visitor.get(request.get_absolute_url()).content.decode()
        money = client.get(f"/money/{board.public_id}/").content.decode()
        assert money.count("PO 4711") == 1  # of that payment alone
        whole = engagement_with_money(Asked(board.offered_by)).get()
        papers = [
            accounting.receipt_of(whole, number, role="employer", at=timezone.now()) for number in (1, 2)
        ]
        assert [("Purchase order", "PO 4711") in paper.facts for paper in papers] == [False, True]
        steps.books_agree(sandbox)

    def test_a_program_asks_and_takes_back(self, board, more, client):
        client.force_login(board.offered_by)
        path = f"/api/v1{of(board, 'colleague')}"
        answer = client.post(path, COLLEAGUE, "application/json")
        assert (answer.status_code, answer.json()["more_work"]) == (201, 1)
        assert client.post(f"{path}revoke/").status_code == 204
        assert client.post(f"{path}revoke/").status_code == 404
        assert PaymentRequest.objects.get().taken_back_at


@pytest.mark.parametrize("locks", [True, False], ids=["guarded", "control"])
def test_the_company_and_its_colleague_open_one_page(board, sandbox, locks):
    """Without the lock on the engagement each opens one, and both could be paid."""
    more = agreed(board)
    request = ask(more)

    def colleague():
        return asking_to_pay.open_page(fresh(request), at=timezone.now())

    def company():
        return paying_for_work.open_payment(fresh(more), by=board.offered_by, at=timezone.now())

    outcomes = at_once(colleague, company, locks=locks)
    assert [type(one) for one in outcomes] == [Hold, Hold]
    assert outcomes[0].operations.filter(kind="checkout").count() == (1 if locks else 2)
    assert funding.confirm_payment(fresh(outcomes[0]), at=timezone.now()).number == 2
