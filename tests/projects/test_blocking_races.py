"""A student blocks a company in the moment of its offer: one waits for the other, and neither in a ring."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import Company
from marketplace.kernel.transactions import locked, relock
from projects import blocking
from tests import cast
from tests.boards import stands_on

pytestmark = [pytest.mark.usefixtures("own_database"), stands_on(cast.an_application)]
SECONDS = 20


@pytest.fixture
def application(board):
    return board


def somebody_waits():
    end = time.monotonic() + SECONDS
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as watcher:
        while not watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            assert time.monotonic() < end
            time.sleep(0.01)


def beside_an_offer(application, act):
    """What `act` raises while an offer, which locks project, application and company, is half through."""
    half_through = Event()

    def offer():
        with locked(application.project) as project:
            relock(application)
            half_through.set()
            somebody_waits()
            relock(project.company)
        connection.close()

    def other():
        try:
            half_through.wait(SECONDS)
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        return [future.exception(SECONDS) for future in (threads.submit(offer), threads.submit(other))]


def test_both_come_through(application):
    student, company = application.student, application.project.company
    outcomes = beside_an_offer(
        application, lambda: blocking.block_company(company, by=student, at=timezone.now())
    )
    assert outcomes == [None, None]
    application.refresh_from_db()
    assert application.status == "withdrawn"


def test_control_whoever_locks_the_company_first_makes_a_ring(application):
    def the_other_way_round():
        with transaction.atomic():
            Company.objects.select_for_update().get()
            relock(application)

    outcomes = beside_an_offer(application, the_other_way_round)
    assert [type(error) for error in outcomes if error] == [OperationalError]
