"""Row 15 of PAYMENTS.md 4.4: the database is lost, and a copy of half an hour ago takes its place.

What people decided since then no restore gives back, so nobody decides anything meanwhile: what is lost is what
was sent to Stripe, answered and told. As after `manage.py restore`, nothing is sent until that was found at Stripe.
"""

import os
import time
from contextlib import contextmanager
from datetime import timedelta

import psycopg
from django.db import connections
from psycopg import sql

from marketplace.site.local.servers import OWNER
from payments import operations
from payments.models import Deadline, Operation, SendingStop, StripeEvent
from tests import embedded
from tests.soak import processes

GONE = timedelta(minutes=25)  # of the site's time; an approval is not sent before its 30 minutes of undoing
QUIET, SENT, CAUGHT_UP = 10, 15, 90  # true seconds at most
ENOUGH = 5  # operations that are sent and forgotten
STEP = 5 * 60  # the site's seconds, over and over until it has caught up
DECIDING = (Deadline.Kind.UNDELIVERED_ENDS, Deadline.Kind.FINDING_MOVES)  # money moves by them at once


def lose_and_restore(conductor):
    """False where something falls due meanwhile that moves money by itself, so that another moment is better."""
    if decides_soon(conductor):
        return False
    shared, deadly = conductor.hands.shared, conductor.hands.shared["deadly"]
    shared["people"] = shared["deadly"] = 0
    try:
        wait(conductor, QUIET, lambda: not StripeEvent.objects.due(at=conductor.hands.now()).exists())
        if decides_soon(conductor):
            return False
        name, backup = conductor.site.database, f"{conductor.site.database}_backup"
        with all_stopped(conductor) as admin:
            names = [sql.Identifier(one) for one in (backup, name, OWNER)]
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(*names))
        conductor.hands.leap(GONE.total_seconds())
        before = ended()
        wait(conductor, SENT, lambda: ended() >= before + ENOUGH)
        lost = ended() - before
        with all_stopped(conductor, stop_sending) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(names[1]))
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))
        if not wait(conductor, CAUGHT_UP, lambda: caught_up(conductor)):
            conductor.broken.append(f"nothing was sent for {CAUGHT_UP} s after a restore")
        conductor.counts["database lost and restored"] += 1
        conductor.counts["operations whose end was lost with it"] += lost
    finally:
        shared["people"], shared["deadly"] = 1, deadly
    return True


def ended():
    return Operation.objects.filter(status=Operation.Status.SUCCEEDED).count()


def caught_up(conductor):
    if SendingStop.objects.standing().exists():
        time.sleep(1)
        conductor.hands.leap(STEP)
        return False
    return True


def decides_soon(conductor):
    until = conductor.hands.now() + 2 * GONE
    return Deadline.objects.pending().filter(kind__in=DECIDING, due_at__lt=until).exists()


def stop_sending(conductor):
    """What `manage.py restore` ends with."""
    conductor.redis.flushdb()
    operations.stop_sending(SendingStop.Reason.RESTORED, at=conductor.hands.now())


@contextmanager
def all_stopped(conductor, before_all_begins=lambda conductor: None):
    """Every process of the site is killed, so that nobody is in its database; new ones begin at the end."""
    roles = [r for r in conductor.roles if r.act not in (processes.standin, processes.post)]
    for role in roles:
        conductor.kill_whole(role)
    connections.close_all()
    conductor.hands.close()
    with psycopg.connect(os.environ[embedded.ADMIN_URL], autocommit=True) as admin:
        others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
        while admin.execute(others, [conductor.site.database]).fetchone()[0]:
            time.sleep(0.05)
        yield admin
    conductor.hands.open()
    conductor.hands.leap(0)  # the copy knows only what time it was
    before_all_begins(conductor)
    for role in roles:
        conductor.begin(role)


def wait(conductor, seconds, condition=lambda: False):
    """Whether it came true within so many true seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        conductor.reap()
        if condition():
            return True
        time.sleep(0.1)
    return False
