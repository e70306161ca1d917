"""What the person at the terminal reads: progress, and each process's lines under its own name."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

COLOURS = {"web": 36, "worker": 35, "beat": 34, "sandbox": 33, "demo": 32}


class Console:
    def __init__(self, out: IO[str] = sys.stdout) -> None:
        self.out = out
        self.coloured = out.isatty() and not os.environ.get("NO_COLOR")
        self.one_at_a_time = threading.Lock()

    def say(self, line: str = "") -> None:
        with self.one_at_a_time:
            try:
                self.out.write(line + "\n")
                self.out.flush()
            except OSError:  # the terminal is gone; what we supervise goes on until we are told to stop
                pass

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say that `what` begins, and when it is done how long it took."""
        began = time.monotonic()
        self.say(f"  {what} …")
        yield
        self.say(f"  {what}: done in {time.monotonic() - began:.1f} s")

    def relay(self, name: str, lines: IO[bytes]) -> threading.Thread:
        """Pass a child's lines on under its name until it ends."""
        label = f"{name:>8} │ "
        if self.coloured:
            label = f"\x1b[{COLOURS.get(name, 37)}m{label}\x1b[0m"

        def pass_on() -> None:
            with lines:
                for line in lines:
                    self.say(label + line.decode(errors="replace").rstrip())

        thread = threading.Thread(target=pass_on, daemon=True)
        thread.start()
        return thread
