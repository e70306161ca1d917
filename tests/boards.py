"""Boards: what many tests stand on, made once by the rules, and found by each of them as it was made.

`@stands_on(build)` before a test or a class, or `pytestmark = stands_on(build)` (the nearest counts): the test
finds in its database what `build()` made there, and `board` is a copy of what it returned. A board is a database
of its own, made when a test first asks for it and used by every file that names the same function, so no test
sees the board of another. A `build(sandbox)` gets the stand-in for Stripe; its books are part of the board.

With `db` (asked for or not) a test works in a transaction that is rolled back; one with `own_database` or
`sandbox` in copies of its own. A board is as old as the run: what hangs on the clock is built with a fixed `at`.
"""

import inspect
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker

from tests import embedded
from tests.databases import WORKER, working_in
from tests.sandboxed import FILE, standing_in

KEPT = 12  # boards at a time; each takes some megabytes

Build = Callable[..., Any]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "board(build): see tests/boards.py")


def stands_on(build: Build) -> pytest.MarkDecorator:
    """The board of tests; `build` must be the very same function for all that share it."""
    return pytest.mark.board.with_args(build)  # called, the mark would take the function for a test


class Board(NamedTuple):
    """What `build` returned, its database with a connection that stays open, and the folder of Stripe's books."""

    about: Any
    database: str
    connection: BaseDatabaseWrapper
    folder: Path
    closing: ExitStack

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Work on the board; whatever is done is undone in the end, if it broke no deferred constraint."""
        whole = transaction.atomic()
        whole._from_testcase = True  # a rule may ask for the outermost transaction, as in Django's own tests
        with working_in(self.database, on=self.connection), whole:
            yield
            if not connection.needs_rollback:
                connection.check_constraints()
            transaction.set_rollback(True)


class Boards:
    """Those of one worker; the one that was not asked for longest makes room."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self.folders, self.numbers = folders, count()
        self.made: OrderedDict[Build, Board] = OrderedDict()

    def of(self, build: Build) -> Board:
        if build not in self.made:
            self.made[build] = self.make(build)
            if len(self.made) > KEPT:
                self.made.popitem(last=False)[1].closing.close()
        self.made.move_to_end(build)
        return self.made[build]

    def make(self, build: Build) -> Board:
        name, folder = f"board_{WORKER}_{next(self.numbers)}", self.folders.mktemp("board")
        with ExitStack() as closing:
            closing.enter_context(embedded.clone(name))
            with working_in(name):
                if "sandbox" in inspect.signature(build).parameters:
                    with standing_in(str(folder / FILE)) as sandbox:
                        about = build(sandbox)
                else:
                    about = build()
            kept = connections.create_connection("default")
            closing.callback(kept.close)
            return Board(about, name, kept, folder, closing.pop_all())

    def close(self) -> None:
        for board in self.made.values():
            board.closing.close()


@pytest.fixture(scope="session")
def boards(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Boards]:
    made = Boards(tmp_path_factory)
    yield made
    with django_db_blocker.unblock():
        made.close()


@pytest.fixture(autouse=True)
def standing(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[Board | None]:
    """The board of the test, which is in use from here on unless the test makes copies of its own."""
    marker = request.node.get_closest_marker("board")
    if marker is None:
        yield None
        return
    boards: Boards = request.getfixturevalue("boards")
    copies = "own_database" in request.fixturenames
    if not copies:
        request.getfixturevalue("db")
    with django_db_blocker.unblock():
        board = boards.of(*marker.args)
        if copies:
            board.connection.close()  # or its database could not be copied
            yield board
        else:
            with board.rolled_back():
                yield board


@pytest.fixture
def board(standing: Board | None) -> Any:
    """A copy of what `build` returned."""
    if standing is None:
        pytest.fail("Say what the test stands on: @stands_on(build).")
    return deepcopy(standing.about)


@pytest.fixture
def books(standing: Board | None, request: pytest.FixtureRequest) -> str:
    """Where the stand-in for Stripe goes on from the board; in memory where it starts anew."""
    if standing is None or not (standing.folder / FILE).exists():
        return ":memory:"
    return str(shutil.copy(standing.folder / FILE, request.getfixturevalue("tmp_path")))
