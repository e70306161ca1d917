"""A delivered part whose approval lets the money go, in a world of real processes."""

import http.server
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from marketplace.site.local.processes import free_port
from payments.models import Operation, Release
from projects.models import Deliverable
from tests import stages
from tests.forks import FORKS
from tests.payments import staging, steps
from tests.payments.kill import processes

DAYS_AGO = 9  # the first charges of a company rest for 7 days
SECONDS = 60


class Remote:
    """The stand-in's control, over HTTP."""

    def __init__(self, base):
        self.base = base

    def __getattr__(self, name):
        return lambda **arguments: self.ask(name, json.dumps(arguments).encode())

    def ask(self, name, body=None):
        request = urllib.request.Request(
            f"{self.base}/_sandbox/{name}", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)["result"]

    def books(self):
        return self.ask("books")

    def report(self):
        return self.ask("report")


@dataclass
class World:
    """One engagement, the books of both sides, and the processes that work on them."""

    database: str
    remote: Remote
    part: Deliverable
    approved_at: datetime
    processes: ExitStack

    def start(self, act, *args, stripe=None, dies_at=""):
        """A process of its own that does `act` and then ends, unless it dies before."""
        given = (act, self.database, stripe or self.remote.base, dies_at, *args)
        process = FORKS.Process(target=processes.begin, args=given)
        process.start()
        self.processes.callback(process.join, SECONDS)
        self.processes.callback(process.kill)
        return process

    def end(self, act, *args, **options):
        """Its exit status, once it has ended."""
        process = self.start(act, *args, **options)
        process.join(SECONDS)
        return process.exitcode

    def approve(self, **options):
        return self.end(processes.approve, self.part.pk, self.approved_at, **options)

    def drain(self, **options):
        return self.end(processes.drain, **options)

    @property
    def transfer(self):
        """The operation that pays the part."""
        return Release.objects.standing().get(share__deliverable=self.part).operation

    def made(self):
        """The cents of each transfer at Stripe that carries this operation's mark."""
        mark = str(self.transfer.pk)
        rows = self.remote.report()["transfers"].values()
        return [row["amount"] for row in rows if row["metadata"]["fh_op"] == mark]

    def grow_older(self, **age):
        """Stripe's clock goes on, and what waits in our rows has waited for as much longer."""
        gone = timedelta(**age)
        self.remote.advance(seconds=int(gone.total_seconds()))
        for name in ("epoch_sent_at", "last_500_at", "lease_until", "next_try_at"):
            Operation.objects.exclude(**{name: None}).update(**{name: F(name) - gone})

    def work_off(self):
        """Fresh workers, one after the other and hours apart, until the transfer is done."""
        for _ in range(12):
            assert self.drain() == 0
            if self.transfer.status == Operation.Status.SUCCEEDED:
                return
            self.grow_older(hours=3)
        raise AssertionError(self.transfer.status)

    def paid_once(self):
        """Both books agree that the student got this part's share, once."""
        release = Release.objects.get(operation=self.transfer)
        assert self.made() == [self.part.share_cents]
        assert self.transfer.status == Operation.Status.SUCCEEDED
        assert release.sent_at is not None
        steps.books_agree(self.remote)
        return True


@pytest.fixture(scope="module")
def delivered(django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[staging.Stage]:
    """The first part is handed in, days ago, and its student can be paid."""
    at = timezone.now() - timedelta(days=DAYS_AGO)

    def build(sandbox):
        engagement = stages.under_way(sandbox, at=at)
        steps.a_ready_payee(sandbox, engagement.student, at=at)
        stages.deliver(engagement, at=at)
        return engagement.deliverables.get(number=1), at

    with (
        django_db_blocker.unblock(),
        staging.staged("delivered", build, tmp_path_factory.mktemp("delivered"), tells=False) as stage,
    ):
        yield stage


@pytest.fixture
def world(delivered: staging.Stage, tmp_path: Any) -> Iterator[World]:
    part, at = delivered.about
    port = free_port()
    with staging.copied(delivered, tmp_path) as database, ExitStack() as ends:
        made = World(database, Remote(f"http://127.0.0.1:{port}"), part, at, ends)
        made.start(processes.stripe, port, tmp_path)
        wait_for(made.remote.books)
        yield made


def wait_for(condition):
    """The first answer that is not nothing."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            if found := condition():
                return found
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError


class Wire(http.server.BaseHTTPRequestHandler):
    """A wire to Stripe that swallows every answer and, if it is told to, the request before it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.carries:
            request = urllib.request.Request(self.server.to + self.path, body, dict(self.headers))
            urllib.request.urlopen(request, timeout=20).close()
        self.server.swallowed.set()
        self.server.cut.wait(SECONDS)

    def log_message(self, *args):
        pass


@pytest.fixture
def wire(world: World) -> Iterator[Any]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    server.to, server.carries = world.remote.base, False
    server.base = f"http://127.0.0.1:{server.server_port}"
    server.swallowed, server.cut = threading.Event(), threading.Event()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.cut.set()
    server.shutdown()
    server.server_close()
