"""Statements of our own, for what is done hundreds of times a second; everything else goes through Django's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


@contextmanager
def prepared() -> Iterator[Any]:
    """A cursor whose statements PostgreSQL reads and plans once in a connection, and not each time. In a transaction.

    Django's cursors write the values into the words, so that no statement is the same twice. Where a value stands
    that PostgreSQL cannot know the type of, write it (`%s::bigint[]`).
    """
    wrapped: Any = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    binding: Any = ServerBindingCursor
    with wrapped(binding(connection.connection)) as cursor:
        yield cursor
