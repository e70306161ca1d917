"""Webhooks: what is told to whom, signed, tried again, written down."""

import json

import pytest
import stripe

from payments.sandbox.webhooks import WAITS
from tests.payments.sandbox.conftest import START


def told(world, channel):
    return [
        json.loads(body)["type"] for url, body, _ in world.mailbox.letters if url.endswith(f"/{channel}/")
    ]


def test_each_channel_hears_of_its_own(world):
    charge = world.captured().latest_charge.id
    student = world.account().id
    world.transfer(1000, to=student, charge=charge)
    world.control.advance(days=4)
    world.control.deliver()
    assert told(world, "platform") == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "checkout.session.completed",
        "charge.captured",
        "payment_intent.succeeded",
        "transfer.created",
        "balance.available",
    ]
    assert told(world, "connect") == ["balance.available", "payout.created", "payout.paid"]
    assert told(world, "v2") == [
        "v2.core.account.created",
        "v2.core.account[requirements].updated",
        "v2.core.account[configuration.recipient].capability_status_updated",
    ]


def test_the_sdk_accepts_the_signature_and_reads_both_kinds(world, time_machine_at_start):
    world.account()
    world.session()
    world.authorised()
    world.control.deliver()
    for url, body, headers in world.mailbox.letters:
        secret = f"whsec_{url.split('/')[-2]}"
        if "v2" in url:
            notice = world.client.parse_event_notification(body, headers["Stripe-Signature"], secret)
            assert notice.fetch_event().type == notice.type
            if notice.type == "v2.core.account.created":
                assert notice.fetch_related_object().id == notice.related_object.id
        else:
            event = world.client.construct_event(body, headers["Stripe-Signature"], secret)
            assert event.api_version == stripe.api_version
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(body.decode(), headers["Stripe-Signature"], "whsec_other")


@pytest.fixture
def time_machine_at_start():
    time_machine = pytest.importorskip("time_machine")
    with time_machine.travel(START, tick=False):
        yield


def test_signatures_carry_the_receivers_time_whatever_the_sandbox_clock_says(world):
    world.control.advance(days=30)
    world.authorised()
    world.control.deliver()
    assert f"t={START}," in world.mailbox.letters[0][2]["Stripe-Signature"]
    assert json.loads(world.mailbox.letters[0][1])["created"] == START + 30 * 86400


def test_an_event_is_a_snapshot(world):
    intent = world.captured()
    types = ["payment_intent.amount_capturable_updated"]
    (event,) = world.client.v1.events.list({"types": types}).data
    assert event.data.object["status"] == "requires_capture"
    assert world.intent(intent.id).status == "succeeded"
    assert event.request.idempotency_key is None  # a person did it, on the card page
    (captured,) = world.client.v1.events.list({"type": "charge.captured"}).data
    assert captured.request.id.startswith("req_")


def test_a_refused_webhook_is_tried_again_by_the_clock_until_it_is_given_up(world):
    world.mailbox.status = 500
    world.client.v1.checkout.sessions.expire(world.session().id)
    assert [t["status"] for t in world.control.deliver()] == [500]
    (event,) = world.client.v1.events.list().data
    assert event.pending_webhooks == 1
    for wait in WAITS:
        world.control.advance(seconds=wait)
        world.control.deliver()
    assert len(world.mailbox.letters) == len(WAITS) + 1
    world.control.advance(days=9)
    assert world.control.deliver() == []
    (delivery,) = world.control.deliveries()
    assert [t["status"] for t in delivery["tries"]] == [500] * (len(WAITS) + 1)


def test_a_webhook_that_arrives_is_not_sent_again(world):
    world.client.v1.checkout.sessions.expire(world.session().id)
    world.control.deliver()
    assert world.control.deliver() == []
    assert world.client.v1.events.list().data[0].pending_webhooks == 0


def test_a_receiver_that_cannot_be_reached_is_written_down(world):
    def nobody(url, body, headers):
        raise ConnectionRefusedError("nobody there")

    world.control.send = nobody
    world.client.v1.checkout.sessions.expire(world.session().id)
    (tried,) = world.control.deliver()
    assert (tried["status"], "nobody there" in tried["error"]) == (None, True)


def test_what_a_delivery_causes_is_delivered_too(world):
    def expire_another(url, body, headers):
        if sum("expired" in body.decode() for _, body, _ in world.mailbox.letters) < 2:
            world.client.v1.checkout.sessions.expire(world.session().id)
        return world.mailbox(url, body, headers)

    world.control.send = expire_another
    world.client.v1.checkout.sessions.expire(world.session().id)
    assert len(world.control.deliver()) == 3
