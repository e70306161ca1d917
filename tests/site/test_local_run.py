"""`manage.py local`: everything comes up, is found by other commands, and goes again without a trace."""

import io
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import pytest

from marketplace.environment import CHECKOUT
from marketplace.site.local.console import Console
from marketplace.site.local.supervisor import Failed, Supervisor
from tests.local_run import running
from tests.site.test_servers import wait_until_gone


def test_everything_comes_up_is_found_and_goes_and_a_killed_supervisor_leaves_no_orphan():
    """As an ordinary user where root may become one."""
    with running(ordinary_user()) as run:
        run.until("Stop with")
        assert run.get("/healthz") == b"alive\n"
        assert json.loads(run.get("/readyz"))["ready"]
        assert b"No letters yet" in run.get("/mail/")
        # Another command of this checkout finds the services, the embedded psql included.
        assert run.other("migrate", "--check")[0] == 0
        assert "foothold\n" in run.other("dbshell", "--", "--tuples-only", "-c", "SELECT current_user")[1]
        # A second start names what is in its way.
        assert "It is running already" in run.other("local")[1]
        pids = run.descendants()
        assert len(pids) > 8
        assert run.end(signal.SIGINT) == 0
        assert wait_until_gone(*pids, seconds=5)
        assert "Stopped. Your data are kept.\n" in run.lines
        secrets = [run.folder / "keys.json"]
        assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600]
        assert not (run.folder / "local.json").exists()

        run.begin()
        run.until("Stop with")
        pids = run.descendants()
        run.end(signal.SIGKILL)
        assert wait_until_gone(*pids, seconds=30)


def ordinary_user() -> int | None:
    """`nobody`, if that account may read this interpreter and checkout; None for whoever we are."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody").pw_uid
    try:
        done = subprocess.run(
            [sys.executable, "manage.py", "help"], cwd=CHECKOUT, user=nobody, capture_output=True, check=False
        )
    except PermissionError:
        return None
    return nobody if done.returncode == 0 else None


def test_a_child_that_dies_is_named_and_ends_the_rest():
    out = io.StringIO()
    supervisor = Supervisor(CHECKOUT, dict(os.environ), Console(out))
    sleep = ("-c", "import time; print('up', flush=True); time.sleep(60)")
    first, second = supervisor.start("web", *sleep), supervisor.start("worker", *sleep)
    second.process.kill()
    with pytest.raises(Failed, match=r"worker has ended by itself \(signal SIGKILL\)"):
        supervisor.watch()
    supervisor.stop_all()
    assert first.process.returncode == -signal.SIGTERM
    assert "web │ up" in out.getvalue()


def test_a_job_may_end_by_itself():
    out = io.StringIO()
    supervisor = Supervisor(CHECKOUT, dict(os.environ), Console(out))
    job = supervisor.start("demo", "-c", "raise SystemExit(4)", ends=True)
    job.process.wait(20)
    supervisor.fail_if_one_died()
    assert "demo did not finish (exit status 4)" in out.getvalue()


def test_what_waits_for_a_job_starts_when_it_has_ended():
    supervisor, began = Supervisor(CHECKOUT, dict(os.environ), Console(io.StringIO())), []
    job = supervisor.start("demo", "-c", "pass", ends=True, then=lambda: began.append("work"))
    supervisor.fail_if_one_died()
    job.process.wait(20)
    supervisor.fail_if_one_died()
    supervisor.fail_if_one_died()
    assert began == ["work"]


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        folder = tempfile.mkdtemp()
        done = subprocess.run(
            [sys.executable, "manage.py", "local"],
            cwd=CHECKOUT,
            env={"PATH": os.environ["PATH"], "HOME": folder, "DATA_DIR": folder, "PORT": port},
            capture_output=True,
            text=True,
            check=False,
        )
        shutil.rmtree(folder)
    assert done.returncode != 0
    assert done.stderr.startswith(f"Foothold does not run. Port {port} of 127.0.0.1 is taken")
