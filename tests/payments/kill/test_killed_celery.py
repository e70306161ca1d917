"""A real Celery worker and a real Valkey: nudges that are lost or doubled, and a task that nobody acknowledged."""

import time

import pytest
from celery import current_app
from django.conf import settings
from redis import Redis

from marketplace.kernel.transactions import nudge
from tests.payments.kill import processes
from tests.payments.kill.conftest import wait_for

QUEUE = "money"


@pytest.fixture
def valkey():
    with Redis.from_url(settings.REDIS_URL) as valkey:
        yield valkey


def nudges(valkey):
    """The messages that wait for a worker."""
    return valkey.lrange(QUEUE, 0, -1)


def all_acknowledged(valkey):
    return not valkey.exists(QUEUE, "unacked")


def taken():
    """How often the one worker took a task of each name."""
    answers = current_app.control.inspect(limit=1).stats() or {}
    return [stats["total"] for stats in answers.values()]


def approve(world):
    """And nudge, as a rule does where an operation is due at once."""
    world.approve()
    nudge("payments.run_operation", world.transfer.pk)


def is_paid(world):
    return lambda: world.transfer.status == "succeeded" and world.paid_once()


def test_a_nudge_that_valkey_lost_is_made_good_by_the_sweep(world, valkey):
    approve(world)
    assert len(nudges(valkey)) == 1
    valkey.flushdb()
    world.start(processes.celery, 1)
    time.sleep(0.5)
    assert world.transfer.status == "planned"

    current_app.send_task("payments.sweep")  # as beat does every 15 seconds

    assert wait_for(is_paid(world))


def test_a_nudge_that_comes_twenty_times_sends_once(world, valkey):
    approve(world)
    (message,) = nudges(valkey)
    valkey.rpush(QUEUE, *[message] * 19)

    world.start(processes.celery, 2)

    assert wait_for(is_paid(world))
    assert wait_for(lambda: all_acknowledged(valkey))
    assert world.transfer.attempts == 1


def test_a_task_that_died_before_its_acknowledgement_comes_again_and_does_nothing(world, valkey):
    """The process of the pool is killed once the transfer is booked; its worker hands the message out again."""
    approve(world)
    worker = world.start(processes.celery, 1, dies_at="finished")

    assert wait_for(is_paid(world))
    assert wait_for(lambda: all_acknowledged(valkey))
    assert worker.is_alive()
    assert wait_for(lambda: taken() == [{"payments.run_operation": 2}])
    assert world.transfer.attempts == 1
    assert not world.transfer.tries.exclude(outcome="").exists()  # it died before it could say so
