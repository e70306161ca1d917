"""Webhooks: what is told to whom, signed, tried again, written down."""

import http.server
import json
import threading
import time

import pytest
import stripe

from payments.sandbox.config import Webhook
from payments.sandbox.webhooks import WAITS, Courier
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
    told_of_accounts = ["balance.available", "payout.created", "payout.paid"]
    assert told(world, "connect") == ["account.external_account.created", *told_of_accounts]
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


def three_events(world):
    """One fact each: three pages expire."""
    for session in [world.session().id for _ in range(3)]:
        world.client.v1.checkout.sessions.expire(session)


def heard(world):
    """The ids of the events that arrived, in their order."""
    return [json.loads(body)["id"] for _, body, _ in world.mailbox.letters]


def happened(world):
    return [e.id for e in world.client.v1.events.list({"limit": 100}).data][::-1]


def test_each_may_come_twice_and_in_any_order_and_two_events_may_say_the_same(world):
    world.control.mail(duplicate=2, reorder=3, twin=True, seed=3)
    three_events(world)
    told = world.control.deliver()
    assert len(told) == 12
    assert sorted(heard(world)) == sorted(happened(world) * 2)
    once = list(dict.fromkeys(heard(world)))
    assert once != happened(world)
    assert set(once[:3]) == set(happened(world)[:3])  # order is lost only within a window


def test_some_are_lost_and_nobody_tries_again(world):
    world.control.mail(drop=1)
    three_events(world)
    assert world.control.deliver() == []
    world.control.mail(drop=0)
    world.control.advance(days=3)
    assert world.control.deliver() == []
    assert [d["tries"][0]["error"] for d in world.control.deliveries()] == ["lost on purpose"] * 3


def test_all_may_wait(world):
    world.control.mail(paused=True)
    three_events(world)
    assert world.control.deliver() == []
    world.control.mail(paused=False)
    assert len(world.control.deliver()) == 3
    world.control.mail(delay=600)
    three_events(world)
    assert world.control.deliver() == []
    world.control.advance(minutes=10)
    assert len(world.control.deliver()) == 3


def test_a_snapshot_may_be_stale(world):
    world.control.mail(stale=True)
    world.captured()
    (told,) = world.client.v1.events.list({"type": "payment_intent.succeeded"}).data
    assert told.data.object["status"] == "requires_payment_method"


def test_a_signature_may_come_from_another_time(world, time_machine_at_start):
    world.control.mail(skew=-400)
    three_events(world)
    world.control.deliver()
    _, body, headers = world.mailbox.letters[0]
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        stripe.WebhookSignature.verify_header(
            body.decode(), headers["Stripe-Signature"], "whsec_platform", 300
        )
    assert f"t={START - 400}," in headers["Stripe-Signature"]


def test_a_rolled_secret_signs_for_a_while_beside_the_new_one(world):
    def signers():
        three_events(world)
        world.control.deliver()
        _, body, headers = world.mailbox.letters[-1]
        found = []
        for secret in ("whsec_platform", "whsec_new"):
            try:
                stripe.WebhookSignature.verify_header(body.decode(), headers["Stripe-Signature"], secret)
                found.append(secret)
            except stripe.SignatureVerificationError:
                pass
        return found

    world.control.roll("platform", "whsec_new", overlap_seconds=3600)
    assert signers() == ["whsec_platform", "whsec_new"]
    world.control.advance(hours=1)
    assert signers() == ["whsec_new"]
    with pytest.raises(ValueError, match="not empty"):
        world.control.roll("platform", "")


def test_waits_are_scaled(world):
    world.mailbox.status = 500
    world.control.mail(scale=0.5)
    world.client.v1.checkout.sessions.expire(world.session().id)
    world.control.deliver()
    assert world.control.deliveries()[0]["due"] == START + WAITS[0] // 2


@pytest.mark.parametrize(
    "knobs",
    [{"speed": 1}, {"drop": 2}, {"duplicate": 0}, {"duplicate": True}, {"twin": 1}, {"scale": -1}],
)
def test_what_is_no_knob_is_refused(world, knobs):
    with pytest.raises(ValueError, match=r"."):
        world.control.mail(**knobs)
    assert world.control.mail()["duplicate"] == 1


class Refusing(http.server.BaseHTTPRequestHandler):
    """Answers every webhook with a 503, and keeps it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, body, self.headers["Stripe-Signature"]))
        self.send_response(503)
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


def test_a_courier_posts_by_itself_over_http_and_says_what_was_refused(make_world, caplog):
    server = http.server.HTTPServer(("127.0.0.1", 0), Refusing)
    server.got = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    hook = Webhook("platform", f"http://127.0.0.1:{server.server_port}/hook?a=b", "whsec_a")
    world = make_world(webhooks=(hook,))
    courier = Courier(world.app.sandbox)
    courier.start()
    world.client.v1.checkout.sessions.expire(world.session().id)
    end = time.monotonic() + 20
    while not world.control.deliveries()[0]["tries"] and time.monotonic() < end:
        time.sleep(0.02)
    courier.stop()
    server.shutdown()
    server.server_close()
    assert [path for path, _, _ in server.got] == ["/hook?a=b"]
    assert [t["status"] for t in world.control.deliveries()[0]["tries"]] == [503]
    assert "checkout.session.expired" in caplog.text


def test_a_courier_says_nothing_of_what_was_taken(world, caplog):
    courier = Courier(world.app.sandbox)

    def taken(*letter):
        courier.stopped.set()  # this round is its last
        return world.mailbox(*letter)

    courier.send = taken
    world.client.v1.checkout.sessions.expire(world.session().id)
    courier.run()
    assert told(world, "platform") == ["checkout.session.expired"]
    assert caplog.text == ""
