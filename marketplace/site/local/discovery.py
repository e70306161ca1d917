"""How any command in this checkout finds the local services that are running."""

import fcntl
import json
import os
from collections.abc import MutableMapping
from pathlib import Path

from marketplace.environment import CHECKOUT, default_data_dir

LOCK = "local.lock"
STATE = "local.json"


def adopt_running(environ: MutableMapping[str, str]) -> None:
    """Fill `environ` with the addresses and secrets of the local run, where one is running.

    What is given stays. Where nothing at all is configured this is a developer's checkout, so that
    commands which need no service work too.
    """
    if any(environ.get(name) for name in ("DATABASE_URL", "DATABASE_URL_FILE", "LOCAL_RUN")):
        return
    state = running_state(data_dir(environ))
    if state is None:
        environ.setdefault("DEBUG", "true")
        return
    path = state.pop("PATH", None)
    if path:  # the embedded psql, for dbshell
        environ["PATH"] = f"{path}{os.pathsep}{environ.get('PATH', os.defpath)}"
    for name, value in state.items():
        if not environ.get(f"{name}_FILE"):
            environ.setdefault(name, value)


def data_dir(environ: MutableMapping[str, str]) -> Path:
    given = environ.get("DATA_DIR")
    return CHECKOUT / Path(given).expanduser() if given else default_data_dir()


def running_state(folder: Path) -> dict[str, str] | None:
    """What the supervisor wrote for others, or None where none holds the lock of `folder`."""
    try:
        with (folder / LOCK).open() as lock:
            if free(lock.fileno()):
                return None
        state: dict[str, str] = json.loads((folder / STATE).read_text())
    except (OSError, ValueError):
        return None
    return state


def free(descriptor: int) -> bool:
    """Whether nobody holds the lock; the kernel lets go of a dead holder's, so it cannot be stale."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
