"""The database under attack: one clone for a module, since what is refused leaves nothing behind."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import psycopg
import pytest

from tests import embedded

ROLES = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "superuser": embedded.ADMIN_URL}

Connect = Callable[[str], AbstractContextManager[psycopg.Connection[Any]]]


@pytest.fixture(scope="module")
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """`with connect("app") as c:` is one transaction of that role, committed at the end of the block."""
    name = f"attacked_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{request.module.__name__.rpartition('.')[2]}"

    @contextmanager
    def one_transaction(role: str) -> Iterator[psycopg.Connection[Any]]:
        url = os.environ[ROLES[role]].rpartition("/")[0] + f"/{name}"
        with closing(psycopg.connect(url)) as connection, connection.transaction():
            yield connection

    with embedded.clone(name):
        yield one_transaction
