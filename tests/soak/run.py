"""One soak from its first process to its verdict, and its control."""

import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from django.conf import settings

from payments.models import Operation
from tests.soak import faults, processes, restore, verdict
from tests.soak.clock import TRUE_CLOCK
from tests.soak.conductor import LEAP, LONG_NIGHT_HOURS, NIGHT_HOURS, Conductor, wait_for
from tests.soak.stage import OWN_CENTS, SILENCE_AFTER, stage
from tests.soak.wish import Soak

COUNT_EVERY, KILL_EVERY, LEAP_EVERY, WIPE_EVERY = 1, 0.4, 0.25, 5  # true seconds
TUNE_EVERY, UPHEAVAL_EVERY, TELL_EVERY = 2, 2, 20
ACTS_A_LEAP, ACTS_A_NIGHT = 15, 150  # that people do meanwhile
IDLE, BUSY, CROWDED = 3, 25, 250  # rows that are due
PATIENCE = 5  # true seconds until the clock leaps all the same
MONTH = 30 * 24 * 3600
STRONGEST = 1  # so that most of what is asked of Stripe still comes to pass


def soak(wish, folder):
    """Run it."""
    began = time.monotonic()
    with stage(wish, folder) as (site, hands):
        run = Run(wish, site, hands)
        with run.conducting():
            if not wish.careless:
                run.watch()
            run.live_through()
            run.come_to_rest()
            return run.judged(time.monotonic() - began)


class Every:
    """Something that is done again and again."""

    def __init__(self, seconds, act):
        self.seconds, self.act, self.next = seconds, act, time.monotonic() + seconds

    def when_due(self):
        if time.monotonic() > self.next:
            self.act()
            self.next = time.monotonic() + self.seconds


