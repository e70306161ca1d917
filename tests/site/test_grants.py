"""The app's role may do what it needs, and no more."""

import pytest
from django.db import ProgrammingError, connection


@pytest.fixture
def rights(db):
    """{table: what the app's role may do with it}"""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT tablename, array(
                   SELECT word FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) word
                   WHERE has_table_privilege(current_user, format('%I', tablename), word))
               FROM pg_tables WHERE schemaname = 'public'"""
        )
        return dict(cursor.fetchall())


def test_the_app_owns_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user"
        )
        assert cursor.fetchone() == ("foothold", 0)


def test_ordinary_tables_can_be_written_but_not_emptied(rights):
    assert rights["accounts_user"] == ["SELECT", "INSERT", "UPDATE", "DELETE"]


def test_history_and_the_book_only_grow(rights):
    grown = {table for table in rights if table.endswith("transition")} | {"ledger_journal", "ledger_entry"}
    assert len(grown) > 3
    assert {tuple(rights[table]) for table in grown} == {("SELECT", "INSERT")}


def test_migrations_can_only_be_read(rights):
    assert rights["django_migrations"] == ["SELECT"]


def test_the_app_cannot_make_tables(db):
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")
