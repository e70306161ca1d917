"""`docker-compose.yml` and `Dockerfile`: read as Docker reads them, and each command of ours run as it stands."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import pytest
import structlog
import yaml
from django.utils import timezone

from marketplace.environment import CHECKOUT
from marketplace.kernel import pulse
from marketplace.kernel.tasks import tick
from marketplace.site.local.processes import free_port
from tests.deep import DEEP
from tests.deploy import ENVIRONMENT

SITE = "foothold.example.org"
GIVEN = {"SITE_HOST": SITE}
OURS = ("web_a", "web_b", "worker", "clock", "migrate")
SECONDS = 60


def as_given(words):
    """`${NAME}`, `${NAME:-default}` and `$$` as Compose reads them; fails where what must be given is not."""

    def value(found):
        if found[0] == "$$":
            return "$"
        name, _, default = found[1].partition(":")
        if name not in GIVEN and not default.startswith("-"):
            pytest.fail(f"{name} is not given")
        return GIVEN.get(name, default[1:])

    return re.sub(r"\$\$|\$\{([^}]+)\}", value, words)


def filled_in(tree):
    if isinstance(tree, dict):
        return {key: filled_in(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [filled_in(value) for value in tree]
    return as_given(tree) if isinstance(tree, str) else tree


@pytest.fixture(scope="module")
def compose():
    return filled_in(yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text()))


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


class TestAsItIsWritten:
    def test_ours_run_without_root_powers_or_a_disk_to_write_to(self, services):
        stages = (CHECKOUT / "Dockerfile").read_text().split("\nFROM ")
        site = next(stage for stage in stages if " AS site\n" in stage)
        assert re.findall(r"^USER (\w+)$", site, re.MULTILINE) == ["foothold"]
        for name in (*OURS, "proxy"):
            service = services[name]
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
            assert service["security_opt"] == ["no-new-privileges:true"], name

    def test_only_the_proxy_can_be_reached_from_outside(self, services):
        assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
        inner = {name for name, service in services.items() if service["networks"] == ["inside"]}
        assert inner == {"postgres", "valkey"}

    def test_every_part_but_the_migration_has_a_health_check(self, services):
        assert [name for name, service in services.items() if "healthcheck" not in service] == ["migrate"]

    def test_nothing_starts_before_the_tables_are_there(self, services):
        for name in ("web_a", "web_b", "worker", "clock"):
            assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}

    def test_no_secret_stands_in_it(self, compose, services):
        for name, service in services.items():
            for setting, value in service.get("environment", {}).items():
                secret = re.search(r"SECRET|PASSWORD|KEY|_URL", setting) and setting != "SITE_URL"
                assert not secret or str(value).startswith("/run/secrets/"), (name, setting)
        used = {secret for service in services.values() for secret in service.get("secrets", [])}
        assert used == set(compose["secrets"])

    def test_each_service_is_given_the_secrets_it_reads_and_no_more(self, services):
        for name, service in services.items():
            words = json.dumps({key: value for key, value in service.items() if key != "secrets"})
            read = set(re.findall(r"/run/secrets/(\w+)", words))
            if name == "postgres":  # its script for the roles reads the others
                read |= {"owner_password", "app_password"}
            assert read == set(service.get("secrets", [])), name

    def test_the_owner_of_the_tables_serves_nobody(self, services):
        holders = {
            name for name, service in services.items() if "database_owner_url" in service.get("secrets", [])
        }
        assert holders == {"migrate"}

    def test_everything_that_the_image_needs_goes_into_it(self):
        sent = {line[1:] for line in (CHECKOUT / ".dockerignore").read_text().split() if line[0] == "!"}
        assert all((CHECKOUT / name).exists() for name in sent)
        packages = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")} - {"tests"}
        assert packages | {"templates", "static", "manage.py", "requirements.lock", "Caddyfile"} <= sent

    def test_secrets_are_made_once_and_what_must_be_filled_in_is_named(self, compose, tmp_path):
        command = ["make", "--silent", "--no-print-directory", f"--file={CHECKOUT / 'Makefile'}", "secrets"]
        told = [
            subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
            for _ in range(2)
        ]
        made = {path.name: path for path in (tmp_path / "secrets").iterdir()}
        assert set(made) == set(compose["secrets"])
        assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
        empty = sorted(name for name, path in made.items() if not path.stat().st_size)
        assert sorted(line.rpartition("/")[2] for line in told[1].splitlines()) == empty
        assert made["app_password"].read_text() in made["database_url"].read_text()
        assert told[0] == told[1]


class Site:
    """The processes of the file, on this machine: only addresses, ports and the folder for files are our own."""

    def __init__(self, services, folder, processes):
        self.services, self.folder, self.processes = services, folder, processes
        here = {name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
        for name, value in (ENVIRONMENT | here | {"METRICS_TOKEN": "x" * 24}).items():
            (folder / name.lower()).write_text(value)

    def environment(self, name, **own):
        env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOSTNAME": socket.gethostname(),
        }
        for setting, value in self.services[name]["environment"].items():
            env[setting] = str(value).replace("/run/secrets", str(self.folder))
        return env | {"DATA_DIR": str(self.folder / "data")} | own

    def start(self, name, **own):
        with (self.folder / f"{name}.log").open("a") as log:
            process = subprocess.Popen(
                self.services[name]["command"],
                cwd=CHECKOUT,
                env=self.environment(name, **own),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.callback(process.wait, SECONDS)
        self.processes.callback(kill_all_of, process)
        return process

    def is_healthy(self, name, **own):
        kind, *words = self.services[name]["healthcheck"]["test"]
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        probe = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=self.environment(name, **own),
            capture_output=True,
            text=True,
            check=False,
        )
        return probe.returncode == 0

    def logged(self, name, request):
        """The lines of that service which belong to a request."""
        lines = (self.folder / f"{name}.log").read_text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [line for line in found if line.get("request_id") == request]

    def web(self):
        """One more web server: its process and its port, once it answers."""
        port = free_port()
        process = self.start("web_a", HOST="127.0.0.1", PORT=str(port), WEB_DRAIN_SECONDS="3")
        until(lambda: status_of(port) == 200)
        return process, port


@pytest.fixture
def site(own_database, services, tmp_path):
    with ExitStack() as processes:
        yield Site(services, tmp_path, processes)


def kill_all_of(process):
    """The process with those that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def until(happens, pause=0.1):
    end = time.monotonic() + SECONDS
    while not happens():
        assert time.monotonic() < end
        time.sleep(pause)


