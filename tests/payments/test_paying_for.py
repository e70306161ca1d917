"""An offer that a colleague pays: a letter with a page of its own, good until the answer-by date."""

from datetime import timedelta

import pytest
from django.core import mail as post
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company, User
from marketplace.kernel import mail
from payments import asking_to_pay, assembling, offering, paying_out, refunding, tasks
from payments.models import Chargeback, Hold, Operation, PaymentRequest
from projects import selecting
from projects.models import Application, Engagement
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps
from tests.payments.races.meeting import at_once

pytestmark = stands_on(stages.paid_for)
COLLEAGUE = {"email": "Books@Maple.example", "po_number": "PO 4711", "note": "For the booking page."}


@pytest.fixture
def application(board, sandbox):
    return board


@pytest.fixture
def employer(application):
    client = Client()
    client.force_login(application.project.posted_by)
    return client


def asked(application, **more):
    by, at = application.project.posted_by, timezone.now()
    return asking_to_pay.ask_to_pay(application, by=by, at=at, **COLLEAGUE | more)


def form_of(application, **more):
    address = f"/applications/{application.public_id}/offer/colleague/"
    return address, COLLEAGUE | {"version": application.version} | more


def letters_to(address):
    mail.deliver_waiting(at=timezone.now())
    return [letter for letter in post.outbox if letter.to == [address]]


class TestByPage:
    def test_a_colleague_without_an_account_pays_and_the_offer_stands(self, application, employer, sandbox):
        address, typed = form_of(application)
        assert employer.post(address, typed).status_code == 302
        request = PaymentRequest.objects.get()
        (letter,) = letters_to("books@maple.example")
        assert request.get_absolute_url() in letter.body
        assert "PO 4711" in letter.body

        visitor = Client()
        page = visitor.get(request.get_absolute_url())
        assert page.status_code == 200
        assert "$440.00" in page.content.decode()
        assert str(application.student) not in page.content.decode()
        to_card = visitor.post(request.get_absolute_url())
        hold = Hold.objects.get()
        assert to_card.status_code == 302
        assert hold.checkout_session in to_card["Location"]
        sandbox.pay(hold.checkout_session)
        done = visitor.get(f"{request.get_absolute_url()}done/", follow=True)
        assert "is reserved on the card" in done.content.decode()
        assert Engagement.objects.get().status == "offered"
        assert len(letters_to("books@maple.example")) == 2
        assert "PO 4711" in employer.get(f"/money/{hold.engagement.public_id}/").content.decode()
        assert visitor.post(request.get_absolute_url()).status_code == 200
        assert hold.operations.filter(kind="checkout").count() == 1

    def test_the_company_sees_the_link_and_takes_it_back(self, application, employer):
        request = asked(application)
        workroom = employer.get(request.engagement.get_absolute_url()).content.decode()
        assert request.get_absolute_url() in workroom
        employer.post(f"/engagements/{request.engagement.public_id}/colleague/revoke/")
        assert Engagement.objects.get().status == "abandoned"
        for method in (Client().get, Client().post):
            assert method(request.get_absolute_url()).status_code == 410
        assert not Operation.objects.exists()
        assert letters_to("books@maple.example") == []

    def test_a_mistake_keeps_what_was_typed(self, application, employer):
        address, typed = form_of(application, email="no address")
        page = employer.post(address, typed)
        assert page.status_code == 422
        assert "PO 4711" in page.content.decode()
        assert not Engagement.objects.exists()

    def test_nobody_else_asks_or_takes_back(self, application):
        other = Client()
        other.force_login(cast.another_employer())
        address, typed = form_of(application)
        assert other.post(address, typed).status_code == 404
        request = asked(application)
        back = f"/engagements/{request.engagement.public_id}/colleague/revoke/"
        assert other.post(back).status_code == 404
        student = Client()
        student.force_login(application.student)
        assert student.post(back).status_code == 404
        with pytest.raises(PermissionDenied):
            asking_to_pay.take_back(request, by=application.student, at=timezone.now())
        for token in ("abc:def", f"{request.public_id}:{request.token.rpartition(':')[2][::-1]}"):
            assert Client().get(f"/pay/{token}/").status_code == 404


