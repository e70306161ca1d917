"""Disputes: where the money is at every status, and what can be done."""

import io

import pytest
import stripe

from tests.payments.sandbox.conftest import START

DAY = 86400


@pytest.fixture
def charged(make_world):
    """A captured charge of 330.00, and money of the platform's own."""
    world = make_world(float_cents=100_000)
    return world, world.captured().latest_charge.id


def moved(dispute):
    return [(t.amount, t.fee, t.reporting_category) for t in dispute.balance_transactions]


def answer(world, dispute, text="It was done.", **more):
    return world.client.v1.disputes.update(dispute["id"], {"evidence": {"uncategorized_text": text}} | more)


def test_a_chargeback_takes_amount_and_fee_at_once(charged):
    world, charge = charged
    before = world.control.books()["platform"]["usd"]
    opened = world.control.dispute(charge, reason="product_not_received")
    dispute = world.client.v1.disputes.retrieve(opened["id"])
    assert (dispute.status, dispute.amount, dispute.is_charge_refundable) == ("needs_response", 33000, False)
    assert moved(dispute) == [(-33000, 1500, "dispute")]
    assert dispute.balance_transactions[0].net == -34500
    assert world.control.books()["platform"]["usd"] == before - 34500
    assert world.client.v1.charges.retrieve(charge).disputed
    assert world.happened()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    assert dispute.evidence_details.due_by == START - START % DAY + 10 * DAY - 1
    assert world.control.report()["disputes"][dispute.id]["amount"] == 33000


def test_a_won_dispute_gives_the_money_back_and_not_the_fee(charged):
    world, charge = charged
    opened = world.control.dispute(charge)
    sent = answer(world, opened)
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence_details.submission_method == "manual"
    world.control.decide(opened["id"], "won")
    won = world.client.v1.disputes.retrieve(opened["id"])
    assert moved(won) == [(-33000, 1500, "dispute"), (33000, 0, "dispute_reversal")]
    assert world.happened()[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]
    assert won.is_charge_refundable
    assert world.client.v1.refunds.create({"charge": charge}).amount == 33000


def test_an_appeal_moves_the_money_once_more(charged):
    world, charge = charged
    lost = world.control.dispute(charge)["id"]
    world.client.v1.disputes.close(lost)
    world.control.decide(lost, "appeal_needs_response")
    appeal = {"card": {"reason_for_filing": "It was delivered."}}
    appealed = world.client.v1.disputes.update(lost, {"evidence": {"appeal": appeal}})
    assert (appealed.status, appealed.evidence_details.submission_method) == (
        "appeal_under_review",
        "not_submitted",
    )
    world.control.decide(lost, "won")
    world.control.decide(lost, "appeal_needs_response")  # and now the bank is not content
    world.control.decide(lost, "lost")
    assert moved(world.client.v1.disputes.retrieve(lost)) == [
        (-33000, 1500, "dispute"),
        (33000, 0, "dispute_reversal"),
        (-33000, 0, "dispute"),
    ]


def test_a_part_may_be_disputed_and_the_rest_refunded_once_it_is_lost(charged):
    world, charge = charged
    opened = world.control.dispute(charge, cents=13000, fee_cents=2000)
    assert moved(world.client.v1.disputes.retrieve(opened["id"])) == [(-13000, 2000, "dispute")]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.refunds.create({"charge": charge, "amount": 100})
    assert refused.value.code == "charge_disputed"
    world.control.decide(opened["id"], "lost")
    assert world.client.v1.refunds.create({"charge": charge}).amount == 20000
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.refunds.create({"charge": charge})
    assert refused.value.code == "charge_disputed"


def test_an_inquiry_takes_nothing_until_it_becomes_a_chargeback(charged):
    world, charge = charged
    opened = world.control.dispute(charge, inquiry=True)
    inquiry = world.client.v1.disputes.retrieve(opened["id"])
    assert (inquiry.status, moved(inquiry)) == ("warning_needs_response", [])
    assert (inquiry.is_charge_refundable, inquiry.payment_method_details.card.case_type) == (True, "inquiry")
    assert answer(world, opened).status == "warning_under_review"
    world.control.decide(opened["id"], "needs_response")
    dispute = world.client.v1.disputes.retrieve(opened["id"])
    assert moved(dispute) == [(-33000, 1500, "dispute")]
    assert dispute.payment_method_details.card.case_type == "chargeback"


