"""What each process of a soak does. Each is forked from one that has loaded the site, so that it starts at once."""

import ctypes
import io
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup()

import stripe  # noqa: E402
from celery.signals import task_prerun  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from gunicorn.app.base import BaseApplication  # noqa: E402

import marketplace.urls  # noqa: E402, F401 - loaded once, for all
import payments.views  # noqa: E402, F401
from marketplace.celery import app  # noqa: E402
from marketplace.site.local.processes import PR_SET_PDEATHSIG  # noqa: E402
from marketplace.wsgi import application  # noqa: E402
from payments.reconciling import jobs  # noqa: E402
from payments.sandbox.__main__ import main as standin_main  # noqa: E402
from tests.soak import people, relay, usual_rule  # noqa: E402
from tests.soak.clock import TRUE_CLOCK, Clock, Shared  # noqa: E402

app.loader.import_default_modules()

DECISIONS = ("decided", "decision_committed")
CALLS = ("claimed", "sending", "sent", "before_finished", "finished", "event_claimed", "event_booked")
DOORS = ("event_received", "event_kept")
POINTS = (*DECISIONS, *CALLS, *DOORS)  # the named ones of PAYMENTS.md 4.4
KILL = os.kill
IDLE = 0.4  # true seconds that somebody waits who found nothing to do: looking costs as much as working


@dataclass(frozen=True)
class Site:
    """What the processes of one soak share."""

    database: str
    folder: Path
    redis: str
    stripe: str
    web: str
    post: str
    pace: float
    seed: int
    careless: bool = False  # the control: the usual rule instead of ours

    @property
    def tally(self):
        """A line for each thing that happened, written by whoever did it."""
        return self.folder / "tally"


def begin(act, site, number, *args):
    """A process of the site, with the soak's clock and numbers; it notes where it kills itself."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    log = (site.folder / f"{act.__name__}.log").open("a", buffering=1)
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    sys.stdout = sys.stderr = log
    connection.settings_dict["NAME"] = site.database
    shared = Shared(site.folder / "shared")
    Clock(shared).install()
    configure(site)
    os.kill = lambda pid, how: (note(site, f"kill {os.environ.get('FAILPOINT')}", pid), KILL(pid, how))
    chance = Chance(shared, random.Random(f"{site.seed} {act.__name__} {number}"))
    act(site, chance, *args)


def configure(site):
    """The pauses of the run are divided by its pace; the protocol's own rules are the product's."""
    settings.STRIPE_API_BASE, settings.SITE_URL = site.stripe, site.web
    settings.STRIPE_TIMEOUT = (max(3.05 / site.pace, 2), max(25 / site.pace, 2.5))
    settings.STRIPE_TOLERANCE_SECONDS = (
        10**6
    )  # or each leap would make every letter too old that is on its way
    settings.FAILED_CARDS_A_DAY = 10**9  # or the first declined cards would stop a company
    stripe.HTTPClient.INITIAL_DELAY, stripe.HTTPClient.MAX_DELAY = 0.5 / site.pace, 5 / site.pace
    app.conf.broker_url = site.redis
    app.conf.beat_schedule = {
        task: {
            "task": task,
            "schedule": seconds / site.pace,
            "options": {"expires": max(seconds / site.pace, 1)},
        }
        for task, seconds in settings.SWEEPS.items()
        if task.startswith("payments.") or task == "kernel.tick"
    }
    if site.careless:
        usual_rule.take_over()


def note(site, what, pid=None):
    if pid is None or pid == os.getpid():
        with site.tally.open("ab", buffering=0) as tally:
            tally.write(f"{what} {TRUE_CLOCK()}\n".encode())


class Chance:
    """Whether this piece of work is to die, and where."""

    def __init__(self, shared, rng):
        self.shared, self.rng = shared, rng

    def arm(self, points):
        deadly = self.rng.random() < self.shared["deadly"]
        os.environ["FAILPOINT"] = self.rng.choice(points) if deadly else ""


def standin(site, chance, port, hooks):
    """The stand-in for Stripe, told where webhooks go and that the platform has money of its own."""
    os.environ |= hooks
    standin_main(["--port", str(port), "--data-dir", str(site.folder)])


def web(site, chance, port):
    """The site's web server, as a local run starts it; each worker may die at the door of webhooks."""

    def door(environ, start_response):
        chance.arm(DOORS)
        return application(environ, start_response)

    class Server(BaseApplication):
        def load_config(self):
            options = {
                "bind": f"127.0.0.1:{port}",
                "workers": 2,
                "threads": 4,
                "worker_class": "gthread",
                "graceful_timeout": 2,
                "loglevel": "critical",
                "control_socket_disable": True,
                "post_fork": lambda server, worker: chance.rng.seed(f"{site.seed} web {worker.pid}"),
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self):
            return door

    Server().run()


def celery(site, chance, *pool):
    """A Celery worker of the money's queue."""
    task_prerun.connect(lambda **_: chance.arm(CALLS), weak=False)
    lonely = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    app.worker_main(["worker", "--queues=money,celery", "--loglevel=critical", *pool, *lonely])


def beat(site, chance):
    app.Beat(loglevel="CRITICAL", quiet=True, schedule=None, max_interval=0.5).run()


def said(silence):
    """Whether anything was done."""
    words = silence.getvalue()
    silence.seek(0)
    silence.truncate()
    return not words.startswith("0 ")


def drain(site, chance):
    """Who works without Celery: `manage.py drain`, again and again."""
    silence = io.StringIO()
    while True:
        chance.arm(CALLS)
        call_command("drain", "--once", stdout=silence)
        time.sleep(0.05 if said(silence) else IDLE)


def compare(site, chance):
    """Once, at the end: what rang because the clock leapt while Stripe was being read is over, or it rings."""
    jobs.run_checks(at=timezone.now())


def town(site, chance):
    """The people: employers, students, and cards that pay."""
    people.live(site, chance, DECISIONS)


def post(site, chance, port):
    """The post between Stripe and us, which loses, doubles and mixes up letters."""
    relay.serve(site.web, port, chance.rng, lambda what: note(site, what), lambda: chance.shared["post"])
