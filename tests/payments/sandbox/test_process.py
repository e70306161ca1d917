"""The stand-in as its own process: real sockets, real webhooks, kill -9, and everything is still there."""

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest
import stripe

from payments.sandbox.__main__ import main
from payments.sandbox.config import Webhook, from_environment
from tests.payments.sandbox.conftest import Mailbox, World


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.letters.append((self.path, body, dict(self.headers)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.letters = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Process:
    """`python -m payments.sandbox` on one port and one folder, started as often as it is killed."""

    def __init__(self, folder, site):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        hook = f"http://127.0.0.1:{site.server_port}"
        self.env = os.environ | {
            "SANDBOX_KEY": "sk_test_process",
            "SANDBOX_FLOAT_CENTS": "1000",
            "SANDBOX_WEBHOOK_PLATFORM": f"{hook}/platform/|whsec_p",
            "SANDBOX_WEBHOOK_V2": f"{hook}/v2/|whsec_v",
        }
        self.running = None

    def start(self):
        command = [
            sys.executable,
            "-m",
            "payments.sandbox",
            "--port",
            str(self.port),
            "--data-dir",
            str(self.folder),
        ]
        self.running = subprocess.Popen(command, env=self.env, stderr=subprocess.PIPE)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                return self.get("books")
            except OSError:
                time.sleep(0.05)
        raise TimeoutError

    def end(self, number):
        self.running.send_signal(number)
        code = self.running.wait(20)
        self.running.stderr.close()
        return code

    def get(self, name):
        with urllib.request.urlopen(f"{self.base}/_sandbox/{name}", timeout=5) as answer:
            return json.load(answer)["result"]

    def act(self, name, **arguments):
        body, kind = json.dumps(arguments).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.base}/_sandbox/{name}", body, kind)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)["result"]


@pytest.fixture
def process(tmp_path, site):
    process = Process(tmp_path, site)
    process.start()
    yield process
    if process.running.poll() is None:
        process.end(signal.SIGTERM)


@pytest.fixture
def client(process):
    http_client = stripe.RequestsClient(timeout=(2, 2))
    yield stripe.StripeClient(
        "sk_test_process",
        base_addresses=dict.fromkeys(("api", "connect", "files", "meter_events"), process.base),
        http_client=http_client,
        max_network_retries=0,
    )
    http_client.close()


def wait_for(condition):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise TimeoutError


def test_state_survives_kill_9_and_webhooks_come_by_themselves(process, client, site):
    world = World(None, client, Mailbox())
    session = world.session(key="k1")
    assert process.act("pay", session=session.id)["status"] == "complete"
    wait_for(lambda: "/platform/" in [path for path, _, _ in site.letters])
    process.act("advance", hours=2)
    process.act("faults", kind="hang:30", method="POST", path="*/capture")
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.capture(intent, {}, {"idempotency_key": "k2"})
    with pytest.raises(stripe.APIError) as held:
        client.v1.payment_intents.capture(intent, {}, {"idempotency_key": "k2"})
    assert held.value.http_status == 409

    process.end(signal.SIGKILL)
    process.start()
    assert client.v1.payment_intents.retrieve(intent).status == "requires_capture"
    assert client.v1.payment_intents.capture(intent, {}, {"idempotency_key": "k2"}).status == "succeeded"
    assert process.get("books")["platform"]["usd"] == 1000 + 33000 - 987
    assert world.session(key="k1").id == session.id

    process.end(signal.SIGKILL)
    process.start()
    assert client.v1.payment_intents.retrieve(intent).amount_received == 33000
    captured = wait_for(lambda: [body for _, body, _ in site.letters if b"payment_intent.succeeded" in body])
    assert json.loads(captured[0])["data"]["object"]["id"] == intent
    _, body, headers = site.letters[0]
    assert (
        client.construct_event(body, headers["Stripe-Signature"], "whsec_p").type == "payment_intent.created"
    )
    assert process.end(signal.SIGTERM) == 0


def test_faults_are_real_on_a_real_socket(process, client):
    world = World(None, client, Mailbox())
    aim = {"method": "POST", "path": "/v1/checkout/sessions"}
    made = 0

    def as_many_as_made():
        return len(client.v1.checkout.sessions.list().data) == made

    for kind, effect in (("drop_before", 0), ("drop_after_commit", 1), ("truncate", 1), ("hang:2.5", 1)):
        process.act("faults", kind=kind, **aim)
        with pytest.raises(stripe.APIConnectionError):
            world.session(key=kind)
        made += effect
        wait_for(as_many_as_made)
    process.act("faults", kind="garbage", **aim)
    with pytest.raises(stripe.APIError):
        world.session(key="garbage")


def test_an_address_that_others_can_reach_must_be_meant(tmp_path, capsys):
    assert main(["--host", "0.0.0.0", "--data-dir", str(tmp_path)]) == 2
    assert "Say --anywhere if that is meant." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANDBOX_WEBHOOK_V2", "http://site.test/"),
        ("SANDBOX_RESTRICTED_KEYS", "rk_test_1"),
        ("SANDBOX_FLOAT_CENTS", "much"),
        ("SANDBOX_CONNECT_FEES", "perhaps"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(tmp_path, capsys, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert main(["--data-dir", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert (said.count("\n"), name in said) == (1, True)


def test_settings_are_read_from_the_environment():
    config = from_environment(
        {
            "SANDBOX_WEBHOOK_CONNECT": "http://a/|s1, http://b/|s2",
            "SANDBOX_RESTRICTED_KEYS": "rk_test_a=transfers:write,refunds:read;rk_test_b=*:read",
        }
    )
    assert config.webhooks == (Webhook("connect", "http://a/", "s1"), Webhook("connect", "http://b/", "s2"))
    assert config.restricted_keys["rk_test_a"] == {"transfers:write", "refunds:read"}
    assert config.key is None


def test_a_taken_port_is_said(tmp_path, capfd):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["--port", port, "--data-dir", str(tmp_path)]) == 1
    assert "in use" in capfd.readouterr().err