def test_a_full_refund_or_time_closes_an_inquiry(charged):
    world, charge = charged
    first = world.control.dispute(charge, inquiry=True)["id"]
    world.client.v1.refunds.create({"charge": charge})
    other = world.captured().latest_charge.id
    second = world.control.dispute(other, inquiry=True)["id"]
    world.control.advance(days=120)
    disputes = world.client.v1.disputes
    assert [disputes.retrieve(d).status for d in (first, second)] == ["warning_closed"] * 2
    assert disputes.retrieve(second).evidence_details.past_due
    with pytest.raises(ValueError, match="given back in full"):
        world.control.dispute(charge)


def test_whoever_does_not_answer_in_time_has_lost(charged):
    world, charge = charged
    opened = world.control.dispute(charge)
    staged = answer(world, opened, submit=False)
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    world.control.advance(days=10)
    dispute = world.client.v1.disputes.retrieve(opened["id"])
    assert (dispute.status, dispute.evidence_details.past_due) == ("lost", True)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be given"):
        answer(world, opened)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be closed"):
        world.client.v1.disputes.close(dispute.id)


@pytest.mark.parametrize(
    ("text", "inquiry", "status"),
    [
        ("winning_evidence", False, "won"),
        ("losing_evidence", False, "lost"),
        ("escalate_inquiry_evidence", True, "needs_response"),
        ("winning_evidence", True, "warning_under_review"),
    ],
)
def test_evidence_may_say_how_it_ends(charged, text, inquiry, status):
    world, charge = charged
    assert answer(world, world.control.dispute(charge, inquiry=inquiry), text).status == status


def test_the_fee_of_an_answer_comes_back_on_a_win(charged):
    world, charge = charged
    before = world.control.books()["platform"]["usd"]
    opened = world.control.dispute(charge, countered_fee_cents=1500)
    answer(world, opened)
    assert world.control.books()["platform"]["usd"] == before - 36000
    world.control.decide(opened["id"], "won")
    assert world.control.books()["platform"]["usd"] == before - 1500


def test_a_refund_that_waits_is_stopped_by_a_dispute(make_world):
    world = make_world()
    intent = world.captured()
    refund = world.client.v1.refunds.create({"payment_intent": intent.id, "amount": 1000})
    world.control.dispute(intent.latest_charge.id)
    stopped = world.client.v1.refunds.retrieve(refund.id)
    assert (stopped.status, stopped.failure_reason) == ("failed", "charge_for_pending_refund_disputed")


def test_what_cannot_be_is_refused(charged):
    world, charge = charged
    reserved = world.authorised().latest_charge.id
    opened = world.control.dispute(charge)
    for wrong in (
        lambda: world.control.dispute(reserved),
        lambda: world.control.dispute(charge),
        lambda: world.control.dispute(world.captured().latest_charge.id, cents=33001),
        lambda: world.control.dispute(world.captured().latest_charge.id, reason="bored"),
        lambda: world.control.decide(opened["id"], "warning_closed"),
        lambda: world.control.efw(reserved),
    ):
        with pytest.raises(ValueError, match=r"."):
            wrong()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.disputes.update(opened["id"], {"evidence": {"appeal": {"card": ""}}})
    assert refused.value.param == "evidence"


def test_disputes_are_listed_by_charge_and_described(charged):
    world, charge = charged
    opened = world.control.dispute(charge)
    disputes = world.client.v1.disputes
    assert [d.id for d in disputes.list({"charge": charge}).data] == [opened["id"]]
    assert disputes.list({"payment_intent": "pi_other"}).data == []
    assert disputes.update(opened["id"], {"metadata": {"a": "b"}}).metadata["a"] == "b"


