"""What every test stands on: a database of its own kind, the clock untouched, nothing mocked.

An ordinary test asks for `db` (or is marked `django_db`): it runs in a transaction that is rolled back,
as the app's role. A test that commits (threads, a live server, a killed process) asks for `own_database`:
a clone of the migrated template, dropped afterwards. Nothing is ever flushed, since the ledger refuses it.
What many tests need before they begin is a board, made once for all of them: see `tests/boards.py`.
"""

import gc
import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import django
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import blocking_manager_key

from tests import embedded

gc.disable()  # until everything is imported and collected: see `pytest_collection_finish`

# Settings name the services, and test modules import models, so both must be ready before anything is
# collected. With xdist the controller starts the services; its workers inherit the environment.
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
if embedded.ADMIN_URL not in os.environ:
    embedded.start()
if WORKER:  # each worker has its own broker queues and its own cache
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].removesuffix("/0") + f"/{1 + int(WORKER.strip('gw'))}"
os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
django.setup()
# The same algorithm at its least cost: a hundred megabytes for each of a thousand log-ins prove nothing.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1

# What takes longest begins first, so that no worker is alone at the end; the rest follows by name.
LONGEST = (
    "soak",
    "site/every_page",
    "permissions",
    "journeys/test_to_approval",
    "payments/operations",
    "payments/kill",
    "accounts/test_in_the_browser",
    "projects/test_applicants_table",
    "site",
)

WORLD = "tests/permissions/"

pytest_plugins = ["tests.databases", "tests.browsing", "tests.sandboxed", "tests.boards"]


def pytest_configure(config: pytest.Config) -> None:
    """A worker that inherits this name reads the settings before it has a broker number of its own."""
    if not WORKER and getattr(config.option, "numprocesses", None):
        del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order in which files are given to the workers; one stays with one worker, which makes its world once."""
    items.sort(key=lambda item: begins(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """By files; what asks one and the same large world stays with one worker, which makes it once."""
    from xdist.scheduler import LoadFileScheduling  # where it is in use

    class ByWorld(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return WORLD if nodeid.startswith(WORLD) else super()._split_scope(nodeid)

    return ByWorld(config, log)


def begins(name: str) -> int:
    """The earlier, the lower."""
    starts = (n for n, start in enumerate(LONGEST) if name.startswith(f"tests/{start}"))
    return next(starts, len(LONGEST))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded now stays to the end, and is not looked through again and again for what could be let go.

    Looking for it took a tenth of the tests' time; what the tests leave is still sought, only less often.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    gc.enable()


MIGRATED: list[Future[None]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Migrate the template once, while the workers of xdist start and collect."""
    if WORKER or session.config.option.collectonly:
        return
    MIGRATED.append(ThreadPoolExecutor().submit(migrate, session))
    if not getattr(session.config.option, "numprocesses", None):
        MIGRATED[0].result()


def migrate(session: pytest.Session) -> None:
    with session.config.stash[blocking_manager_key].unblock():
        call_command("migrate", verbosity=0)
        connection.close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished() -> None:
    """No test begins before; raises what the migrations raised."""
    MIGRATED[0].result()
