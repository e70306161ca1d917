"""What `manage.py local` does when a part of it does not do as it should; `tests/journeys` runs it whole."""

import io
import os
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