def test_a_warning_is_heard_before_the_dispute_and_settled_by_it(charged):
    world, charge = charged
    warning = world.control.efw(charge, "made_with_stolen_card")
    warnings = world.client.v1.radar.early_fraud_warnings
    assert warnings.retrieve(warning["id"]).actionable
    assert [w.id for w in warnings.list({"charge": charge}).data] == [warning["id"]]
    world.control.dispute(charge)
    assert not warnings.retrieve(warning["id"]).actionable
    assert "radar.early_fraud_warning.created" in world.happened()
    assert "radar.early_fraud_warning.updated" in world.happened()


def test_a_warning_is_settled_once(charged):
    world, charge = charged
    world.control.efw(charge)
    world.control.dispute(charge, inquiry=True)
    world.client.v1.refunds.create({"charge": charge})
    assert world.happened().count("radar.early_fraud_warning.updated") == 1


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("4000000000000259", ["fraudulent", "needs_response"]),
        ("4000000000002685", ["product_not_received", "needs_response"]),
        ("4000000000001976", ["fraudulent", "warning_needs_response"]),
    ],
)
def test_cards_that_dispute(world, card, expected):
    intent = world.control.pay(world.session().id, card=card)["payment_intent"]
    world.control.advance(hours=1)
    assert world.client.v1.disputes.list().data == []  # it is only reserved
    captured = world.client.v1.payment_intents.capture(intent)
    if expected[0] == "product_not_received":  # somebody was faster
        world.control.dispute(captured.latest_charge, reason=expected[0])
    world.control.advance(minutes=1)
    (dispute,) = world.client.v1.disputes.list({"payment_intent": intent}).data
    assert [dispute.reason, dispute.status] == expected


def test_a_card_that_is_warned_of(world):
    world.control.pay(world.session(manual=False).id, card="4000000000005423")
    world.control.advance(minutes=1)
    assert len(world.client.v1.radar.early_fraud_warnings.list().data) == 1


@pytest.mark.parametrize(
    ("card", "at_first", "then"),
    [("4000000000005126", "succeeded", "failed"), ("4000000000007726", "pending", "succeeded")],
)
def test_a_refund_whose_card_answers_later(make_world, card, at_first, then):
    world = make_world(float_cents=100_000)
    intent = world.control.pay(world.session(manual=False).id, card=card)["payment_intent"]
    world.control.advance(minutes=1)
    refunds = world.client.v1.refunds
    refund = refunds.create({"payment_intent": intent})
    assert refund.status == at_first
    world.control.advance(days=1)
    assert refunds.retrieve(refund.id).status == then


def test_a_card_whose_money_is_there_at_once(world):
    intent = world.control.pay(world.session().id, card="4000000000000077")["payment_intent"]
    world.client.v1.payment_intents.capture(intent)
    assert world.client.v1.balance.retrieve().available[0].amount == 33000 - 987


def a_file(name, content):
    file = io.BytesIO(content)
    file.name = name
    return file


def test_evidence_may_name_files_that_were_uploaded(charged):
    world, charge = charged
    files = world.client.v1.files
    wanted = {"purpose": "dispute_evidence", "file": a_file("talk.pdf", b"%PDF-1")}
    file = files.create(wanted)
    assert (file.filename, file.size, file.type) == ("talk.pdf", 6, "pdf")
    assert files.retrieve(file.id).id == files.list({"purpose": "dispute_evidence"}).data[0].id
    opened = world.control.dispute(charge)
    evidence = {"customer_communication": file.id}
    assert world.client.v1.disputes.update(opened["id"], {"evidence": evidence}).status == "under_review"
    for wrong in (
        wanted | {"purpose": "business_logo", "file": a_file("a.png", b"1")},
        wanted | {"file": a_file("empty.pdf", b"")},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            files.create(wrong)
    other = world.control.dispute(world.captured().latest_charge.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such file"):
        world.client.v1.disputes.update(other["id"], {"evidence": {"receipt": "file_nothing"}})
