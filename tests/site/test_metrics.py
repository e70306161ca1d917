"""What the operator's monitoring is told, and who is told it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from marketplace.kernel import pulse
from payments.models import Alarm, ReconciliationRun
from tests import cast

TOKEN = "a token of more than twenty-four characters"


@pytest.fixture
def figures(client, settings):
    """Each figure by its name and label."""
    settings.METRICS_TOKEN = TOKEN

    def figures():
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        families = text_string_to_metric_families(answer.text)
        return {
            (sample.name.removeprefix("foothold_"), *sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }

    return figures


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}\u00e9"])
def test_nobody_without_the_token_finds_it(client, settings, sent):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404


def test_without_a_token_set_nobody_does(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_what_should_have_been_done_shows_and_for_how_long(db, figures):
    assert figures()["due", "project_deadlines"] == 0
    project = cast.an_open_project(at=timezone.now() - timedelta(days=8))
    late = timezone.now() - project.applications_close_at
    found = figures()
    assert found["due", "project_deadlines"] == 1
    assert found["overdue_seconds", "project_deadlines"] == pytest.approx(late.total_seconds(), abs=60)
    assert found["due", "letters"] > 0


def test_the_pulse_shows_whether_the_background_work_lives(db, figures):
    assert figures()["pulse_seconds",] == -1
    pulse.beat(at=timezone.now() - timedelta(minutes=5))
    assert figures()["pulse_seconds",] == pytest.approx(300, abs=30)


def test_alarms_ring_by_kind_until_they_are_answered(db, figures):
    now = timezone.now()
    Alarm.objects.create(kind="capture", subject="1", raised_at=now)
    Alarm.objects.create(kind="capture", subject="2", raised_at=now, answered_at=now, note="Done.")
    assert figures()["alarms", "capture"] == 1


def test_the_books_are_shown_and_agree(db, figures):
    assert figures()["books_difference_cents",] == 0


def test_the_last_comparison_with_stripe_shows_how_old_and_whether_green(db, figures):
    assert (figures()["reconciliation_seconds",], figures()["reconciliation_green",]) == (-1, 0)
    then = timezone.now() - timedelta(hours=2)
    ReconciliationRun.objects.create(began_at=then, ended_at=then, is_green=True, checks=[])
    found = figures()
    assert found["reconciliation_seconds",] == pytest.approx(7200, abs=60)
    assert found["reconciliation_green",] == 1


def test_the_number_of_queries_is_constant(db, figures, django_assert_num_queries):
    cast.an_open_project()
    with django_assert_num_queries(12):
        figures()
