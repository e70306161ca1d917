"""The two addresses that operators ask."""

from django.core.management import call_command
from django.utils import timezone

from payments.models import SendingStop
from payments.operations import ring, stop_sending


def test_healthz_answers_without_a_database(client):
    assert client.get("/healthz").status_code == 200


def test_readyz_says_that_all_is_in_order(db, client):
    answer = client.get("/readyz")
    assert answer.json() == {
        "ready": True,
        "server": "ok",
        "database": "ok",
        "migrations": "ok",
        "broker": "ok",
        "alarms": "0",
        "sending": "ok",
    }
    assert answer.status_code == 200


def test_an_alarm_is_named_and_takes_no_server_out(db, client):
    ring("hold_is_old", "1", "", at=timezone.now())
    stop_sending(SendingStop.Reason.ORDERED, at=timezone.now())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["alarms"], answer.json()["sending"]) == (200, "1", "stopped")


def test_readyz_names_a_broker_that_is_away(db, client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (503, "unreachable")


def test_readyz_names_a_database_that_is_away(own_database, client):
    from django.db import connection

    connection.settings_dict["NAME"] = "nowhere"
    connection.close()
    answer = client.get("/readyz").json()
    assert (answer["database"], answer["migrations"]) == ("unreachable", "unknown")


def test_readyz_counts_missing_migrations(own_database, client):
    call_command("migrate", "usersessions", "zero", verbosity=0)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"].endswith("not applied")
