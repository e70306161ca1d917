"""What happens before the settings are read: the services come up, and the environment names them."""

import fcntl
import json
import os
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from marketplace.environment import Environment, default_data_dir
from marketplace.site.local.console import Console
from marketplace.site.local.discovery import LOCK, STATE, given
from marketplace.site.local.keys import keys_of
from marketplace.site.local.processes import free_port, port_is_free
from marketplace.site.local.servers import OWNER, Postgres, ServiceFailed, Valkey
from marketplace.site.local.wheels import bin_dir

SANDBOX = "LOCAL_SANDBOX"  # the address of the Stripe stand-in that the local run is to start
SANDBOX_PORT = 8420
SHARED = (
    "SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET_PLATFORM",
    "STRIPE_WEBHOOK_SECRET_CONNECT",
    "STRIPE_WEBHOOK_SECRET_V2",
)


def bring_up(stack: ExitStack, environ: MutableMapping[str, str], console: Console) -> None:
    """Lock the data folder, start what must be embedded, fill `environ`, and tell other commands.

    Raises ServiceFailed or NotInstalled.
    """
    environ["LOCAL_RUN"] = "true"
    env = Environment()
    folder = env.folder("DATA_DIR", default_data_dir())
    host, port = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000, least=1, most=65535)
    env.stop_if_refused()
    stack.enter_context(locked(folder))
    if not port_is_free(host, port):
        raise ServiceFailed(f"Port {port} of {host} is taken; choose another: make run PORT={port + 1}")
    console.say(f"Starting. Data live in {folder}")
    stack.callback(console.say, "Stopped. Your data are kept.")
    found = {"LOCAL_RUN": "true", "DATA_DIR": str(folder), "HOST": host, "PORT": str(port)}
    found |= embed(stack, folder, console)
    if not given(environ, "STRIPE_SECRET_KEY"):
        address = sandbox_address(host, env.text("SITE_URL", "http://localhost"))
        key = keys_of(folder)["STRIPE_SECRET_KEY"]
        found |= {"STRIPE_SECRET_KEY": key, "STRIPE_API_BASE": address, SANDBOX: address}
    environ.update(found)
    write_state(folder, found)
    stack.callback((folder / STATE).unlink, missing_ok=True)


def embed(stack: ExitStack, folder: Path, console: Console) -> dict[str, str]:
    """Start PostgreSQL and Valkey unless the environment names others. Raises ServiceFailed."""
    keys = keys_of(folder)
    found = {name: keys[name] for name in SHARED if not given(os.environ, name)}
    if not given(os.environ, "DATABASE_URL"):
        postgres = Postgres(folder, keys["POSTGRES"])
        stack.callback(postgres.stop)
        with console.step("PostgreSQL"):
            postgres.start()
        found |= {"DATABASE_URL": postgres.url(), "DATABASE_OWNER_URL": postgres.url(OWNER)}
        found["PATH"] = f"{bin_dir()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    if not given(os.environ, "REDIS_URL"):
        valkey = Valkey(folder, keys["VALKEY"])
        stack.callback(valkey.stop)
        with console.step("Valkey"):
            valkey.start()
        found["REDIS_URL"] = valkey.url()
    return found


@contextmanager
def locked(folder: Path) -> Iterator[IO[str]]:
    """Hold the data folder; whoever finds it held knows that we run. Raises ServiceFailed."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise ServiceFailed(f"DATA_DIR {folder} cannot be used: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceFailed(
                f"It is running already, on {folder}: stop it first, or set DATA_DIR."
            ) from None
        yield lock


def write_state(folder: Path, found: dict[str, str]) -> None:
    path = folder / STATE
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_text(json.dumps(found))


def sandbox_address(host: str, site_url: str) -> str:
    """Where browsers and our processes reach the stand-in: the same port each time, where it is free."""
    port = SANDBOX_PORT if port_is_free(host, SANDBOX_PORT) else free_port()
    return f"http://{urlsplit(site_url).hostname}:{port}"
