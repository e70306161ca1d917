"""The embedded services: they keep their data, and nothing outlives whoever started them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from marketplace.environment import CHECKOUT
from marketplace.site.local.processes import free_port
from marketplace.site.local.servers import APP, OWNER, Postgres, ServiceFailed, Valkey

HOLD_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from marketplace.site.local.servers import Postgres, Valkey
servers = [Postgres(Path(sys.argv[1]), "secret", throwaway=True), Valkey(Path(sys.argv[1]), "secret")]
for server in servers:
    server.start()
print(*[server.process.pid for server in servers], flush=True)
time.sleep(60)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that root's unprivileged account may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="foothold-servers-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(*pids: int, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while any(is_running(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(is_running(pid) for pid in pids)


def test_data_survive_a_stop_and_a_start(home):
    postgres = Postgres(home, "secret", throwaway=True)
    postgres.start()
    with psycopg.connect(postgres.url(OWNER)) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS number")
    postgres.stop()
    postgres.start()
    with psycopg.connect(postgres.url(OWNER)) as owner:
        assert owner.execute(
            "SELECT number, current_setting('server_version_num')::int >= 180000 FROM kept"
        ).fetchone()
    with psycopg.connect(postgres.url(APP)) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT * FROM kept")
    postgres.stop()


def test_a_wrong_password_is_refused(home):
    postgres = Postgres(home, "secret", throwaway=True)
    postgres.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url(APP).replace(postgres.password_of(APP), "guess"))
    postgres.stop()


def test_a_killed_parent_leaves_no_orphan(home):
    parent = subprocess.Popen(
        [sys.executable, "-c", HOLD_UNTIL_KILLED, home], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        assert all(is_running(pid) for pid in pids)
        parent.send_signal(signal.SIGKILL)
    assert wait_until_gone(*pids)


def test_data_of_another_postgresql_are_refused(home):
    (home / "pg17").mkdir()
    with pytest.raises(ServiceFailed, match="holds data of another PostgreSQL"):
        Postgres(home, "secret").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts services as somebody else")
def test_a_folder_that_nobody_may_enter_is_named(home):
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ServiceFailed, match=f"may not enter {closed}"):
        Valkey(closed / "data", "secret").start()


def test_a_neighbour_on_the_port_is_not_taken_for_ours(home):
    valkey = Valkey(home, "secret")
    valkey.start()
    other = Valkey(home / "other", "secret")
    other.data, other.port = home / "other" / "valkey", valkey.port
    assert not other.is_ours()
    other.port = free_port()
    assert not other.is_ours()
    valkey.stop()
