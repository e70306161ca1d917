"""Stripe does not answer while somebody waits at the page: nothing is lost, and they are told what comes next."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments import asking_to_pay, leaving, paying_out, supplying, tasks
from payments.models import Hold, Operation, Payee
from projects.models import Engagement
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps
from tests.payments.test_promised_materials import materials_promised

SILENT = "The payment service does not answer just now."


@pytest.fixture
def silence(sandbox):
    """`silence("/v1/…")`: Stripe takes no request to this address."""
    return lambda path, method="*": sandbox.break_("429", method=method, path=path, times=None)


def sees(client, address):
    return client.get(address, follow=True).content.decode()


@stands_on(stages.paid_for)
def test_a_payment_page_that_does_not_open_is_waited_for(board, sandbox, silence, client):
    client.force_login(board.project.posted_by)
    silence("/v1/checkout/sessions")
    answer = client.post(f"/applications/{board.public_id}/offer/", {"version": board.version})
    engagement = Engagement.objects.get()
    assert answer["Location"] == f"/engagements/{engagement.public_id}/checkout/"
    sandbox.mend()
    tasks.sweep_once(at=timezone.now() + timedelta(minutes=5))
    silence("/v1/checkout/sessions/*")
    assert SILENT in sees(client, answer["Location"])
    tasks.sweep_once(at=timezone.now() + timedelta(days=1))  # nobody else is stopped by it
    assert client.post(f"/engagements/{engagement.public_id}/pay/")["Location"] == answer["Location"]
    assert engagement.holds.get().status == Hold.Status.CHECKOUT_OPEN


@stands_on(stages.paid_for)
def test_a_colleague_who_pays_waits_too(board, sandbox, silence, client):
    now = timezone.now()
    request = asking_to_pay.ask_to_pay(
        board, by=board.project.posted_by, at=now, email="books@maple.example", po_number="", note=""
    )
    address = request.get_absolute_url()
    client.post(address)
    assert "done/" in client.get(f"{address}done/").request["PATH_INFO"]
    silence("/v1/checkout/sessions/*")
    assert SILENT in sees(client, f"{address}done/")
    assert Hold.objects.get().status == Hold.Status.CHECKOUT_OPEN


@stands_on(stages.offered)
def test_a_yes_counts_although_the_card_is_not_charged_yet(board, sandbox, silence, client):
    client.force_login(board.student)
    silence("/v1/payment_intents/*/capture")
    fields = {"version": board.version, "accept": "yes", "country": "SE"}
    answer = client.post(f"/engagements/{board.public_id}/accept/", fields, follow=True)
    assert "Accepted. The card is being charged" in answer.content.decode()
    assert Operation.objects.get(kind="capture").status == Operation.Status.UNKNOWN
    again = client.get(f"/engagements/{board.public_id}/accept/")  # it is answered already
    assert again["Location"] == board.get_absolute_url()


@stands_on(stages.under_way)
class TestTheSetUp:
    @pytest.fixture
    def payee(self, board, sandbox, client):
        client.force_login(board.student)
        return Payee.objects.get()

    def test_has_an_address_at_stripe_and_a_page_once_it_is_ready(self, payee, board, sandbox):
        for_setup = {"return_url": "http://testserver/", "refresh_url": "http://testserver/"}
        assert f"/setup/{payee.stripe_account}" in paying_out.setup_address(payee, **for_setup)
        with pytest.raises(paying_out.AccountNotReady):
            paying_out.payouts_address(payee)
        ready = steps.a_ready_payee(sandbox, board.student, at=timezone.now())
        assert f"/express/{payee.stripe_account}" in paying_out.payouts_address(ready)

    def test_shows_programs_what_was_known_last(self, payee, silence, client):
        known = client.get("/api/v1/money/payee/").json()
        silence("*")
        assert client.get("/api/v1/money/payee/").json() == known
        answer = client.post("/api/v1/money/payee/", {}, content_type="application/json")
        assert answer.status_code == 409
        assert answer.json()["code"] == "account_not_ready"

    def test_of_a_program_begins_with_a_country(self, payee, client):
        client.force_login(cast.a_student("Ada New"))
        answer = client.post("/api/v1/money/payee/", {}, content_type="application/json")
        assert answer.status_code == 400
        assert "country" in str(answer.json())


@stands_on(materials_promised)
def test_a_program_leaves_work_whose_materials_stay_away(board, client):
    since = timezone.now() - timedelta(days=30)
    board.materials_due_at = since
    board.save(update_fields=["materials_due_at"])
    supplying.ask_for_materials(board, by=board.student, at=since)
    client.force_login(board.student)
    sums = leaving.sums_of(Engagement.objects.get(pk=board.pk), at=timezone.now())
    answer = client.post(
        f"/api/v1/engagements/{board.public_id}/leave/",
        {"pay_cents": sums.pay.cents},
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert Operation.objects.filter(slot="leaving", kind="transfer").exists()


@stands_on(stages.under_way)
def test_the_workers_do_what_is_due_and_nothing_twice(board, sandbox):
    """The tasks themselves, which nudges and the clock start."""
    account = Operation.objects.get(kind="account")
    tasks.run_operation(str(account.pk))
    for task in (tasks.sweep, tasks.sweep_deadlines, tasks.reconcile):
        task()
    account.refresh_from_db()
    assert account.attempts == 1
    steps.books_agree(sandbox)


@stands_on(stages.under_way)
def test_older_payments_are_a_page_further(board, client):
    client.force_login(board.student)
    hold = board.holds.get()
    assert board.get_absolute_url() not in client.get(f"/money/?before={hold.pk}").content.decode()
    assert str(board) in client.get("/money/?before=nothing").content.decode()
