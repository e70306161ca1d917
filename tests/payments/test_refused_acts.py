"""Who is not asked and what comes too late: nothing changes, and the person is told why."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from payments import clearing, funding, offering, paying_out, refunding, releasing, reviewing
from payments.models import Deadline, FraudCheck, Hold, Operation, Payee
from projects import applying
from projects.models import Engagement, Project
from tests import cast, stages
from tests.boards import stands_on

HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


def letters(name):
    return Letter.objects.filter(template=f"payments/{name}")


@stands_on(stages.offered)
class TestAnOffer:
    @pytest.mark.parametrize(
        "act", [offering.decline_offer, offering.withdraw_offer, funding.retry_payment, offering.accept_offer]
    )
    def test_is_nobody_elses(self, board, now, act):
        with pytest.raises(PermissionDenied):
            act(board, by=cast.another_employer(), at=now)

    def test_is_not_accepted_when_its_time_is_over(self, board):
        with pytest.raises(offering.OfferIsOver):
            offering.accept_offer(board, by=board.student, at=board.offer_expires_at)

    def test_is_not_accepted_before_it_is_known_where_to_send_the_money(self, board, now):
        with pytest.raises(offering.CountryUnknown):
            offering.accept_offer(board, by=board.student, at=now)

    def test_that_is_taken_back_is_gone_and_the_student_hears_it(self, board, now):
        offering.withdraw_offer(board, by=board.offered_by, at=now)
        board.refresh_from_db()
        assert (board.status, board.holds.get().status) == ("withdrawn", "void")
        assert letters("offer_withdrawn").get().to == board.student

    def test_does_not_expire_before_its_end_and_then_it_does(self, board):
        end = board.offer_expires_at
        assert not offering.expire_offer(board, at=end - timedelta(microseconds=1))
        assert offering.expire_offer(board, at=end)
        assert not offering.expire_offer(board, at=end)

    def test_stands_although_its_page_is_left_or_its_payment_given_up(self, board, now):
        assert not offering.abandon_checkout(board, at=now)
        assert not offering.give_up_payment(board, at=now)
        board.refresh_from_db()
        assert board.status == Engagement.Status.OFFERED

    def test_that_was_answered_brings_no_reminder(self, board, now):
        offering.remind_of_offer(board, due_at=now + HOUR, at=now)
        offering.decline_offer(board, by=board.student, at=now)
        offering.remind_of_offer(board, due_at=now + HOUR, at=now)
        assert letters("offer_reminder").count() == 1

    def test_has_no_payment_page_any_more(self, board):
        assert funding.payment_page(board.holds.get()) is None

    def test_is_asked_about_by_one_sweep_alone(self, board, now):
        hold = board.holds.get()
        Hold.objects.filter(pk=hold.pk).update(next_look_at=now)  # another one was here
        assert not funding.confirm_one(hold, at=now)


class TestMakingAnOffer:
    pytestmark = stands_on(cast.an_open_project)

    def test_is_over_with_its_project(self, board, now):
        application = cast.an_application(project=board)
        Project.objects.filter(pk=board.pk).update(status=Project.Status.CANCELLED)
        with pytest.raises(offering.ProjectIsOver):
            offering.make_offer(application, by=board.posted_by, at=now)

    def test_is_not_possible_to_somebody_who_took_the_application_back(self, board, now):
        application = cast.an_application(project=board)
        applying.withdraw(application, by=application.student, at=now)
        with pytest.raises(InvalidTransition):
            offering.make_offer(application, by=board.posted_by, at=now)

    def test_opens_one_page_however_often_it_is_asked_for(self, board, now):
        application = cast.an_application(project=board)
        engagement = offering.make_offer(application, by=board.posted_by, at=now)
        hold = funding.retry_payment(engagement, by=board.posted_by, at=now)
        assert hold.operations.filter(kind="checkout").count() == 1
        assert funding.payment_page(hold) is None  # Stripe has not opened it yet
        assert funding.confirm_payment(hold, at=now).status == Hold.Status.CHECKOUT_OPEN


@stands_on(stages.under_way)
class TestWorkUnderWay:
    def test_is_cancelled_by_its_two_sides_alone_and_before_it_starts(self, board, now):
        for stranger in (cast.another_student(), cast.another_employer()):
            with pytest.raises(PermissionDenied):
                refunding.cancel_before_start(board, by=stranger, at=now, reason="No.")
        with pytest.raises(refunding.AlreadyStarted):
            refunding.cancel_before_start(board, by=board.student, at=board.starts_at, reason="No.")

    def test_is_approved_sent_back_and_taken_back_by_the_company_alone(self, board, now):
        part = board.deliverables.get(number=1)
        stranger = cast.another_employer()
        with pytest.raises(PermissionDenied):
            releasing.approve_work(part, by=stranger, at=now)
        with pytest.raises(PermissionDenied):
            releasing.undo_approval(part, by=stranger, at=now)
        with pytest.raises(PermissionDenied):
            reviewing.ask_for_changes(part, by=stranger, at=now, failing_criteria=[1], message="No.")

    def test_is_handed_in_by_its_student_alone(self, board, now):
        part = board.deliverables.get(number=1)
        with pytest.raises(PermissionDenied):
            reviewing.submit_work(part, by=board.offered_by, at=now, text="Mine.", criteria_answers=["x"])

    def test_has_no_approval_to_take_back_before_there_is_one(self, board, now):
        with pytest.raises(InvalidTransition):
            releasing.undo_approval(board.deliverables.get(number=1), by=board.offered_by, at=now)

    def test_whose_money_went_a_moment_ago_stays_approved(self, board, now):
        stages.deliver(board, at=now)
        part = board.deliverables.get(number=1)
        releasing.approve_work(part, by=board.offered_by, at=now)
        Operation.objects.filter(kind="transfer").update(first_sent_at=now)
        with pytest.raises(RuleViolation, match=r"^The money is already on its way to the student\.$"):
            releasing.undo_approval(part, by=board.offered_by, at=now)

    def test_is_not_reminded_of_once_it_is_there(self, board, now):
        late = board.deliverables.get(number=1).due_at + timedelta(days=30)
        stages.deliver(board, at=now)
        before = Letter.objects.count()
        refunding.announce_refund(board.deliverables.get(number=1), at=late)
        refunding.remind_of_refund(board.deliverables.get(number=1), at=late)
        assert Letter.objects.count() == before


class TestPayees:
    pytestmark = stands_on(cast.a_student)

    def test_live_where_stripe_can_pay(self, board, now):
        with pytest.raises(paying_out.CountryNotPayable):
            paying_out.open_account(board, country="KP", at=now)
        assert not Payee.objects.exists()

    def test_have_no_pages_and_no_state_at_stripe_before_their_account_is_open(self, board, now):
        payee = paying_out.open_account(board, country="SE", at=now)
        with pytest.raises(paying_out.AccountNotReady):
            paying_out.setup_address(payee, return_url="http://testserver/", refresh_url="http://testserver/")
        assert paying_out.refresh_payee(payee, at=now).refreshed_at is None

    def test_open_one_account_however_often_they_click(self, board, now):
        payee = paying_out.open_account(board, country="SE", at=now)
        Payee.objects.filter(pk=payee.pk).update(stripe_account="acct_1")
        paying_out.open_account(board, country="SE", at=now)
        assert payee.operations.count() == 1

    def test_are_reminded_until_they_are_ready(self, board, now):
        payee = paying_out.open_account(board, country="SE", at=now)
        paying_out.remind_payee(payee, due_at=now + HOUR, at=now)
        Payee.objects.filter(pk=payee.pk).update(
            transfers_status="active", stripe_account="acct_1", ready_at=now
        )
        paying_out.remind_payee(payee, due_at=now + HOUR, at=now)
        assert letters("payee_reminder").count() == 1

    def test_whose_account_is_gone_are_reminded_only_where_money_waits(self, board, now):
        payee = paying_out.open_account(board, country="SE", at=now)
        Payee.objects.filter(pk=payee.pk).update(stripe_account="acct_1")
        assert paying_out.account_gone(payee, account="acct_1", at=now).stripe_account is None
        assert not Deadline.objects.filter(payee=payee).exists()


@stands_on(stages.under_way)
def test_money_that_is_not_held_has_no_day_on_which_it_may_go(board):
    with pytest.raises(releasing.PaymentStopped):
        releasing.earliest_release(Hold(engagement=board), board.company)


@stands_on(stages.under_way)
def test_a_check_of_a_payment_is_answered_by_staff(board, now):
    check = FraudCheck.objects.create(kind="one_card", company=board.company, hold=board.holds.get(), at=now)
    with pytest.raises(PermissionDenied):
        clearing.allowed(check, board.offered_by, at=now, version=None)
