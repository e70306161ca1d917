"""Two requests with one `Idempotency-Key` at the same moment, and the same two without."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from projects.models import Project
from tests import cast
from tests.api.conftest import Program, a_key

TIMES = 4


def at_once(ask):
    barrier = Barrier(TIMES)

    def one(number):
        barrier.wait()
        try:
            return ask(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(one, range(TIMES)))


@pytest.fixture
def secret(own_database):
    employer = cast.an_employer()
    return a_key(employer, "post")[1], cast.company_of(employer)


def start(secret, company, **headers):
    return Program(secret).send("projects/", {"company": company.slug}, headers=headers)


def test_one_draft_is_made(secret):
    answers = at_once(lambda _: start(*secret, **{"Idempotency-Key": "one"}))
    assert Project.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert start(*secret, **{"Idempotency-Key": "one"}).json()["public_id"] == Project.objects.get().public_id


def test_without_the_key_each_makes_one(secret):
    at_once(lambda _: start(*secret))
    assert Project.objects.count() == TIMES
