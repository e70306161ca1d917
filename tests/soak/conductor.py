"""The conductor of a soak: starts the processes, kills them, wipes Valkey, moves the clock, counts."""

import os
import random
import signal
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from redis import Redis

from marketplace.site.local.processes import free_port
from payments.models import Chargeback, Deadline, FraudCheck, Hold, Operation, StripeEvent
from tests.forks import FORKS
from tests.soak import faults, processes
from tests.soak.clock import TRUE_CLOCK
from tests.soak.remote import Remote

READY = 60  # true seconds
LEAP = 50 * 60  # the longest: a key is trusted for 23 h and kept for 24, so no call may take an hour
NIGHT_HOURS = (25, 60)
LONG_NIGHT_HOURS = (73, 100)  # beyond the three days in which Stripe tries a webhook again
SOFTLY = 45  # true seconds in which a process ends what it is in; Celery is given 40
STARTING = 10  # true seconds in which Celery may end by itself, if a process of its pool is killed meanwhile


RENEWED = (processes.web, processes.celery, processes.beat, processes.drain)


@dataclass
class Role:
    """One process of the site, started again whenever it has died."""

    act: object
    args: tuple = ()
    victim: str = "whole"  # whole: may be killed; children: those it forked may; spared: none
    process: object = None
    lives: int = 0
    began: float = 0

    @property
    def name(self):
        return self.act.__name__


