"""PostgreSQL's own programs for a backup: `pg_dump` and `pg_restore`, as the owner of the tables."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from marketplace.site.local.wheels import NotInstalled, bin_dir

VERSION = re.compile(r"(\d+)\.")


def run(name: str, *arguments: str) -> None:
    """Raises CommandError with the program's own words."""
    done = subprocess.run(
        [program(name), *arguments], env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f"{name} failed: {done.stderr.strip()}")


def program(name: str) -> Path:
    """The one on the path where it is as new as the server, which can do TLS; else the one of the wheel."""
    found = shutil.which(name)
    if found and major_of(found) >= connection.pg_version // 10_000:  # type: ignore[attr-defined]
        return Path(found)
    try:
        return bin_dir() / name
    except NotInstalled as error:
        raise CommandError(
            f"{name} of the server's version is missing: install PostgreSQL's client."
        ) from error


def major_of(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = VERSION.search(said)
    return int(found[1]) if found else 0


def environment() -> dict[str, str]:
    """Whom to connect as and where, without a word of it on a command line that others can list."""
    entry: dict[str, Any] = connection.settings_dict | {
        key: value for key, value in settings.DATABASE_OWNER.items() if key != "NAME"
    }
    given = {
        "PGHOST": entry["HOST"],
        "PGPORT": str(entry["PORT"] or 5432),
        "PGUSER": entry["USER"],
        "PGPASSWORD": entry["PASSWORD"],
        "PGDATABASE": entry["NAME"],
        **{
            f"PG{name.upper()}": str(value)
            for name, value in entry.get("OPTIONS", {}).items()
            if "ssl" in name
        },
    }
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": os.environ.get("HOME", "/"), **given}
