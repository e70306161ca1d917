"""The world of these tests: made once for each worker, and as it was after each of them."""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests import embedded
from tests.databases import WORKER, rolled_back, separate, use
from tests.permissions.world import World, make
from tests.sandboxed import standing_in

NAME = f"world_{WORKER}"


@pytest.fixture(scope="session")
def stripes_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the stand-in for Stripe knew when the world was made."""
    return tmp_path_factory.mktemp("world") / "stripe.sqlite3"


@pytest.fixture(scope="session")
def made(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, stripes_books: Path
) -> Iterator[World]:
    with embedded.clone(NAME), django_db_blocker.unblock():
        with elsewhere(NAME), standing_in(str(stripes_books)) as sandbox:
            world = make(sandbox)
        yield world


@pytest.fixture
def of_a_local_run(settings: Any) -> Iterator[None]:
    """With the mail viewer. Refusals are what is tested here, so errors alone are logged."""
    settings.API_ADDRESS_A_MINUTE = settings.API_PERSON_A_MINUTE = 1_000_000  # limits have tests of their own
    settings.ROOT_URLCONF = "tests.permissions.local_urls"
    settings.EMAIL_BACKEND = "django_mail_viewer.backends.cache.EmailBackend"
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(made: World, of_a_local_run: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world in a transaction that is rolled back: nothing here may ask Stripe."""
    with django_db_blocker.unblock(), elsewhere(NAME), rolled_back():
        yield made


@pytest.fixture
def copied(
    made: World,
    of_a_local_run: None,
    django_db_blocker: DjangoDbBlocker,
    stripes_books: Path,
    tmp_path: Path,
) -> Callable[[], AbstractContextManager[World]]:
    """`with copied() as world`: a copy in which requests commit, so that they may ask Stripe."""

    @contextmanager
    def copy() -> Iterator[World]:
        books = shutil.copy(stripes_books, tmp_path)
        with django_db_blocker.unblock(), separate(f"copy_{WORKER}", of=NAME), standing_in(str(books)):
            yield made

    return copy


@contextmanager
def elsewhere(name: str) -> Iterator[None]:
    """Work in the database `name` meanwhile."""
    before = connection.settings_dict["NAME"]
    use(name)
    try:
        yield
    finally:
        use(before)
