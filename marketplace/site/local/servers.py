"""The embedded services: real PostgreSQL and real Valkey, started on a folder and stopped again."""

import hashlib
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql

from marketplace.site.local.processes import free_port, spawn, stop
from marketplace.site.local.wheels import Account, bin_dir, service_account, valkey_server

MAJOR = 18
DATABASE = "foothold"
OWNER, APP, SUPERUSER = "foothold_owner", "foothold", "postgres"
START_SECONDS = 60
# For data that nobody will miss: nothing waits for the disk.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "scram_iterations": "1",  # tests connect thousands of times, and keep nothing behind these passwords
}


class ServiceFailed(Exception):
    """A service did not come up. The message is one line for the person at the terminal."""


class Service:
    """A server process with its own folder under `home`, its log beside it, on a port of 127.0.0.1."""

    name: str
    gentle: signal.Signals

    def __init__(self, home: Path, password: str) -> None:
        self.home, self.password = home, password
        self.account: Account | None = service_account()
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.home / f"{self.name}.log"

    def start(self) -> None:
        """Raises ServiceFailed. Another program may take the free port first, hence the attempts."""
        self.prepare()
        for _ in range(3):
            self.port = free_port()
            with self.log.open("ab") as log:
                self.process = self.run(self.command(), log)
            if self.answers_in_time():
                return
            self.stop()
        raise ServiceFailed(f"{self.name} does not start; its last words are in {self.log}.")

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, self.gentle, seconds=30)

    def answers_in_time(self) -> bool:
        end = time.monotonic() + START_SECONDS
        while self.process is not None and self.process.poll() is None and time.monotonic() < end:
            if self.is_ours():
                return True
            time.sleep(0.03)
        return False

    def run(self, command: list[Any], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return spawn(
            command,
            last_signal=self.gentle,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **self.options(),
        )

    def options(self) -> dict[str, Any]:
        env = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "HOME": str(self.home)}
        return {"cwd": "/", "env": env, **(self.account.popen_options() if self.account else {})}

    def own_folder(self, name: str) -> Path:
        """A folder for the service alone. Under root it belongs to the unprivileged account."""
        self.home.mkdir(parents=True, exist_ok=True)
        folder = self.home / name
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            self.home.chmod(0o711)
            for closed in (path for path in self.home.parents if not path.stat().st_mode & 0o001):
                raise ServiceFailed(
                    f"{self.name} runs as nobody, who may not enter {closed}: choose another DATA_DIR."
                )
            os.chown(folder, self.account.uid, self.account.gid)
        return folder

    def prepare(self) -> None:
        raise NotImplementedError

    def command(self) -> list[Any]:
        raise NotImplementedError

    def is_ours(self) -> bool:
        """Whether the server that answers on the port works on our folder, not a neighbour's."""
        raise NotImplementedError


class Postgres(Service):
    """One cluster with the owner's role, who migrates, and the app's role, which owns nothing."""

    name = "PostgreSQL"
    gentle = signal.SIGINT  # its "fast" shutdown: no new work, clean files

    def __init__(self, home: Path, password: str, *, throwaway: bool = False) -> None:
        super().__init__(home, password)
        self.throwaway = throwaway
        self.data = home / f"pg{MAJOR}"

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        # What is thrown away is asked through its socket, at half of what the network's layers cost.
        host = quote(str(self.data), safe="") if self.throwaway else "127.0.0.1"
        return f"postgres://{role}:{self.password_of(role)}@{host}:{self.port}/{database}"

    def password_of(self, role: str) -> str:
        """Each role has its own, so that the app's does not open the owner's door."""
        return hashlib.sha256(f"{self.password}:{role}".encode()).hexdigest()

    def start(self) -> None:
        super().start()
        self.create_roles()

    def prepare(self) -> None:
        self.refuse_other_major()
        folder = self.own_folder(self.data.name)
        if not (folder / "PG_VERSION").exists():
            self.initialise()

    def refuse_other_major(self) -> None:
        others = [old for old in self.home.glob("pg[0-9][0-9]") if old != self.data]
        if others and not self.data.exists():
            raise ServiceFailed(
                f"{others[0]} holds data of another PostgreSQL; this release brings {MAJOR}. Dump them with "
                f"the release that wrote them and load them here, or use {bin_dir() / 'pg_upgrade'}."
            )

    def initialise(self) -> None:
        # A file, since the pipe of a parent cannot be opened again after the change of user.
        with tempfile.NamedTemporaryFile("w") as secret, self.log.open("ab") as log:
            secret.write(self.password_of(SUPERUSER))
            secret.flush()
            if self.account:
                os.chown(secret.name, self.account.uid, self.account.gid)
            flags = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin"]
            flags += ["--builtin-locale=C.UTF-8", "--locale=C.UTF-8", f"--username={SUPERUSER}"]
            flags += ["--no-sync", "--set", "scram_iterations=1"] if self.throwaway else []
            command = [bin_dir() / "initdb", "-D", self.data, f"--pwfile={secret.name}", *flags]
            if self.run(command, log).wait() != 0:
                raise ServiceFailed(
                    f"{self.name} cannot lay out {self.data}; its last words are in {self.log}."
                )

    def command(self) -> list[Any]:
        settings = THROWAWAY if self.throwaway else {}
        flags: list[Any] = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        socket = self.data if self.throwaway else ""
        flags += ["-h", "127.0.0.1", "-p", self.port, "-k", socket]
        return [bin_dir() / "postgres", "-D", self.data, *flags]

    def is_ours(self) -> bool:
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]) == self.data

    def create_roles(self) -> None:
        """Make what is missing of the two roles and the database; passwords follow the secrets file."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            for role, rights in ((OWNER, "CREATEDB"), (APP, "NOCREATEDB")):
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                verb = "ALTER" if known else "CREATE"
                command = f"{verb} ROLE {{}} LOGIN NOSUPERUSER NOCREATEROLE {rights} PASSWORD {{}}"
                connection.execute(
                    sql.SQL(command).format(sql.Identifier(role), sql.Literal(self.password_of(role)))
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")


class Valkey(Service):
    """The broker's and the cache's server; what it holds is on disk within a second."""

    name = "Valkey"
    gentle = signal.SIGTERM

    def url(self, number: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    def prepare(self) -> None:
        self.data = self.own_folder("valkey")
        # In a file, because a command line can be read by every user of the machine.
        config = self.data / "valkey.conf"
        config.write_text(f"requirepass {self.password}\n")
        config.chmod(0o600)
        if self.account:
            os.chown(config, self.account.uid, self.account.gid)

    def command(self) -> list[Any]:
        flags = ["--port", self.port, "--bind", "127.0.0.1", "--dir", self.data]
        flags += ["--appendonly", "yes", "--maxmemory-policy", "noeviction", "--databases", "64"]
        return [valkey_server(), self.data / "valkey.conf", *flags]

    def is_ours(self) -> bool:
        client = redis.Redis.from_url(self.url(), socket_connect_timeout=2, decode_responses=True)
        try:
            folder = str(client.config_get("dir")["dir"])
        except redis.RedisError:
            return False
        finally:
            client.close()
        return Path(folder) == self.data
