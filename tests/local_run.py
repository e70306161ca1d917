"""The whole site as a user starts it: `manage.py local` in a folder of its own, without the demo."""

import json
import os
import pwd
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marketplace.environment import CHECKOUT
from marketplace.site.local.processes import free_port

READY_SECONDS = 120


class Run:
    """One `manage.py local` and what it said."""

    def __init__(self, folder: Path, user: int | None, settings: dict[str, str]) -> None:
        self.folder, self.user, self.port, self.lines = folder, user, free_port(), []
        self.address = f"http://localhost:{self.port}"
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            **settings,
        }
        self.begin()

    def begin(self) -> None:
        """Start it, for the first time or anew on the same data."""
        self.process = self.start("local", "--no-demo")
        self.said: queue.Queue[str | None] = queue.Queue()
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=CHECKOUT,
            env=self.env,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def listen(self) -> None:
        with self.process.stdout as lines:
            for line in lines:
                self.said.put(line)
        self.said.put(None)

    def until(self, words: str) -> None:
        end = time.monotonic() + READY_SECONDS
        while not self.lines or words not in self.lines[-1]:
            line = self.said.get(timeout=max(0.1, end - time.monotonic()))
            assert line is not None, "".join(self.lines)
            self.lines.append(line)

    def other(self, *command: str) -> tuple[int, str]:
        done = self.start(*command)
        output, _ = done.communicate(timeout=60)
        return done.returncode, output

    @property
    def found(self) -> dict[str, str]:
        """What it tells other commands: the addresses of its services."""
        return json.loads((self.folder / "local.json").read_text())

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.read()

    def descendants(self, pid: int | None = None) -> list[int]:
        task = Path(f"/proc/{pid or self.process.pid}/task")
        try:
            threads = [(thread / "children").read_text().split() for thread in task.iterdir()]
        except (FileNotFoundError, ProcessLookupError):  # it has just ended by itself
            return []
        children = [int(child) for thread in threads for child in thread]
        return children + [found for child in children for found in self.descendants(child)]

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(60)
        self.listener.join(10)
        while not self.said.empty():
            self.lines.append(self.said.get() or "")
        return code


@contextmanager
def running(user: int | None = None, **settings: str) -> Iterator[Run]:
    """One that is stopped and forgotten at the end; `settings` are environment variables of it."""
    folder = Path(tempfile.mkdtemp(prefix="foothold-local-"))
    folder.chmod(0o755)
    if user is not None:
        os.chown(folder, user, user)
    run = Run(folder, user, settings)
    try:
        yield run
    finally:
        run.end(signal.SIGTERM)
        shutil.rmtree(folder)


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