class Run:
    def __init__(self, wish, site, hands):
        self.wish, self.hands = wish, hands
        self.conductor = Conductor(site, hands, wish.seed)
        self.struck = Counter()  # faults before the last change of their strength
        self.strength, self.done, self.waited = 1.0, 0.0, 0
        self.acts_before = self.acts_at_leap = self.acts_at_night = 0.0
        self.wants_kills = self.has_enough = False
        self.watched, self.first_leap = (0.0, 0.0), 0.0
        self.wipes_watched = 0
        self.began = time.monotonic()
        self.nights = 0
        self.wants_deploys, self.wants_restores = self.wish.deploys, self.wish.restores

    @contextmanager
    def conducting(self):
        conductor = self.conductor
        conductor.redis.flushdb()
        try:
            self.start_stripe()
            yield
        finally:
            conductor.stop()
            conductor.redis.flushdb()

    def start_stripe(self):
        site, start = self.conductor.site, self.conductor.start
        hooks = {
            f"SANDBOX_WEBHOOK_{channel.upper()}": f"{site.post}/webhooks/stripe/{channel}/|{secrets[0]}"
            for channel, secrets in settings.STRIPE_WEBHOOK_SECRETS.items()
        }
        hooks |= {"SANDBOX_KEY": settings.STRIPE_SECRET_KEY}
        if self.wish.careless:
            hooks |= {"SANDBOX_FLOAT_CENTS": str(OWN_CENTS)}
        start(processes.standin, port_of(site.stripe), hooks, victim="spared")
        wait_for(self.conductor.remote.books)
        start(processes.post, port_of(site.post), victim="spared")

    def watch(self):
        """How long it takes to recover: killed at every point, Valkey wiped, without leaps and without faults."""
        conductor, hands, start = self.conductor, self.hands, self.conductor.start
        start(processes.web, port_of(conductor.site.web), victim="children")
        for pool in (("--pool=solo",), ("--concurrency=2",)):
            start(processes.celery, *pool, victim="whole" if pool == ("--pool=solo",) else "children")
        start(processes.beat)
        start(processes.beat)
        start(processes.town)
        began, site_began = TRUE_CLOCK(), hands.seconds()
        wipes = [40, 55, 100, 120]
        while (passed := hands.seconds() - site_began) < self.wish.watched_for:
            conductor.reap()
            hands.shared["deadly"] = 0.1 if passed < SILENCE_AFTER * 2 else 0
            hands.shared["open"] = float(passed < SILENCE_AFTER * 2)
            if wipes and passed > wipes[0]:
                conductor.wipe()
                wipes.pop(0)
            time.sleep(0.02)
        self.watched, self.wipes_watched = (began, TRUE_CLOCK()), len(conductor.wipes)
        self.first_leap = hands.seconds()

    def live_through(self):
        """All at once, until there are as many operations, kills and faults as were asked for."""
        conductor = self.conductor
        self.go_faster()
        self.break_all()
        end = time.monotonic() + self.wish.patience
        acts = [
            Every(COUNT_EVERY, self.count),
            Every(KILL_EVERY, self.kill),
            Every(LEAP_EVERY, self.leap),
            Every(WIPE_EVERY, conductor.wipe),
            Every(TUNE_EVERY, self.tune),
            Every(UPHEAVAL_EVERY, self.upheave),
            Every(TELL_EVERY, self.tell),
        ]
        while not self.has_enough:
            conductor.reap()
            for act in acts:
                act.when_due()
            if time.monotonic() > end:
                conductor.broken.append(f"the time was over when {self.done:.0%} was done")
                return
            time.sleep(0.02)

    def kill(self):
        """Somebody dies wherever they are, and others at named points, as long as there were too few."""
        if self.wants_kills:
            self.conductor.kill_one()

    def leap(self):
        """Once people did some more and most of what is due is done, or nothing goes on, or it takes too long."""
        acts, due = self.hands.shared["acts"], self.conductor.due()
        self.waited += 1
        idle = acts == self.acts_before and due < IDLE
        if not CROWDED / 2 <= due <= CROWDED:  # people wait while so much of what they did is not done yet
            self.hands.shared["people"] = float(due < CROWDED)
        self.acts_before = acts
        if (
            idle
            or (acts > self.acts_at_leap + ACTS_A_LEAP and due < BUSY)
            or self.waited * LEAP_EVERY > PATIENCE
        ):
            self.waited, self.acts_at_leap = 0, acts
            self.conductor.leap()
        if acts > self.acts_at_night + ACTS_A_NIGHT:
            self.acts_at_night = acts
            self.nights += 1
            self.conductor.night(LONG_NIGHT_HOURS if not self.hands.shared["post"] else NIGHT_HOURS)
            # Every third time no letter comes from Stripe until the next night, which is long: all are lost.
            self.hands.shared["post"] = float(self.nights % 3 != 1)

    def upheave(self):
        """Deploys and restores of a lost database, evenly over the whole."""
        wish = self.wish
        if self.wants_deploys > wish.deploys * (1 - self.done) + 0.5:
            self.wants_deploys -= 1
            self.conductor.deploy()
        if self.wants_restores > wish.restores * (1 - self.done) + 0.5:
            self.struck = self.faults_so_far()
            self.conductor.remote.mend()  # after a restore much is read at Stripe in one go
            self.hands.shared["post"] = 1
            self.wants_restores -= restore.lose_and_restore(self.conductor)
            self.break_all()

    def tell(self):
        """How far it is, for who waits."""
        struck, kills = sum(self.faults_so_far().values()), sum(self.conductor.deaths().values())
        self.say(
            f"{self.done:4.0%}, {kills} kills, {struck} faults, strength {self.strength:.1f}, "
            f"{self.conductor.due()} due"
        )

    def say(self, words):
        print(f"{time.monotonic() - self.began:5.0f} s: {words}", flush=True)  # noqa: T201

    def go_faster(self):
        """The same site with leaps of its clock, and some who work without Celery."""
        conductor, start = self.conductor, self.conductor.start
        conductor.stop(processes.web, processes.celery, processes.beat, processes.town)
        self.hands.set(pace=self.wish.pace)
        conductor.site = replace(conductor.site, pace=self.wish.pace)
        self.hands.shared["open"] = 1
        if not self.wish.careless:
            start(processes.web, port_of(conductor.site.web), victim="children")
            start(processes.celery, "--pool=solo")
            start(processes.celery, "--concurrency=2", victim="children")
            start(processes.beat)
            start(processes.beat)
        for _ in range(self.wish.crowd):
            start(processes.drain)
            start(processes.town)

    def count(self):
        """How far it is: of the operations that are wanted, and of the kills and faults that belong to them."""
        wish, rows = self.wish, Operation.objects.all()
        operations = rows.filter(kind=Operation.Kind.TRANSFER).count() if wish.careless else rows.count()
        self.done = min(operations / wish.operations, 1.0)
        struck, kills = sum(self.faults_so_far().values()), sum(self.conductor.deaths().values())
        self.wants_kills = kills < wish.kills * self.done
        self.hands.shared["deadly"] = 0.5 if self.wants_kills else 0
        renewed = not self.wants_deploys and not self.wants_restores
        enough = struck >= wish.faults and kills >= wish.kills and renewed
        self.has_enough = self.done == 1 and enough
        self.hands.shared["open"] = float(not self.has_enough)

    def tune(self):
        """Break more or less, so that faults keep pace with operations."""
        struck, wanted = sum(self.faults_so_far().values()), self.wish.faults
        if struck < wanted * (self.done - 0.02) and self.strength < STRONGEST:
            self.retune(1.4)
        elif struck > wanted * (self.done + 0.1) and self.strength > 0.3:
            self.retune(0.7)

    def faults_so_far(self):
        return self.struck + Counter(self.conductor.remote.struck())

    def retune(self, factor):
        self.struck = self.faults_so_far()
        self.conductor.remote.mend()
        self.strength *= factor
        self.break_all()

    def break_all(self):
        shares = faults.DOUBTS if self.wish.careless else faults.SHARES
        remote, seed = self.conductor.remote, self.wish.seed
        faults.break_all(remote, seed=seed, strength=self.strength, shares=shares)

    def come_to_rest(self):
        """Nobody dies and nothing breaks any more: days pass until nothing is left to do.

        For the control Stripe stays as it is, and a month must do: some of its work never comes to an end.
        """
        conductor, hands, careless = self.conductor, self.hands, self.wish.careless
        self.struck = self.faults_so_far()
        if not careless:
            conductor.remote.mend()
        hands.shared["deadly"] = hands.shared["open"] = 0
        hands.shared["post"] = hands.shared["people"] = 1
        tell = Every(TELL_EVERY, lambda: self.say(f"coming to rest, {left} things are left to do"))
        end = hands.seconds() + MONTH if careless else time.monotonic() + self.wish.patience
        while (left := conductor.left()) and (hands.seconds() if careless else time.monotonic()) < end:
            conductor.reap()
            tell.when_due()
            due = conductor.next_due()
            if due is None or due > timedelta(hours=2):  # or somebody decides, some days later
                hours = int((due or timedelta()).total_seconds() // 3600) + 1
                conductor.night((max(hours, NIGHT_HOURS[0]), max(hours, NIGHT_HOURS[1])))
            elif due.total_seconds() > 0:
                hands.leap(LEAP)
            time.sleep(LEAP_EVERY)
        if left and not careless:
            conductor.broken.append(f"{left} things were left to do")

    def judged(self, seconds):
        conductor, pace = self.conductor, self.wish.watch_pace
        conductor.stop(*(role.act for role in conductor.roles if role.act is not processes.standin))
        if not self.wish.careless:
            conductor.compare()
        found = verdict.judge(conductor.remote)
        found.wrong += conductor.broken
        rows, silences = Operation.objects.values_list("kind", "epoch"), verdict.silences()
        return Soak(
            wish=self.wish,
            verdict=found,
            seconds=seconds,
            operations={
                "by kind": Counter(kind for kind, _ in rows),
                "new keys": sum(epoch > 0 for _, epoch in rows),
            },
            kills=conductor.deaths(),
            faults=self.struck,
            webhooks=conductor.told(),
            events=conductor.counts,
            recoveries=verdict.recoveries(*self.watched, pace),
            after_wipes=verdict.after_wipes(conductor.wipes[: self.wipes_watched], pace),
            silences=[late for at, late in silences if at < self.first_leap],
            all_silences=[late for _, late in silences],
        )


def port_of(address):
    return int(address.rpartition(":")[2])
