"""The throw-away services of one test run: started once, a migrated template, a clone for each need."""

import atexit
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from marketplace.site.local.discovery import is_free
from marketplace.site.local.servers import APP, DATABASE, OWNER, SUPERUSER, Postgres, Valkey

PREFIX = "foothold-tests-"
MEMORY = Path("/dev/shm")  # Linux keeps these files in memory
MEMORY_BYTES = 2 * 1024**3
ADMIN_URL = "TESTS_ADMIN_DATABASE_URL"


def start() -> None:
    """Start both services and put all that settings need into the environment."""
    folder = fast_folder()
    sweep_abandoned(folder)
    home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
    home.chmod(0o711)
    lock = (home / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    postgres = Postgres(home, secrets.token_hex(16), throwaway=True)
    valkey = Valkey(home, secrets.token_hex(16))

    def stop() -> None:
        valkey.stop()
        postgres.stop()
        lock.close()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    postgres.start()
    valkey.start()
    given = [
        name
        for name in os.environ
        if name.startswith(("DATABASE_", "REDIS_", "EMAIL_", "STRIPE_")) and name != "STRIPE_FIXTURES"
    ]
    for name in given:
        del os.environ[name]
    os.environ |= {
        ADMIN_URL: postgres.url(SUPERUSER, "postgres"),
        "DATABASE_URL": postgres.url(APP),
        "DATABASE_OWNER_URL": postgres.url(OWNER),
        "REDIS_URL": valkey.url(),
        "DATA_DIR": str(home / "data"),
        "DEBUG": "true",
        "SITE_URL": "http://testserver",
        "SECRET_KEY": secrets.token_hex(32),
        "STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(12)}",
        "STRIPE_API_BASE": "http://127.0.0.1:9",
        "STRIPE_WEBHOOK_SECRET_PLATFORM": f"whsec_{secrets.token_hex(16)}",
        "STRIPE_WEBHOOK_SECRET_CONNECT": f"whsec_{secrets.token_hex(16)}",
        "STRIPE_WEBHOOK_SECRET_V2": f"whsec_{secrets.token_hex(16)}",
    }


def fast_folder() -> Path:
    """In memory where there is room for it: a database is copied there in a tenth of the time."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        return MEMORY
    return Path(tempfile.gettempdir())


def sweep_abandoned(folder: Path) -> None:
    """Remove what earlier runs left behind when they were killed."""
    for home in folder.glob(f"{PREFIX}*"):
        try:
            with (home / "lock").open() as lock:
                if is_free(lock.fileno()):
                    shutil.rmtree(home, ignore_errors=True)
        except OSError:
            continue


@contextmanager
def clone(name: str, *, of: str = DATABASE) -> Iterator[str]:
    """A database of that name, copied from the migrated template (or from `of`) and dropped at the end."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    admin().execute(drop)
    admin().execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(of), sql.Identifier(OWNER)
        )
    )
    try:
        yield name
    finally:
        admin().execute(drop)


def admin() -> psycopg.Connection[Any]:
    """One connection for all of them, since a new one costs as much as half a copy; a forked process has its own."""
    return admin_of(os.getpid())


@cache
def admin_of(_pid: int) -> psycopg.Connection[Any]:
    connection = psycopg.connect(os.environ[ADMIN_URL], autocommit=True)
    atexit.register(connection.close)
    return connection
