"""The databases that tests run in, and a real server on top of one."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker

from marketplace.site.local.servers import DATABASE
from tests import embedded

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One clone for each worker; its tests roll back. A test that does not ask for it may not touch it."""
    with embedded.clone(f"test_{WORKER}") as name:
        with django_db_blocker.unblock():
            use(name)
        yield
        with django_db_blocker.unblock():
            connections.close_all()


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is done meanwhile is undone."""
    whole = transaction.atomic()
    whole._from_testcase = True  # a rule may ask for the outermost transaction, as in Django's own tests
    with whole:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def own_database(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    request: pytest.FixtureRequest,
    standing: Any,
) -> Iterator[str]:
    """A migrated database for this test alone, with its board or empty: commit, use threads, start processes.

    Its address is in DATABASE_URL and DATABASE_OWNER_URL too, for processes that the test starts.
    """
    if {"db", "transactional_db"} & set(request.fixturenames):
        pytest.fail("A test has either a transaction (`db`) or a database of its own (`own_database`).")
    of = standing.database if standing else DATABASE
    with django_db_blocker.unblock(), separate(f"own_{WORKER}", of=of) as name:
        yield name


@contextmanager
def separate(name: str, *, of: str = DATABASE) -> Iterator[str]:
    """Work in a copy of the database `of` until the end, with its address in the environment."""
    with embedded.clone(name, of=of), working_in(name):
        yield name


@contextmanager
def working_in(name: str, *, on: BaseDatabaseWrapper | None = None) -> Iterator[None]:
    """Use the database `name` until the end, on a new connection or the one given, which then stays open.

    The connection that was in use waits meanwhile, with its transaction.
    """
    waiting, before = connections["default"], connection.settings_dict["NAME"]
    with pytest.MonkeyPatch.context() as env:
        for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            env.setenv(variable, os.environ[variable].rpartition("/")[0] + f"/{name}")
        connection.settings_dict["NAME"] = name  # the same of all connections and threads
        connections["default"] = on or connections.create_connection("default")
        try:
            yield
        finally:
            if on is None:
                connections.close_all()
            connections["default"] = waiting
            connection.settings_dict["NAME"] = before


def use(name: str) -> None:
    """Point every thread's next connection to the database `name`."""
    connections.close_all()
    connection.settings_dict["NAME"] = name


@pytest.fixture
def as_owner(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the tables' owner to the test's database, for what the app's role may not do."""
    if not {"db", "own_database"} & set(request.fixturenames):
        pytest.fail("Ask for `own_database` (or `db`) beside `as_owner`.")
    url = os.environ["DATABASE_OWNER_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    with psycopg.connect(url, autocommit=True) as owner:
        yield owner


class QuietHandler(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@contextmanager
def serving() -> Iterator[str]:
    """The real site, static files included, served by threads over the database in use; yields its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler, allow_reuse_address=False)
    address = f"http://localhost:{server.server_port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "SITE_URL", address)
        patch.setattr(site, "CSRF_TRUSTED_ORIGINS", [address])
        server.set_app(get_wsgi_application())
        before = set(threading.enumerate())
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        yield address
        server.shutdown()
        server.server_close()
        for thread in set(threading.enumerate()) - before:  # a request that still runs needs its database
            thread.join(2)


@pytest.fixture
def site_server(own_database: str, settings: Any) -> Iterator[str]:
    """The real site over `own_database`; yields its address."""
    with serving() as address:
        yield address
