"""Several processes as one: started in order, watched, and stopped together."""

import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from marketplace.site.local.console import Console
from marketplace.site.local.processes import ask, finish, kill, spawn

STOP_SECONDS = 45  # a worker may finish the call that it is making
READY_SECONDS = 90


class Failed(Exception):
    """The local run cannot go on. The message is one line for the person at the terminal."""


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes]
    relay: threading.Thread
    ends: bool = False  # does a job and leaves; the others run until they are stopped
    then: Callable[[], None] | None = None  # what follows once the job has ended, well or not


@dataclass
class Supervisor:
    """Starts children in `folder` with `env`, each a Python program."""

    folder: Path
    env: dict[str, str]
    console: Console
    children: list[Child] = field(default_factory=list)

    def start(
        self,
        name: str,
        *command: Any,
        ends: bool = False,
        then: Callable[[], None] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Child:
        process = spawn(
            [sys.executable, *command],
            cwd=self.folder,
            env={**self.env, **(extra or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdout is not None
        child = Child(name, process, self.console.relay(name, process.stdout), ends, then)
        self.children.append(child)
        return child

    def wait_until(self, answers: Callable[[], bool], *, what: str) -> None:
        """Raises Failed when a child dies or the time is over."""
        end = time.monotonic() + READY_SECONDS
        while not answers():
            self.fail_if_one_died()
            if time.monotonic() > end:
                raise Failed(f"{what} does not answer after {READY_SECONDS} s.")
            time.sleep(0.1)

    def watch(self) -> NoReturn:
        """Stay until a signal unwinds us. Raises Failed when a child dies."""
        while True:
            self.fail_if_one_died()
            time.sleep(0.3)

    def fail_if_one_died(self) -> None:
        for child in list(self.children):
            code = child.process.poll()
            if code is None:
                continue
            self.children.remove(child)
            child.relay.join(2)
            if not child.ends:
                raise Failed(f"{child.name} has ended by itself ({ending(code)}); everything else stops too.")
            if code != 0:
                self.console.say(
                    f"  {child.name} did not finish ({ending(code)}); the site goes on without it."
                )
            if child.then is not None:
                child.then()

    def stop_all(self) -> None:
        """The youngest is asked first, then all end side by side."""
        for child in reversed(self.children):
            ask(child.process, signal.SIGTERM)
        for child in reversed(self.children):
            finish(child.process, seconds=STOP_SECONDS)
            child.relay.join(2)
        self.children.clear()

    def kill_all(self) -> None:
        for child in self.children:
            kill(child.process)


def ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def answers(address: str) -> Callable[[], bool]:
    """Whether the address answers with a good status."""

    def asks() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return asks