def test_a_bank_is_told_for_whom_the_page_was_opened(board, db):
    """Evidence names the colleague where a link opened the page, and whoever made the offer where nobody did."""
    request, at = asked(board), timezone.now()
    asking_to_pay.open_page(request, at=at)
    engagement = Engagement.objects.get()

    def payer():
        hold = Hold.objects.get()
        return assembling.payer_of(assembling.Case(Chargeback(), hold, engagement, [], [], set()))

    assert payer() == "books@maple.example"
    request.delete()
    engagement = Engagement.objects.get()
    assert payer() == str(engagement.offered_by)


class TestInTheAdministration:
    def test_it_is_found_and_read_and_nothing_else(self, application, client, django_assert_num_queries):
        request, table = asked(application), "/admin/payments/paymentrequest/"
        client.force_login(User.objects.create_superuser("root@example.org", name="Root"))
        client.get(table)
        with CaptureQueriesContext(connection) as before:
            client.get(table)
        other = cast.an_application(cast.another_student(), cast.an_open_project(cast.another_employer()))
        Company.objects.update(proven_at=timezone.now())
        asked(other, email="other@example.org")

        with django_assert_num_queries(len(before)):
            listed = client.get(table).content.decode()
        found = client.get(f"{table}?q=4711+books").content.decode()
        page = f"{table}{request.pk}/change/"
        read = client.get(page).content.decode()

        assert "other@example.org" in listed
        assert "books@maple.example" in found
        assert "other@example.org" not in found
        assert request.get_absolute_url() not in read
        assert "/admin/r/" not in read  # which leads to that page, where whoever comes may pay
        assert 'name="_save"' not in read
        assert client.post(page, {"email": "me@example.org"}).status_code == 403
        assert client.get(f"{table}add/").status_code == 403


class TestTime:
    def test_the_seat_is_kept_until_the_answer_by_date_and_not_longer(self, application):
        request, at = asked(application), timezone.now()
        assert request.ends_at == application.project.answer_by_at
        tasks.run_deadlines(at=at + timedelta(hours=30))
        assert Engagement.objects.get().status == "authorising"
        with pytest.raises(asking_to_pay.RequestIsOver):  # even before the clock has been swept
            asking_to_pay.open_page(request, at=request.ends_at)
        tasks.run_deadlines(at=request.ends_at)
        assert Engagement.objects.get().status == "abandoned"
        with pytest.raises(asking_to_pay.RequestIsOver):
            asking_to_pay.open_page(request, at=request.ends_at)

    def test_a_page_that_closed_by_itself_is_followed_by_a_new_one(self, application, sandbox):
        request, visitor = asked(application), Client()
        visitor.post(request.get_absolute_url())
        first = Hold.objects.get().checkout_session
        sandbox.advance(hours=25)
        answer = visitor.post(request.get_absolute_url())
        second = Hold.objects.get().checkout_session
        assert second != first
        assert second in answer["Location"]
        sandbox.pay(second)
        visitor.get(f"{request.get_absolute_url()}done/")
        assert Engagement.objects.get().status == "offered"
        tasks.sweep_once(at=timezone.now())
        assert steps.ledger.verify() == []

    def test_there_must_be_time_to_pay(self, application, employer):
        now = timezone.now()
        Application.objects.update(answer_by_at=now + timedelta(minutes=59))
        address, typed = form_of(application)
        page = employer.post(address, typed)
        assert page.status_code == 409
        assert "PO 4711" in page.content.decode()
        assert not PaymentRequest.objects.exists()

    def test_a_day_has_only_so_many(self, application, settings):
        settings.PAYMENT_REQUESTS_A_DAY = 0
        with pytest.raises(asking_to_pay.TooManyRequests):
            asked(application)
        assert not Engagement.objects.exists()


@pytest.mark.parametrize("locks", [True, False], ids=["guarded", "control"])
def test_two_who_open_the_page_at_once_open_one(application, locks):
    """Without the locks each opens one of its own, and both could be paid."""
    request = asked(application)

    def act():
        mine = PaymentRequest.objects.select_related("engagement").get(pk=request.pk)
        return asking_to_pay.open_page(mine, at=timezone.now())

    outcomes = at_once(act, act, locks=locks)
    assert [type(outcome) for outcome in outcomes] == [Hold, Hold]
    assert Operation.objects.count() == (1 if locks else 2)


