"""Bad or missing settings end the start with one clear line each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.environment import CHECKOUT, Environment
from tests.deploy import ENVIRONMENT

BARE = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


def load(**env: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from marketplace import settings as s; print(s.STRIPE_MODE, s.PRODUCTION)",
    ]
    return subprocess.run(command, cwd=CHECKOUT, env=BARE | env, capture_output=True, text=True, check=False)


def refused(**env: str) -> list[str]:
    done = load(**env)
    assert (done.returncode, done.stdout) == (3, "")
    first, *lines = done.stderr.splitlines()
    assert first.startswith("Foothold does not start.")
    return [line.strip() for line in lines]


def test_production_names_everything_that_is_missing_at_once():
    assert refused() == [
        "ALLOWED_HOSTS is not set.",
        "DATABASE_URL is not set.",
        "EMAIL_URL is not set.",
        "REDIS_URL is not set.",
        "SECRET_KEY is not set to at least 50 random characters.",
        "SITE_URL does not start with https://.",
        "STRIPE_SECRET_KEY is not set.",
        "STRIPE_WEBHOOK_SECRET_CONNECT is not set.",
        "STRIPE_WEBHOOK_SECRET_PLATFORM is not set.",
        "STRIPE_WEBHOOK_SECRET_V2 is not set.",
    ]


def test_production_starts_when_all_is_given():
    assert load(**ENVIRONMENT).stdout == "test True\n"


def test_malformed_values_are_named_without_being_repeated():
    wrong = {
        "DEBUG": "perhaps",
        "PORT": "70000",
        "PAY_FLOOR_CENTS": "twenty",
        "DATABASE_URL": "mysql://secret@host/db",
        "REDIS_URL": "secret",
        "EMAIL_URL": "carrier-pigeon://secret",
        "HOLIDAYS": "2026-12-25,secret",
        "STRIPE_SECRET_KEY": "pk_live_secret",
    }
    lines = refused(**ENVIRONMENT | wrong)
    assert [line.split()[0] for line in lines] == sorted(wrong)
    assert not [line for line in lines if "secret@" in line or line.endswith("secret")]


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({"DATABASE_OWNER_URL": ENVIRONMENT["DATABASE_URL"]}, "DATABASE_OWNER_URL"),
        ({"STRIPE_API_BASE": "http://localhost:8420"}, "STRIPE_API_BASE"),
        (
            {"STRIPE_API_BASE": "http://localhost:1", "STRIPE_SECRET_KEY": "sk_live_1", "DEBUG": "1"},
            "STRIPE_API_BASE",
        ),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SITE_URL": "http://foothold.example.org"}, "SITE_URL"),
        ({"PAY_WARN_CENTS": "1"}, "PAY_WARN_CENTS"),
    ],
)
def test_what_is_unsafe_is_refused(env, name):
    assert [line.split()[0] for line in refused(**ENVIRONMENT | env)] == [name]


@pytest.mark.parametrize(
    ("env", "mode"),
    [
        ({"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_API_BASE": "http://localhost:8420"}, "sandbox False"),
        ({"STRIPE_SECRET_KEY": "rk_test_1"}, "test False"),
        ({"STRIPE_SECRET_KEY": "sk_live_1"}, "live False"),
    ],
)
def test_the_mode_of_stripe_follows_from_the_key(env, mode):
    assert load(DEBUG="true", **env).stdout.strip() == mode


def test_a_value_may_be_in_a_file(tmp_path: Path, monkeypatch):
    (tmp_path / "name").write_text("Stepstone\n")
    monkeypatch.setenv("SITE_NAME_FILE", str(tmp_path / "name"))
    assert Environment().text("SITE_NAME") == "Stepstone"


def test_a_file_that_is_missing_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "nothing"))
    env = Environment()
    env.text("SECRET_KEY")
    assert env.refused == {"SECRET_KEY_FILE": "does not name a text file that can be read."}


def test_blank_means_not_given(monkeypatch):
    monkeypatch.setenv("PORT", "")
    assert Environment().number("PORT", 8000) == 8000