@dataclass
class Conductor:
    site: processes.Site
    hands: object  # of the clock
    seed: int
    roles: list = field(default_factory=list)
    kills: Counter = field(default_factory=Counter)
    counts: Counter = field(default_factory=Counter)
    wipes: list = field(default_factory=list)  # when, in true seconds, and what waited then
    broken: list = field(default_factory=list)  # processes that ended by themselves

    def __post_init__(self):
        self.rng = random.Random(self.seed)
        self.remote = Remote(self.site.stripe)
        self.redis = Redis.from_url(self.site.redis)

    # Processes

    def start(self, act, *args, victim="whole"):
        role = Role(act, args, victim)
        self.roles.append(role)
        self.begin(role)
        return role

    def begin(self, role):
        role.lives, role.began = role.lives + 1, time.monotonic()
        given = (role.act, self.site, f"{id(role) % 997}-{role.lives}", *role.args)
        role.process = FORKS.Process(target=processes.begin, args=given, daemon=True)
        role.process.start()

    def reap(self):
        """Start again what has died; what ended otherwise than by SIGKILL is a fault of ours."""
        for role in self.roles:
            if role.process.is_alive():
                continue
            starting = role.act is processes.celery and time.monotonic() < role.began + STARTING
            if starting and role.process.exitcode == 0:  # Could not start worker processes
                self.counts["Celery gave up, as its pool was killed at its start"] += 1
            elif role.process.exitcode != -signal.SIGKILL:
                self.broken.append(f"{role.name} ended with {role.process.exitcode}")
            self.begin(role)

    def stop(self, *acts):
        """End the processes of these kinds, or all."""
        chosen = [role for role in self.roles if not acts or role.act in acts]
        for role in chosen:
            if role.act is processes.web:  # whose workers end with it
                role.process.terminate()
                role.process.join(5)
            for child in children_of(role.process.pid):
                send(child, signal.SIGKILL)
            role.process.kill()
        for role in chosen:
            role.process.join(READY)
            self.roles.remove(role)

    def compare(self):
        """Our book with Stripe's, as every night."""
        last = FORKS.Process(target=processes.begin, args=(processes.compare, self.site, "end"))
        last.start()
        last.join(READY)
        if last.exitcode != 0:
            self.broken.append(f"the last comparison with Stripe ended with {last.exitcode}")

    def everyone(self):
        """All processes of the site, with those that they forked; Stripe and the post are not of the site."""
        ours = [r for r in self.roles if r.act not in (processes.standin, processes.post)]
        pids = [role.process.pid for role in ours]
        return pids + [child for pid in pids for child in children_of(pid)]

    # What befalls them

    def kill_one(self):
        victims = [
            (role.name, pid)
            for role in self.roles
            if role.victim != "spared"
            for pid in ([role.process.pid] if role.victim == "whole" else children_of(role.process.pid))
        ]
        if victims:
            name, pid = self.rng.choice(victims)
            send(pid, signal.SIGKILL)
            self.kills[f"at random: {name}"] += 1

    def wipe(self):
        """Valkey forgets everything; what is due and untaken now is found again by the sweep alone."""
        at = self.hands.now()
        self.redis.flushdb()
        untaken = Operation.objects.due(at=at).filter(status=Operation.Status.PLANNED)
        self.wipes.append((TRUE_CLOCK(), set(untaken.values_list("pk", flat=True))))
        self.counts["Valkey wiped"] += 1

    def leap(self):
        self.hands.leap(self.rng.choice((60, 300, LEAP, LEAP)))
        self.counts["leaps of the clock"] += 1

    def deploy(self):
        """Each process of the site is asked to end what it is in (SIGTERM), and a new one takes its place."""
        renewed = [r for r in self.roles if r.act in RENEWED]
        for role in renewed:
            role.process.terminate()
        for role in renewed:
            role.process.join(SOFTLY)
            if role.process.is_alive():
                self.broken.append(f"{role.name} did not end within {SOFTLY} s of SIGTERM")
                self.kill_whole(role)
            self.begin(role)
        self.counts["deploys under way (SIGTERM)"] += 1

    def kill_whole(self, role):
        for pid in [role.process.pid, *children_of(role.process.pid)]:
            send(pid, signal.SIGKILL)
        role.process.join(READY)

    def night(self, hours=NIGHT_HOURS):
        """The whole site stands still for a day or two, wherever it is, and Stripe forgets every key meanwhile."""
        stopped = self.everyone()
        for pid in stopped:
            send(pid, signal.SIGSTOP)
        time.sleep(0.05)  # what was asked of Stripe already is done there
        self.hands.leap(3600 * self.rng.randint(*hours))
        self.remote.faults(kind="prune_keys", path=faults.PRUNED_AT)
        with suppress(OSError):  # it needs a key of ours; the fault strikes before that is asked
            urllib.request.urlopen(self.site.stripe + faults.PRUNED_AT, timeout=READY).close()
        for pid in stopped:
            send(pid, signal.SIGCONT)
        self.counts["nights that the site stood still"] += 1

    # What is left to do

    def left(self):
        """How much is unfinished."""
        holds = Hold.objects.exclude(status__in=["void", "settled"]).count()
        open_ones = Operation.objects.filter(status__in=(*Operation.OPEN, "blocked")).count()
        looked_at = Chargeback.objects.filter(status__in=Chargeback.OPEN).count()
        looked_at += FraudCheck.objects.waiting().count()
        return holds + open_ones + looked_at + StripeEvent.objects.filter(status="new").count()

    def due(self):
        """How much waits to be done now."""
        at = self.hands.now()
        return Operation.objects.due(at=at).count() + StripeEvent.objects.due(at=at).count()

    def next_due(self):
        """How long until something happens by itself; None where nothing will."""
        rows = (
            Operation.objects.filter(status__in=Operation.OPEN)
            .order_by("next_try_at")
            .values_list("next_try_at"),
            StripeEvent.objects.filter(status="new").order_by("next_try_at").values_list("next_try_at"),
            Deadline.objects.pending().order_by("due_at").values_list("due_at"),
        )
        first = [found[0] for row in rows if (found := row.first())]
        return min(first) - self.hands.now() if first else None

    def deaths(self):
        """Kills so far, at named points and at random, by where."""
        named = Counter(line.split()[1] for line in self.lines() if line.startswith("kill "))
        return Counter({f"at {point}": n for point, n in named.items()}) + self.kills

    def told(self):
        """What became of webhooks."""
        return Counter(line[8:].rpartition(" ")[0] for line in self.lines() if line.startswith("webhook "))

    def lines(self):
        return self.site.tally.read_text().splitlines() if self.site.tally.exists() else []


def children_of(pid):
    """The processes that this one forked."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def send(pid, what):
    with suppress(ProcessLookupError):
        os.kill(pid, what)


def wait_for(condition, *, seconds=READY):
    """The first answer that is not nothing. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError):
            if found := condition():
                return found
        time.sleep(0.05)
    raise TimeoutError(condition)


def ports(number):
    return [free_port() for _ in range(number)]
