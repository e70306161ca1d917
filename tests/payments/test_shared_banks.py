"""Two people who are paid to one bank account are looked at before more goes there; two accounts open nothing."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Membership
from marketplace.kernel.models import Case
from marketplace.site.desk import of_fraud
from marketplace.site.privacy import erasing
from payments import clearing, stripe_events
from payments.models import Alarm, BankSeen, CardSeen, FraudCheck, Payee, PayeeReading
from payments.operations import watching
from payments.paying_out import account_gone, open_account, refresh_payee
from payments.reconciling import run_job
from payments.stripe_gateway import StripeFailed
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps

ONE, OTHER = "111122223333", "444455556666"


def set_up(sandbox, person, number, *, at=None):
    """Their account at Stripe, opened and finished with this bank account, and known to be ready."""
    at = at or timezone.now()
    payee = Payee.objects.filter(user=person).first() or open_account(person, country="SE", at=at)
    steps.operations.run_open(payee=payee, at=at)
    payee.refresh_from_db()
    sandbox.onboard(payee.stripe_account, bank=number)
    return refresh_payee(payee, at=at)


def held_for_one(sandbox):
    """Money held for a student who is paid to the one account, and an offer of the same company to another."""
    engagement = stages.under_way(sandbox)
    set_up(sandbox, engagement.student, ONE)
    kim = cast.a_student("Kim Ray")
    bid = cast.an_application(kim, cast.an_open_project(engagement.offered_by))
    return engagement, stages.offered(sandbox, bid), kim


pytestmark = stands_on(held_for_one)


@pytest.fixture
def work(board):
    return board[0]


@pytest.fixture
def offer(board):
    return board[1]


@pytest.fixture
def kim(board):
    return board[2]


def reason(engagement):
    return engagement.holds.get().hold_reason


class TestTwoPeople:
    def test_two_bank_accounts_open_nothing(self, work, kim, sandbox):
        set_up(sandbox, kim, OTHER)
        set_up(sandbox, work.student, ONE)  # told once more
        assert BankSeen.objects.count() == 2
        assert not FraudCheck.objects.exists()
        assert reason(work) == ""

    def test_one_of_two_students_stops_what_is_held_until_somebody_looked(self, work, kim, sandbox):
        set_up(sandbox, kim, ONE)
        check, case = FraudCheck.objects.get(), Case.objects.get(kind="fraud")
        assert (check.kind, check.hold.engagement, reason(work)) == ("shared_bank", work, "fraud_review")
        assert check.detail == {"sharing": [kim.public_id], "cards": []}
        assert case.people == sorted([work.student_id, kim.pk])
        watching.look_at_banks(work.holds.get(), at=timezone.now())  # while it waits it is the same check
        assert (FraudCheck.objects.count(), Case.objects.filter(kind="fraud").count()) == (1, 1)
        clearing.clear(check, by=cast.a_moderator(), at=timezone.now())
        assert reason(work) == ""
        set_up(sandbox, kim, ONE)
        set_up(sandbox, work.student, ONE)
        assert FraudCheck.objects.count() == 1  # what was looked at is not asked again
        set_up(sandbox, cast.a_student("Third One"), ONE)
        assert FraudCheck.objects.waiting().get().hold.engagement == work

    def test_it_is_seen_before_what_waits_is_sent(self, work, kim, sandbox, settings):
        settings.FIRST_CHARGES = settings.UNDO_MINUTES = 0
        sandbox.capability(steps.account_of(work.student), "restricted")
        refresh_payee(Payee.objects.get(user=work.student), at=timezone.now())
        set_up(sandbox, kim, OTHER)
        at = steps.approved(work, at=timezone.now())
        set_up(sandbox, work.student, OTHER, at=at)
        steps.operations.run_due(at=at)
        assert reason(work) == "fraud_review"
        assert steps.got(sandbox, work.student) == 0

    def test_another_bank_account_is_told_by_stripe(self, work, kim, sandbox):
        set_up(sandbox, kim, OTHER)
        steps.hear(sandbox, at=timezone.now())
        assert not FraudCheck.objects.exists()
        sandbox.bank(steps.account_of(work.student), number=OTHER)
        steps.hear(sandbox, at=timezone.now())
        assert FraudCheck.objects.get().kind == "shared_bank"

    def test_what_stripe_tells_of_a_stranger_waits(self):
        event = stripe_events.StripeEvent(account="acct_of_nobody")
        with pytest.raises(stripe_events.UnknownObject):
            stripe_events.bank_changed(event, at=timezone.now())


class TestWhereStripeRefusesToList:
    """A key restricted too far, or one odd account: what is owed to students does not wait for it."""

    @pytest.mark.parametrize(
        ("fault", "said"), [("403", "403 more_permissions_required"), ("400:odd", "400 odd")]
    )
    def test_they_are_paid_it_rings_and_is_compared_later(self, work, kim, sandbox, fault, said):
        at = timezone.now()
        sandbox.break_(fault, path="/v1/accounts/*/external_accounts", times=2)
        assert set_up(sandbox, kim, ONE, at=at).is_ready
        run_job("banks", at=at)
        assert not FraudCheck.objects.exists()
        alarm = Alarm.objects.get()
        assert (alarm.kind, alarm.subject, steps.account_of(kim) in alarm.detail) == (
            "banks_unread",
            said,
            True,
        )
        for hours, looked in ((0.5, False), (1, False), (2, True)):  # refused once more after an hour
            run_job("banks", at=at + timedelta(hours=hours))
            assert FraudCheck.objects.filter(hold__engagement=work).exists() == looked
            assert Alarm.objects.waiting().exists() != looked
        assert not PayeeReading.objects.exists()

    def test_no_answer_is_no_refusal(self, kim, sandbox):
        """It comes within minutes, and until then nothing that was not looked at is sent."""
        sandbox.break_("500_no_effect", path="/v1/accounts/*/external_accounts", times=None)
        with pytest.raises(StripeFailed):
            set_up(sandbox, kim, ONE)
        assert not Payee.objects.get(user=kim).is_ready

    def test_nothing_is_owed_for_an_account_that_is_gone(self, kim, sandbox):
        at = timezone.now()
        sandbox.break_("403", path="/v1/accounts/*/external_accounts")
        payee = set_up(sandbox, kim, ONE, at=at)
        account_gone(payee, account=payee.stripe_account, at=at)
        run_job("banks", at=at)
        assert not PayeeReading.objects.exists()
        assert not Alarm.objects.exists()


class TestStudentAndCompany:
    def test_whoever_acts_for_the_company_may_not_be_paid_there_too(self, work, sandbox):
        colleague = cast.a_student("Ola Quist")
        since = {"role": "manager", "joined_at": timezone.now()}
        Membership.objects.create(user=colleague, company=work.company, **since)
        set_up(sandbox, colleague, ONE)
        check = FraudCheck.objects.get()
        assert check.detail["sharing"] == [colleague.public_id]
        shown = of_fraud.read(check)
        assert (list(shown["sharers"]), list(shown["members"])) == ([colleague], [colleague])
        assert {row for _, row in shown["whom"]} == {work.company, work.student, colleague}
        told = render_to_string("admin/desk/fraud.html", shown)
        assert f"Ola Quist is or was paid to the same bank account, and acts for {work.company}" in told

    def test_a_card_that_pays_and_is_paid_to_is_seen(self, work):
        hold = work.holds.get()
        mine = BankSeen.objects.get().fingerprint
        CardSeen.objects.create(hold=hold, charge="ch_1", fingerprint=mine, failed=False, at=timezone.now())
        watching.look_at_banks(hold, at=timezone.now())
        assert FraudCheck.objects.get().detail == {"sharing": [], "cards": [mine]}


def test_the_next_payment_for_two_who_share_is_looked_at_once_it_is_held(offer, kim, sandbox):
    set_up(sandbox, cast.a_student("Third One"), OTHER)
    set_up(sandbox, kim, OTHER)
    assert not FraudCheck.objects.exists()  # nothing is held for either yet
    stages.accept(offer)
    assert reason(offer) == "fraud_review"


def test_what_is_known_of_a_persons_banks_goes_with_them(work):
    erasing.at_stripe(work.student)
    assert not BankSeen.objects.exists()
