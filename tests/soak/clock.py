"""The time of a soak: one clock for the site, its database and the stand-in, which runs faster and leaps.

It is a straight line over the machine's own clock, `a + b * seconds`, in a few bytes that all processes share:
a leap is one write of `a`. What code asks of the database's clock, `now()` and `statement_timestamp()`, is found
in a schema before PostgreSQL's own; columns that have PostgreSQL's own clock as default keep the true time.
"""

import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

FIELDS = ("a", "b", "deadly", "open", "acts", "post", "people")
SCHEMA = "soak"
TRUE_CLOCK = time.time
BOOT_CLOCK = time.clock_gettime
DATABASE_CLOCK = """
CREATE SCHEMA soak;
GRANT USAGE ON SCHEMA soak TO PUBLIC;
CREATE TABLE soak.clock (a float8 NOT NULL, b float8 NOT NULL);
INSERT INTO soak.clock VALUES (0, 1);
GRANT SELECT ON soak.clock TO PUBLIC;
CREATE FUNCTION soak.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS
    'SELECT to_timestamp(a + b * extract(epoch FROM pg_catalog.statement_timestamp())::float8) FROM soak.clock';
CREATE FUNCTION soak.now() RETURNS timestamptz LANGUAGE sql STABLE AS
    'SELECT to_timestamp(a + b * extract(epoch FROM pg_catalog.now())::float8) FROM soak.clock';
"""


class Shared:
    """Numbers that the conductor writes and every process reads; eight bytes each, so that none is half written.

    `deadly`: how likely a piece of work is to die at a named point. `open`: whether new offers are made.
    `acts`: about how many things people did. `post`: whether letters of Stripe are carried at all.
    `people`: whether they do anything.
    """

    def __init__(self, path: Path, *, new=False):
        if new:
            path.write_bytes(struct.pack("7d", 0, 1, 0, 1, 0, 1, 1))
        with path.open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)

    def __getitem__(self, name):
        return struct.unpack_from("d", self.memory, 8 * FIELDS.index(name))[0]

    def __setitem__(self, name, value):
        struct.pack_into("d", self.memory, 8 * FIELDS.index(name), value)


class Clock:
    """What time it is in the soak."""

    def __init__(self, shared):
        self.shared = shared

    def seconds(self, true=None):
        return self.shared["a"] + self.shared["b"] * (TRUE_CLOCK() if true is None else true)

    def now(self):
        return datetime.fromtimestamp(self.seconds(), UTC)

    def install(self):
        """Make it the clock of this process: of its doors and sweeps, of how long it was suspended, of a stand-in."""
        from django.utils import timezone

        from payments.sandbox import clock as standin

        timezone.now = self.now
        time.clock_gettime = self.since_boot
        standin.Clock.wall = lambda _: int(self.seconds())

    def since_boot(self, which):
        return self.seconds() if which == time.CLOCK_BOOTTIME else BOOT_CLOCK(which)


class Hands(Clock):
    """The clock with the hands that set it, the database's first: there a key is never younger than it is."""

    def __init__(self, shared, admin_url, database):
        super().__init__(shared)
        self.address, self.name = admin_url.rpartition("/")[0] + f"/{database}", database
        self.open()
        self.database.execute(DATABASE_CLOCK)

    def open(self):
        """Hold the clock of the database under its name, which a restore gives to another."""
        self.database = psycopg.connect(self.address, autocommit=True)
        path = sql.SQL("ALTER DATABASE {} SET search_path = soak, public, pg_catalog")
        self.database.execute(path.format(sql.Identifier(self.name)))

    def set(self, *, at=None, pace):
        """Go on from `at`, or from now, at so many seconds a second; call it while nothing runs."""
        true = TRUE_CLOCK()
        start = self.seconds(true) if at is None else at.timestamp()
        self.write(start - pace * true, pace)

    def leap(self, seconds):
        self.write(self.shared["a"] + seconds, self.shared["b"])

    def write(self, a, b):
        self.database.execute("UPDATE soak.clock SET a = %s, b = %s", [a, b])
        self.shared["a"], self.shared["b"] = a, b

    def close(self):
        self.database.close()
