"""Webhooks at the site's own door, 200 a second, whatever becomes of those before: from the moment each was due."""

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager, suppress

from django.conf import settings

from marketplace.environment import CHECKOUT
from marketplace.site.local.processes import free_port, spawn, stop
from marketplace.site.local.run import gunicorn
from payments.sandbox.webhooks import sign
from tests.bench.measuring import ROUNDS, Measured, percentile

A_SECOND, SECONDS = 200, 4
THREADS = 24


def measure(database):
    """In each round webhooks, and beside them as many requests that do nothing."""
    with web_server() as port:
        send(port, [hook(f"warm{number}") for number in range(100)])
        intake, nothing, failed = [], [], []
        for number in range(ROUNDS):
            hooks = [hook(f"{number}x{one}") for one in range(A_SECOND * SECONDS)]
            answers = send(port, hooks)
            intake.append(1000 * percentile([seconds for seconds, _ in answers], 0.99))
            failed.append(sum(status != 200 for _, status in answers))
            idle = send(port, [("GET", "/healthz", None, {})] * len(hooks))
            nothing.append(1000 * percentile([seconds for seconds, _ in idle], 0.99))
    return [
        Measured(
            f"a webhook kept at {A_SECOND} a second, slowest of a hundred",
            intake,
            "ms",
            goal=50,
            at_most=True,
        ),
        Measured("of them not answered with 200", failed, "", goal=0, at_most=True),
        Measured("a request that does nothing, at the same rate", nothing, "ms"),
    ]


@contextmanager
def web_server():
    port = free_port()
    command = [sys.executable, *gunicorn(f"127.0.0.1:{port}")]
    process = spawn(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 90
        while time.monotonic() < end:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                break
            time.sleep(0.1)
        yield port
    finally:
        stop(process, signal.SIGTERM, seconds=20)


def hook(name):
    about = {"id": f"tr_{name}", "object": "transfer"}
    event = {"id": f"evt_{name}", "object": "event", "type": "transfer.created", "livemode": False}
    body = json.dumps(event | {"data": {"object": about}}).encode()
    return "POST", "/webhooks/stripe/platform/", body, {"Content-Type": "application/json"}


def send(port, requests):
    """The seconds from when each was due to its answer, and the status of that."""
    answers, begin = [None] * len(requests), time.perf_counter() + 0.2

    def work(first):
        for number in range(first, len(requests), THREADS):
            due = begin + number / A_SECOND
            time.sleep(max(due - time.perf_counter(), 0))
            answers[number] = (ask(port, *requests[number]), time.perf_counter() - due)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [(seconds, status) for status, seconds in answers]


def ask(port, method, path, body, headers):
    if body is not None:
        secrets = settings.STRIPE_WEBHOOK_SECRETS["platform"]
        headers = headers | {"Stripe-Signature": sign(body, secrets, int(time.time()))}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
    except OSError:
        return 0
    else:
        return answer.status
    finally:
        connection.close()
