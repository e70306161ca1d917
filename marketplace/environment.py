"""Reading the environment: typed, from NAME or the file that NAME_FILE names, all errors told at once."""

import hashlib
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

import dj_database_url
import dj_email_url
from environs import EnvError, EnvValidationError, FileAwareEnv

CHECKOUT = Path(__file__).resolve().parent.parent
# gunicorn reads this exit status as "stop, do not start the worker again".
WORKER_BOOT_ERROR = 3


class Environment:
    """Each reader answers a usable value even when it notes an error; `stop_if_refused` then ends the start.

    No line repeats a value: it may be a secret.
    """

    def __init__(self) -> None:
        self._env = FileAwareEnv(strip_whitespace=True)
        self.refused: dict[str, str] = {}

    def refuse(self, name: str, why: str) -> None:
        self.refused.setdefault(name, why)

    def flag(self, name: str, *, default: bool) -> bool:
        return bool(self._read("bool", name, default, hint="say true or false"))

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        hint = f"a whole number from {least}" + ("" if most is None else f" to {most}")
        value = int(self._read("int", name, default, hint=hint))
        if value < least or (most is not None and value > most):
            self.refuse(name, f"is out of range: {hint}.")
        return value

    def text(self, name: str, default: str = "") -> str:
        return str(self._read("str", name, default, hint="a line of text")) or default

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def one_of(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in choices:
            self.refuse(name, f"is not one of {', '.join(choices)}.")
        return value

    def time_zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if value not in available_timezones():
            self.refuse(name, "is not a time zone like Europe/Berlin.")
            return default
        return value

    def days(self, name: str) -> list[date]:
        try:
            return [date.fromisoformat(part) for part in self.names(name)]
        except ValueError:
            self.refuse(name, "holds something that is not a day like 2026-07-04.")
            return []

    def address(self, name: str, default: str, *schemes: str) -> str:
        """An absolute address with one of `schemes`, without the slash at its end."""
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            fine = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fine = False
        if value and not fine:
            self.refuse(
                name, f"is not an address that starts with {' or '.join(s + '://' for s in schemes)}."
            )
        return value

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Django's database entry from postgres://user:password@host:port/name; empty when not given."""
        url = self.text(name, default)
        if not url:
            return {}
        if not url.startswith(("postgres://", "postgresql://")):
            self.refuse(name, "is not an address that starts with postgres://.")
            return {}
        try:
            entry: dict[str, Any] = dict(dj_database_url.parse(url))
        except ValueError:
            entry = {}
        if not (entry.get("NAME") and entry.get("USER") and entry.get("HOST")):
            self.refuse(name, "cannot be read: postgres://user:password@host:port/name.")
        return entry

    def mail(self, name: str) -> dict[str, Any]:
        """Django's EMAIL_ settings from smtp:// or submission://; empty when not given."""
        url = self.address(name, "", "smtp", "submission", "submit")
        if not url or name in self.refused:
            return {}
        return dict(dj_email_url.parse(url))

    def store(self, name: str) -> dict[str, Any]:
        """What the S3 storage needs from s3://key:secret@host/bucket?region=name; empty when not given.

        `s3+http` goes without TLS, to a store on the same machine.
        """
        url = self.address(name, "", "s3", "s3+http")
        if not url or name in self.refused:
            return {}
        parts = urlsplit(url)
        bucket = parts.path.strip("/")
        if not (parts.username and parts.password and bucket) or "/" in bucket:
            self.refuse(name, "cannot be read: s3://key:secret@host/bucket?region=name.")
            return {}
        host = parts.netloc.rpartition("@")[2]
        return {
            "access_key": unquote(parts.username),
            "secret_key": unquote(parts.password),
            "bucket_name": bucket,
            "endpoint_url": f"{'http' if parts.scheme == 's3+http' else 'https'}://{host}",
            "region_name": dict(parse_qsl(parts.query)).get("region"),
        }

    def folder(self, name: str, default: Path) -> Path:
        path = Path(self.text(name, str(default))).expanduser()
        if not path.is_absolute():
            path = CHECKOUT / path
        if path.exists() and not path.is_dir():
            self.refuse(name, "is not a folder.")
        return path

    def stop_if_refused(self) -> None:
        if self.refused:
            stop([f"{name} {why}" for name, why in sorted(self.refused.items())])

    def _read(self, parser: str, name: str, default: Any, *, hint: str) -> Any:
        if not (os.environ.get(name) or os.environ.get(f"{name}_FILE")):  # blank means not given
            return default
        try:
            return getattr(self._env, parser)(name, default)
        except EnvValidationError:
            self.refuse(name, f"cannot be read: {hint}.")
        except (EnvError, ValueError):
            self.refuse(f"{name}_FILE", "does not name a text file that can be read.")
        return default


def stop(lines: list[str]) -> NoReturn:
    """End the start with one line for each thing that is wrong, without a traceback."""
    count = "One setting is" if len(lines) == 1 else f"{len(lines)} settings are"
    sys.stderr.write("\n  ".join([f"Foothold does not start. {count} wrong:", *lines]) + "\n")
    raise SystemExit(WORKER_BOOT_ERROR)


def default_data_dir() -> Path:
    """Where a checkout's local data live: in the user's data folder, each checkout its own.

    Root's home is closed to the unprivileged account that PostgreSQL then runs as, hence /var/lib.
    """
    own = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
    if os.geteuid() == 0:
        return Path("/var/lib/foothold") / own
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / f"foothold-{own}"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / f"foothold-{own}"
