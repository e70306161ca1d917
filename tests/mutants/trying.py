"""One pytest session in which each mutant is tried by a fork."""

import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests.mutants.making import Mutant

STARTING = 20  # seconds that a fork may take beside ten times what its tests took
MADE_BEFORE = 0.3  # seconds; what a test needs more to begin is made once for many


class Nobody:
    """After the last test of a fork or of the first pass: only what is made once for all tests stays."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session

    def listchain(self) -> list[Any]:
        return [self.session]


class Trying:
    """The plugin; `outcomes` is what became of each mutant: killed, timeout, survived, unreached."""

    def __init__(self, mutants: list[Mutant], seconds: float) -> None:
        self.mutants, self.seconds = mutants, seconds
        self.outcomes: dict[Mutant, str] = {}
        self.reached: dict[bool, dict[str, set[pytest.Item]]] = {
            True: defaultdict(set),
            False: defaultdict(set),
        }
        self.breadth: dict[pytest.Item, int] = {}
        self.took: dict[str, float] = defaultdict(float)
        self.failed: list[str] = []
        self.hits: set[str] = set()

    @pytest.fixture(scope="session", autouse=True)
    @classmethod
    def _kept(cls, boards: Any) -> None:
        cls.boards = boards
        sys.modules[type(boards).__module__].KEPT = 1000  # a fork must not let go of what the others stand on

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """What was reached up to here was reached by what the test stands on."""
        self.hits = set(state()._stats)
        state()._stats.clear()
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
        if report.when != "teardown":
            self.took[report.nodeid] += (
                report.duration if report.when == "call" else min(report.duration, MADE_BEFORE)
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("What does not load tries nothing")
        self.see_what_is_reached(session)
        if self.failed:
            raise session.Failed(f"These fail without any mutant: {self.failed}")
        connections.close_all()
        for board in self.boards.made.values():
            board.connection.close()
        quickest = {item.fspath: item for item in sorted(session.items, key=lambda i: -self.took[i.nodeid])}
        self.control(quickest, session)
        self.try_all(session)
        self.control(quickest, session)  # nor did the mutants spoil what the later ones stood on
        return True

    def control(self, tests: dict[Any, pytest.Item], session: pytest.Session) -> None:
        """Without any mutant nothing is killed."""
        if self.fork("", [list(tests.values()), []], session) != "survived":
            raise session.Failed("A test fails in a fork without any mutant")

    def see_what_is_reached(self, session: pytest.Session) -> None:
        set_mutant_under_test("stats")
        for n, item in enumerate(session.items):
            state()._stats.clear()
            following = session.items[n + 1] if n + 1 < len(session.items) else Nobody(session)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            for itself, names in ((True, set(state()._stats)), (False, self.hits)):
                for name in names:
                    self.reached[itself][name].add(item)
            self.breadth[item] = len(state()._stats)

    def try_all(self, session: pytest.Session) -> None:
        began = time.monotonic()
        for n, mutant in enumerate(self.mutants, 1):
            tests = self.tests_of(mutant)
            self.outcomes[mutant] = self.fork(mutant.full_name, tests, session) if any(tests) else "unreached"
            counted = list(self.outcomes.values()).count
            left = counted("survived") + counted("unreached")
            took = time.monotonic() - began
            if self.outcomes[mutant] not in {"killed", "timeout"}:
                print(f"{self.outcomes[mutant]} {mutant.full_name}\n  - {mutant.was}\n  + {mutant.becomes}")  # noqa: T201
            if n % 20 == 0:
                print(f"{n} of {len(self.mutants)} in {took:.0f} s, {left} left alive", flush=True)  # noqa: T201

    def tests_of(self, mutant: Mutant) -> list[list[pytest.Item]]:
        """Those that reach it themselves, then those that stand on what does: the nearest and quickest first."""
        itself = self.reached[True].get(mutant.function, set())
        return [self.nearest(itself), self.nearest(self.reached[False].get(mutant.function, set()) - itself)]

    def nearest(self, items: set[pytest.Item]) -> list[pytest.Item]:
        """A file at a time, as its tests share what is made for them; as many as fit into the given seconds."""
        files: dict[Any, list[pytest.Item]] = defaultdict(list)
        for item in items:
            files[item.fspath].append(item)

        def far(item: pytest.Item) -> float:
            return (self.breadth[item] + 1) * (self.took[item.nodeid] + 0.02)

        chosen, spent = [], 0.0
        for file in sorted(files.values(), key=lambda file: sum(map(far, file)) / len(file)):
            for item in sorted(file, key=far):
                if spent <= self.seconds:
                    chosen.append(item)
                    spent += self.took[item.nodeid]
        return chosen

    def fork(self, mutant: str, tests: list[list[pytest.Item]], session: pytest.Session) -> str:
        """What becomes of it: killed as soon as a test fails."""
        expected = sum(self.took[item.nodeid] for part in tests for item in part)
        if not (child := os.fork()):
            try:
                session.config.pluginmanager.unregister(name="terminalreporter")
                limit = int(STARTING + 10 * expected)
                resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
                os._exit(self.passes(mutant, tests, session))
            finally:
                os._exit(1)
        deadline = time.monotonic() + 4 * STARTING + 40 * expected
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.01)
        return (
            "timeout"
            if os.WIFSIGNALED(status)
            else "killed"
            if os.waitstatus_to_exitcode(status)
            else "survived"
        )

    def passes(self, mutant: str, tests: list[list[pytest.Item]], session: pytest.Session) -> int:
        set_mutant_under_test(mutant)
        for part in tests:
            for n, item in enumerate(part):
                following = part[n + 1] if n + 1 < len(part) else Nobody(session)
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if self.failed:
                    return 1
            self.boards.made.clear()  # what the second part stands on is made again, with the mutant
        return 0