@pytest.mark.parametrize("locks", [True, False], ids=["guarded", "control"])
def test_two_requests_at_once_count_each_other(application, settings, locks):
    """Without the lock on the person, each sees only the day before both."""
    settings.PAYMENT_REQUESTS_A_DAY = 1
    other = cast.an_application(cast.another_student(), cast.an_open_project(application.project.posted_by))
    Company.objects.update(proven_at=timezone.now())
    outcomes = at_once(lambda: asked(application), lambda: asked(other), locks=locks)
    assert sum(isinstance(outcome, PaymentRequest) for outcome in outcomes) == (1 if locks else 2), outcomes


class TestBesideTheCompany:
    def test_who_pays_in_the_end_comes_back_to_their_own_page(self, application, employer, sandbox):
        """The company pays itself: it is led back to its own pages, and the colleague is thanked for nothing."""
        request = asked(application)
        to_card = employer.post(f"/engagements/{request.engagement.public_id}/pay/")
        hold = Hold.objects.get()
        assert hold.checkout_session in to_card["Location"]
        made = hold.operations.get(kind="checkout").params
        assert made["success_url"].endswith(f"/engagements/{request.engagement.public_id}/checkout/")
        assert made["customer_email"] == request.asked_by.email
        sandbox.pay(hold.checkout_session)
        employer.get(f"/engagements/{request.engagement.public_id}/checkout/")
        assert Engagement.objects.get().status == "offered"
        assert letters_to("books@maple.example") == []

    def test_somebody_chosen_already_is_said_beside_what_was_typed(self, application, employer):
        asked(application)
        application.refresh_from_db()
        address, typed = form_of(application)
        page = employer.post(address, typed)
        assert page.status_code == 409
        assert "There is an offer to this applicant already" in page.content.decode()
        assert "PO 4711" in page.content.decode()


class TestWhatThePayerReads:
    @pytest.fixture
    def paid(self, application, sandbox):
        request = asked(application)
        Client().post(request.get_absolute_url())
        sandbox.pay(Hold.objects.get().checkout_session)
        Client().get(f"{request.get_absolute_url()}done/")
        return PaymentRequest.objects.select_related("engagement__student").get()

    def read(self, request):
        answer = Client().get(request.get_absolute_url())
        return answer.status_code, answer.content.decode()

    def test_of_an_offer_that_was_declined(self, paid):
        offering.decline_offer(paid.engagement, by=paid.engagement.student, at=timezone.now())
        status, page = self.read(paid)
        assert status == 200
        assert "The reservation was given back" in page

    def test_from_charging_to_settled(self, paid, sandbox):
        engagement, now = paid.engagement, timezone.now()
        paying_out.open_account(engagement.student, country="SE", at=now)
        offering.accept_offer(engagement, by=engagement.student, at=now)
        assert "is being charged" in self.read(paid)[1]
        tasks.sweep_once(at=now)
        assert "is paid and held" in self.read(paid)[1]
        engagement.refresh_from_db()
        sandbox.seed(float_cents=100_000)  # what the bank took for the card comes from the platform
        refunding.cancel_before_start(engagement, by=engagement.student, at=now, reason="I am ill.")
        tasks.sweep_once(at=now)
        assert "gone where it belongs" in self.read(paid)[1]

    def test_of_a_card_that_was_refused(self, paid, sandbox):
        """The link works again, and its page is charged at once."""
        engagement, now = paid.engagement, timezone.now()
        paying_out.open_account(engagement.student, country="SE", at=now)
        sandbox.break_("402", method="POST", path="/v1/payment_intents/*/capture")
        offering.accept_offer(engagement, by=engagement.student, at=now)
        tasks.sweep_once(at=now)
        assert "you pay at once" in self.read(paid)[1]
        Client().post(paid.get_absolute_url())
        sandbox.pay(Hold.objects.get().checkout_session)
        Client().get(f"{paid.get_absolute_url()}done/")
        assert Engagement.objects.get().status == "active"
        assert steps.ledger.verify() == []


def test_no_letter_asks_for_what_was_cancelled(application):
    """However the offer ended before it was made."""
    request = asked(application)
    offering.abandon_checkout(request.engagement, at=timezone.now())
    assert letters_to("books@maple.example") == []


def test_who_was_chosen_cannot_be_chosen_twice(application):
    request = asked(application)
    application.refresh_from_db()
    assert application.status == "shortlisted"
    with pytest.raises(offering.OfferStands):
        asked(application)
    with pytest.raises(selecting.OfferUnderWay):
        selecting.decline(application, by=request.asked_by, at=timezone.now(), reason="availability")
