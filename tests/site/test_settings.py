"""Bad or missing settings end the start with one clear line each."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.environment import CHECKOUT, Environment
from tests.deploy import ENVIRONMENT

BARE = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


@pytest.fixture
def load(monkeypatch):
    """The settings as they come out of this environment, read anew in this process."""

    def load(**env):
        with monkeypatch.context() as patched:
            for name in list(os.environ):
                patched.delenv(name)
            for name, value in (BARE | env).items():
                patched.setenv(name, value)
            for name in [name for name in sys.modules if name.split(".")[:2] == ["marketplace", "settings"]]:
                patched.delitem(sys.modules, name)
            try:
                return vars(importlib.import_module("marketplace.settings"))
            finally:  # what was loaded here is forgotten, and what was there before comes back
                for name in [name for name in sys.modules if name.startswith("marketplace.settings")]:
                    del sys.modules[name]

    return load


@pytest.fixture
def refused(load, capsys):
    """What the start says is wrong, a line each."""

    def refused(**env):
        with pytest.raises(SystemExit) as ended:
            load(**env)
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (3, "")
        return lines_of(said.err)

    return refused


def lines_of(told):
    first, *lines = told.splitlines()
    assert first.startswith("Foothold does not start.")
    return [line.strip() for line in lines]


def test_production_names_everything_that_is_missing_at_once():
    """In a process of its own, as it starts."""
    command = [sys.executable, "-c", "import marketplace.settings"]
    ended = subprocess.run(command, cwd=CHECKOUT, env=BARE, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert lines_of(ended.stderr) == [
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


def test_production_starts_when_all_is_given(load):
    found = load(**ENVIRONMENT)
    assert (found["STRIPE_MODE"], found["PRODUCTION"]) == ("test", True)


def test_malformed_values_are_named_without_being_repeated(refused):
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
        ({"FILES_URL": "s3+http://key:secret@store.example.org/files"}, "FILES_URL"),
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN"),
        ({"SECURITY_CONTACT": "javascript:alert(1)"}, "SECURITY_CONTACT"),
        ({"SECOND_PERSON_EMAIL": "Kim Ray <kim@trust.example>"}, "SECOND_PERSON_EMAIL"),
    ],
)
def test_what_is_unsafe_is_refused(refused, env, name):
    assert [line.split()[0] for line in refused(**ENVIRONMENT | env)] == [name]


@pytest.mark.parametrize(
    ("env", "mode"),
    [
        ({"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_API_BASE": "http://localhost:8420"}, "sandbox"),
        ({"STRIPE_SECRET_KEY": "rk_test_1"}, "test"),
        ({"STRIPE_SECRET_KEY": "sk_live_1"}, "live"),
    ],
)
def test_the_mode_of_stripe_follows_from_the_key(load, env, mode):
    found = load(DEBUG="true", **env)
    assert (found["STRIPE_MODE"], found["PRODUCTION"]) == (mode, False)


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


def test_cookies_of_production_belong_to_this_host_and_to_no_script(load):
    found = load(**ENVIRONMENT)
    for cookie in ("SESSION", "CSRF"):
        assert found[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        assert (found[f"{cookie}_COOKIE_SECURE"], found[f"{cookie}_COOKIE_HTTPONLY"]) == (True, True)
        assert found[f"{cookie}_COOKIE_SAMESITE"] == "Lax"
        assert f"{cookie}_COOKIE_DOMAIN" not in found
    assert found["LANGUAGE_COOKIE_NAME"].startswith("__Host-")


def test_production_shows_no_debugging_and_goes_over_tls_alone(load):
    found = load(**ENVIRONMENT)
    assert (found["DEBUG"], found["LOCAL_RUN"], found["MAIL_VIEWER"]) == (False, False, False)
    assert (found["SECURE_SSL_REDIRECT"], found["SECURE_HSTS_SECONDS"]) == (True, 63_072_000)
    assert found["STAFF_SECOND_STEP"] is True
