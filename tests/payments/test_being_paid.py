"""The student's pages on the way to money: the yes to an offer, and the account that it goes to."""

import pytest
from django.utils import timezone

from accounts import onboarding
from accounts.models import StudentProfile
from payments import paying_out
from payments.models import Payee
from projects.models import Engagement, Project
from tests import stages
from tests.boards import stands_on
from tests.payments import steps


@pytest.fixture
def offered(sandbox, board, client):
    client.force_login(board.student)
    return board


@pytest.fixture
def payee(sandbox, board, client):
    client.force_login(board.student)
    return Payee.objects.get(user=board.student)


def page(client, address):
    return client.get(address).content.decode()


def accept(client, engagement, **given):
    fields = {"version": engagement.version, "accept": "yes"} | given
    return client.post(f"/engagements/{engagement.public_id}/accept/", fields)


@stands_on(stages.offered)
def test_the_offer_is_accepted_where_it_is_read(offered, client):
    shown = page(client, offered.get_absolute_url())
    assert "In which country is your bank account?" in shown
    assert "Accept, start when $400.00 is held" in shown

    assert accept(client, offered, country="SE").status_code == 302

    offered.refresh_from_db()
    assert offered.status == Engagement.Status.ACTIVE


@stands_on(stages.offered)
def test_who_was_asked_for_the_country_is_not_asked_again(offered, client):
    paying_out.open_account(offered.student, country="SE", at=timezone.now())
    assert "In which country" not in page(client, offered.get_absolute_url())

    assert accept(client, offered).status_code == 302


@stands_on(stages.offered)
def test_a_country_that_cannot_be_paid_is_no_answer(offered, client):
    answer = accept(client, offered, country="KP")

    assert answer.status_code == 422
    assert "id_country_error" in answer.content.decode()
    offered.refresh_from_db()
    assert offered.status == Engagement.Status.OFFERED


@stands_on(stages.offered)
def test_who_may_not_work_like_that_any_more_does_not_accept(offered, client):
    onboarding.tell_eligibility(offered.student.student_profile, may_work_as=["payroll"])
    answer = accept(client, offered, country="SE")

    assert answer.status_code == 409
    assert "not among the ways" in answer.content.decode()
    assert not Payee.objects.exists()
    offered.refresh_from_db()
    assert offered.status == Engagement.Status.OFFERED

    onboarding.tell_eligibility(offered.student.student_profile, may_work_as=["contractor"])
    assert accept(client, offered, country="SE").status_code == 302


@stands_on(stages.offered)
def test_who_was_never_asked_how_they_may_work_is_asked_where_they_accept(offered, client):
    """As it is for whoever applied before there was the question."""
    onboarding.tell_eligibility(offered.student.student_profile, may_work_as=[])
    question = "How may you work?"
    assert question in page(client, offered.get_absolute_url())
    assert question in page(client, f"{offered.get_absolute_url()}accept/")

    unanswered = accept(client, offered, country="SE")
    assert (unanswered.status_code, Payee.objects.exists()) == (422, False)
    assert "Tick how you may work, or that you do not know yet." in unanswered.content.decode()

    for may, words in (("payroll", "not among the ways"), ("unknown", "have not said yet whether")):
        answer = accept(client, offered, country="SE", may_work_as=may)
        shown = answer.content.decode()
        assert (answer.status_code, Payee.objects.exists()) == (409, False)
        assert words in shown
        assert question in shown
        assert "You cannot accept just now" not in shown

    assert accept(client, offered, country="SE", may_work_as="contractor").status_code == 302
    offered.refresh_from_db()
    assert offered.status == Engagement.Status.ACTIVE
    assert StudentProfile.objects.get(user=offered.student).may_work_as == ["contractor"]


@stands_on(stages.offered)
def test_what_was_agreed_counts_and_not_what_the_project_says_now(offered, client):
    Project.objects.update(eligibility="payroll")

    assert "You work as an independent contractor" in page(client, offered.get_absolute_url())
    assert accept(client, offered, country="SE").status_code == 302


@stands_on(stages.under_way)
def test_an_account_that_nobody_began_to_set_up_is_not_being_checked(payee, client):
    shown = page(client, "/money/payee/")

    assert "Not set up" in shown
    assert "Stripe is checking" not in shown


@stands_on(stages.under_way)
def test_an_account_that_stripe_checks_leaves_nothing_to_do(payee, client, sandbox):
    sandbox.onboard(payee.stripe_account, "later")
    shown = page(client, "/money/payee/")
    assert "Nothing to do: Stripe is checking" in shown
    assert "<form class" not in shown.partition("<main")[2]

    sandbox.advance(days=2)

    assert "Ready to be paid" in page(client, "/money/payee/")


@stands_on(stages.under_way)
def test_an_account_of_which_stripe_wants_more_leads_there(payee, client, sandbox):
    sandbox.onboard(payee.stripe_account)
    sandbox.capability(payee.stripe_account, "restricted")

    assert "Go on at Stripe" in page(client, "/money/payee/")


@stands_on(stages.under_way)
def test_the_workroom_asks_for_an_account_until_there_is_one(payee, client, sandbox):
    address = Engagement.objects.get().get_absolute_url()
    assert "until Stripe knows your bank account" in page(client, address)

    steps.a_ready_payee(sandbox, payee.user, at=timezone.now())

    assert "until Stripe knows your bank account" not in page(client, address)


@stands_on(stages.under_way)
def test_who_is_ready_sees_at_stripe_what_reached_the_bank(payee, client, sandbox):
    assert client.post("/money/payee/payouts/").status_code == 409
    steps.a_ready_payee(sandbox, payee.user, at=timezone.now())
    assert "See payouts at Stripe" in page(client, "/money/payee/")
    answer = client.post("/money/payee/payouts/")
    assert answer.status_code == 302
    assert answer.url.startswith("http")


@stands_on(stages.offered)
def test_the_set_up_opens_no_account_where_nobody_can_be_paid(board, db, client):
    client.force_login(board.student)
    answer = client.post("/money/payee/set-up/", {"country": "KP"})
    assert answer.status_code == 422
    assert "id_country_error" in answer.content.decode()
    assert not Payee.objects.exists()


@stands_on(stages.completed)
def test_what_waits_for_the_set_up_is_said(board, client, sandbox):
    client.force_login(board.student)
    assert f'Waits for this: <strong class="money">{board.fee}</strong>' in page(client, "/money/payee/")


def test_each_state_of_stripes_is_one_of_four_in_plain_words():
    status = Payee.TransfersStatus
    states = {name: Payee(transfers_status=name).state for name in status.values}
    assert states == {
        "none": "not_set_up",
        "pending": "checked",
        "active": "ready",
        "restricted": "stopped",
        "unsupported": "stopped",
        "rejected": "stopped",
    }
    asked = ["identity.individual.address.line1", "identity.individual.address.city", "something_new"]
    assert Payee(transfers_status="restricted", requirements=asked).needs == ["your address", "something_new"]
    assert Payee(transfers_status="pending", requirements=asked).state == "not_set_up"
