"""How any command in this checkout finds the local services that are running."""

import fcntl
import json
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError

from marketplace.environment import CHECKOUT, default_data_dir

LOCK = "local.lock"
STATE = "local.json"


def adopt_running(environ: MutableMapping[str, str]) -> None:
    """Fill `environ` with the addresses and secrets of the local run, where one is running.

    What is given stays. Where nothing at all is configured this is a developer's checkout, so that
    commands which need no service work too.
    """
    if given(environ, "DATABASE_URL") or environ.get("LOCAL_RUN"):
        return
    state = running_state(data_dir(environ))
    if state is None:
        environ.setdefault("DEBUG", "true")
        return
    environ["PATH"] = state.pop("PATH", environ.get("PATH", ""))  # the embedded psql, for dbshell
    environ.update({name: value for name, value in state.items() if not given(environ, name)})


@contextmanager
def no_database_in_a_line(environ: Mapping[str, str]) -> Iterator[None]:
    """Where no database is named and none runs, say so instead of showing where it was missed."""
    try:
        yield
    except OperationalError:
        if given(environ, "DATABASE_URL"):
            raise
        sys.exit("No database runs here: start the site with `make run`, or set DATABASE_URL.")


def given(environ: Mapping[str, str], name: str) -> bool:
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def data_dir(environ: Mapping[str, str]) -> Path:
    path = environ.get("DATA_DIR")
    return CHECKOUT / Path(path).expanduser() if path else default_data_dir()


def running_state(folder: Path) -> dict[str, str] | None:
    """What the local run wrote for others, or None where none holds the lock of `folder`."""
    try:
        with (folder / LOCK).open() as lock:
            if is_free(lock.fileno()):
                return None
        state: dict[str, str] = json.loads((folder / STATE).read_text())
    except (OSError, ValueError):
        return None
    return state


def is_free(descriptor: int) -> bool:
    """Whether nobody holds the lock; the kernel lets go of a dead holder's, so it cannot be stale."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