def status_of(port):
    """Whether the server calls itself ready, as the proxy asks; nothing where none is there."""
    try:
        return ask(port, "/readyz")
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return None


def ask(port, path="/sitemap.xml"):
    """A page's answer by one server, as the proxy asks for it."""
    headers = {"Host": SITE, "X-Forwarded-Proto": "https", "Connection": "close"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:
        return answer.status


class Load:
    """People who ask without pause. As the proxy does, each asks the next server where one takes no more."""

    def __init__(self, *ports, people=3, pause=0.1):
        self.ports, self.pause, self.turns = ports, pause, count()
        self.answers, self.over = Counter(), threading.Event()
        self.threads = [threading.Thread(target=self.ask_on) for _ in range(people)]

    def ask_on(self):
        while not self.over.wait(self.pause):
            self.answers[self.ask_one()] += 1

    def ask_one(self):
        for _ in range(20):
            ports = self.ports
            try:
                return ask(ports[next(self.turns) % len(ports)])
            except urllib.error.HTTPError as answer:
                return answer.code
            except urllib.error.URLError as error:
                if not isinstance(error.reason, ConnectionRefusedError):
                    return repr(error.reason)
                time.sleep(0.02)
            except OSError as error:
                return repr(error)
        return "no server"

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def go_on(self, more=20):
        """Until so many more were answered."""
        enough = self.answers.total() + more
        until(lambda: self.answers.total() >= enough, pause=0.01)


def test_the_very_commands_run_and_a_rolling_restart_fails_nobody(site):
    """Two web servers and two workers that share PostgreSQL, Valkey and a folder; then a server is replaced."""
    assert site.start("migrate").wait(SECONDS) == 0
    site.start("clock")
    workers = [site.start("worker"), site.start("worker")]
    (first, one), (second, two) = site.web(), site.web()
    until(lambda: pulse.silence(at=timezone.now()) is not None)
    assert site.is_healthy("clock")
    assert site.is_healthy("worker")
    assert site.is_healthy("web_a", PORT=str(one))
    with structlog.contextvars.bound_contextvars(request_id="of-a-click", user_id=7):
        tick.delay()
    until(
        lambda: {"kernel.tick"} == {line.get("task") for line in site.logged("worker", "of-a-click")} - {None}
    )
    assert {line["user_id"] for line in site.logged("worker", "of-a-click")} == {7}
    with Load(one, two) as load:
        load.go_on()
        _, newest = site.web()
        load.ports = (one, two, newest)
        load.go_on()
        first.send_signal(signal.SIGTERM)
        until(lambda: status_of(one) == 503)  # it says so first, and the proxy asks others from then on
        load.ports = (two, newest)
        assert first.wait(SECONDS) == 0
        load.go_on()
    assert set(load.answers) == {200}
    assert not site.is_healthy("web_a", PORT=str(one))
    with Load(
        two, people=6, pause=0
    ) as load:  # the control: who was being answered by a server that is killed notices
        load.go_on()
        kill_all_of(second)
        load.go_on(1)
    assert set(load.answers) > {200}
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(SECONDS) for worker in workers] == [0, 0]


@pytest.mark.skipif(not DEEP, reason="`make deep` collects the static files as the image does")
def test_the_image_s_steps_run(tmp_path):
    steps = [
        step
        for line in re.findall(r"^RUN (.+)$", (CHECKOUT / "Dockerfile").read_text(), re.MULTILINE)
        for step in line.split(" && ")
        if "tests.deploy" in step
    ]
    for step in steps:
        subprocess.run(
            [sys.executable, *shlex.split(step)[1:]], cwd=CHECKOUT, check=True, capture_output=True
        )
    assert steps
    assert (CHECKOUT / "staticfiles/staticfiles.json").is_file()
