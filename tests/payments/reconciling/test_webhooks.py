"""Stripe knocks: who is let in, what is kept, and what becomes of an event that cannot be booked."""

import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from payments import stripe_events, stripe_gateway
from payments.models import Alarm, StripeEvent
from payments.stripe_events import HANDLERS, RETRY_MINUTES, UnknownObject
from payments.stripe_gateway import SUBSCRIBED

SECRETS = {"platform": ["whsec_new", "whsec_old"], "connect": ["whsec_c"], "v2": ["whsec_2"]}
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "refund.updated",
    "api_version": "2026-10-28.endive",
    "livemode": False,
    "data": {"object": {"id": "re_1", "object": "refund"}},
}


def sign(body, secret, at):
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


@pytest.fixture
def knock(db, client, settings):
    """Post an event, signed as told; the status of the answer."""
    settings.STRIPE_WEBHOOK_SECRETS = SECRETS

    def knock(event=EVENT, *, secret="whsec_new", ago=0, to="platform", padding=0, signature=None):
        body = json.dumps(event).encode() + b" " * padding
        signature = signature or sign(body, secret, int(time.time()) - ago)
        return client.post(
            f"/webhooks/stripe/{to}/", body, content_type="application/json", HTTP_STRIPE_SIGNATURE=signature
        ).status_code

    return knock


class TestTheDoor:
    def test_keeps_an_event_as_it_came_and_counts_its_deliveries(self, knock):
        assert [knock(), knock()] == [200, 200]
        event = StripeEvent.objects.get()
        assert bytes(event.payload) == json.dumps(EVENT).encode()
        assert (event.deliveries, event.object_id, event.api_version) == (2, "re_1", "2026-10-28.endive")

    @pytest.mark.parametrize(
        ("sent", "answer"),
        [
            ({"ago": 299}, 200),
            ({"ago": -299}, 200),
            ({"ago": 302}, 400),
            ({"ago": -302}, 400),  # the SDK would let the future in
            ({"secret": "whsec_old"}, 200),  # while a secret is rolled both are good
            ({"secret": "whsec_c"}, 400),  # that of another endpoint
            ({"secret": "whsec_c", "to": "connect"}, 200),
            ({"event": EVENT | {"livemode": True}}, 400),
            ({"event": {key: EVENT[key] for key in EVENT if key != "livemode"}}, 400),
            ({"signature": "t=1,v1=00"}, 400),
            ({"signature": f"t={int(time.time())},t=1,v1=00"}, 400),
            ({"padding": 256 * 1024 - len(json.dumps(EVENT))}, 200),
            ({"padding": 256 * 1024 + 1 - len(json.dumps(EVENT))}, 413),
        ],
    )
    def test_lets_in_what_is_stripes_and_of_now(self, knock, sent, answer):
        assert knock(**sent) == answer
        assert StripeEvent.objects.exists() == (answer == 200)

    def test_live_events_come_to_a_live_site_alone(self, knock, settings):
        settings.STRIPE_LIVE = True
        assert [knock(), knock(EVENT | {"livemode": True})] == [400, 200]


def an_event(pk="evt_1", *, type="refund.updated", about="re_1", at=None, **more):  # noqa: A002
    at = at or timezone.now()
    given = {"type": type, "endpoint": "platform", "object_id": about, "payload": b"{}"}
    return StripeEvent.objects.create(id=pk, received_at=at, next_try_at=at, **given | more)


@pytest.fixture
def handled(monkeypatch):
    """The events that a handler of refunds was given; it knows the objects in `known`."""
    seen = []

    def handler(event, *, at):
        seen.append(event.pk)
        if not handler.knows:
            raise UnknownObject(event.object_id)

    handler.seen, handler.knows = seen, True
    for kind in ("refund.created", "refund.updated", "refund.failed"):
        monkeypatch.setitem(HANDLERS, kind, handler)
    return handler


class TestHandling:
    def test_an_unknown_object_is_tried_eight_more_times_over_a_day_and_then_rings(self, db, handled):
        handled.knows = False
        event, at = an_event(), timezone.now()
        for minutes in RETRY_MINUTES:
            assert stripe_events.handle_due(at=at) == 1
            assert stripe_events.handle_due(at=at) == 0
            assert not Alarm.objects.exists()
            at += timedelta(minutes=minutes)
        assert stripe_events.handle_due(at=at) == 1
        event.refresh_from_db()
        assert (event.status, len(handled.seen)) == ("orphaned", 9)
        assert timedelta(hours=24) <= at - event.received_at < timedelta(hours=25)
        assert Alarm.objects.get().kind == "event_orphaned"

    def test_an_orphan_is_handled_again_once_its_cause_is_mended(self, db, handled, capsys):
        event = an_event(status="orphaned", tries=9, last_error="UnknownObject('re_1')")
        call_command("stripe_replay", event=event.pk)
        assert "1 handled, of which 0 could not" in capsys.readouterr().out
        event.refresh_from_db()
        assert (event.status, event.tries, event.last_error) == ("handled", 1, "")

    def test_events_are_replayed_by_type_and_since(self, db, handled):
        now = timezone.now()
        an_event("evt_old", at=now - timedelta(days=2), status="handled")
        an_event("evt_new", about="re_2", status="handled")
        an_event("evt_other", about="re_3", type="refund.failed", status="handled")
        call_command(
            "stripe_replay", type="refund.updated", since=f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}"
        )
        assert handled.seen == ["evt_new"]
        with pytest.raises(CommandError, match="Say which"):
            call_command("stripe_replay")
        with pytest.raises(CommandError, match="no moment"):
            call_command("stripe_replay", since="lately")

    def test_one_look_at_an_object_answers_all_that_wait_about_it(self, db, handled):
        for number, kind in enumerate(("refund.created", "refund.updated", "refund.failed")):
            an_event(f"evt_{number}", type=kind)
        an_event("evt_other", about="re_2")
        an_event("evt_later", at=timezone.now() + timedelta(minutes=1))
        assert stripe_events.handle_due(at=timezone.now()) == 2
        assert handled.seen == ["evt_0", "evt_other"]
        assert [e.pk for e in StripeEvent.objects.filter(status="new")] == ["evt_later"]

    def test_whatever_is_handled_is_subscribed_to(self):
        assert HANDLERS.keys() <= {kind for types in SUBSCRIBED.values() for kind in types}

    def test_an_operator_is_told_what_to_subscribe_to(self, capsys):
        call_command("stripe_subscriptions")
        told = capsys.readouterr().out
        assert all(words in told for words in ("/webhooks/stripe/connect/\n    ", "    payout.paid\n"))
        assert "radar.early_fraud_warning.created" in told


def test_a_refused_signature_leaves_no_trace(knock):
    with pytest.raises(stripe_gateway.ForgedEvent):
        stripe_gateway.verify(b"{}", "", ["whsec_new"], now=timezone.now())
    assert knock(secret="whsec_other") == 400
    assert not StripeEvent.objects.exists()
