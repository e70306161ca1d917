"""`Idempotency-Key`: what is asked twice is done once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.kernel import idempotency
from marketplace.kernel.models import KeptAnswer
from projects.models import Application
from tests import cast

pytestmark = pytest.mark.django_db
BID = {"motivation": "I want to.", "answers": ["A.", "B."]}


@pytest.fixture
def bid(program):
    student, project = cast.a_student(), cast.an_open_project()
    keyed = program(student, "apply")

    def send(key="one", document=BID, **more):
        path = f"projects/{project.public_id}/applications/"
        return keyed.send(path, document, headers={"Idempotency-Key": key} if key else {}, **more)

    send.project, send.student = project, student
    return send


def test_the_same_request_again_has_the_same_answer(bid):
    first, second = bid(), bid()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert Application.objects.count() == 1


def test_without_a_key_the_rule_alone_decides(bid):
    bid(key=None)
    assert bid(key=None).status_code == 409


def test_another_request_under_the_same_key_is_refused(bid):
    bid()
    answer = bid(document=BID | {"motivation": "Another."})
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_mismatch"


def test_the_order_of_a_document_does_not_matter(bid):
    bid()
    assert bid(document=dict(reversed(BID.items()))).status_code == 201


def test_what_was_refused_frees_the_key(bid):
    assert bid(document={}).status_code == 400
    assert bid().status_code == 201


def test_a_rule_that_refused_frees_the_key(bid, settings):
    settings.LIVE_APPLICATIONS = 0
    assert bid().status_code == 409
    settings.LIVE_APPLICATIONS = 5
    assert bid().status_code == 201


def test_while_the_first_one_runs_the_second_is_told_so(bid):
    bid()
    KeptAnswer.objects.update(status=None)
    answer = bid()
    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency_in_progress"


def test_who_died_meanwhile_is_stood_in_for(bid):
    bid()
    KeptAnswer.objects.update(status=None, claimed_at=timezone.now() - idempotency.LEASE)
    assert bid().json()["code"] == "already_applied"  # the rule sees what was done


def test_the_key_of_another_person_is_another_key(bid, program):
    bid()
    other = program(cast.another_student(), "apply")
    path = f"projects/{bid.project.public_id}/applications/"
    answer = other.send(path, BID, headers={"Idempotency-Key": "one"})
    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer


@pytest.mark.parametrize("key", ["x" * 256, "two words", "snow☃"])
def test_a_key_that_is_none_is_refused(bid, key):
    answer = bid(key=key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["errors"]


def test_an_answer_is_kept_for_a_day(bid, time_machine):
    bid()
    at = timezone.now()
    assert idempotency.forget(at=at + idempotency.KEPT - timedelta(minutes=1)) == 0
    assert idempotency.forget(at=at + idempotency.KEPT) == 1


def test_a_key_of_yesterday_that_is_not_swept_yet_is_new(bid):
    bid()
    KeptAnswer.objects.update(claimed_at=timezone.now() - idempotency.KEPT)
    assert bid(document=BID | {"motivation": "Another."}).json()["code"] == "already_applied"
