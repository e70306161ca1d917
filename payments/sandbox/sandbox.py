"""The stand-in itself: its store, its clock, and the turns in which anything happens."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import stripe

from payments.sandbox import annotations
from payments.sandbox.clock import Clock
from payments.sandbox.config import Config
from payments.sandbox.errors import missing, no_access
from payments.sandbox.ids import Ids
from payments.sandbox.store import Body, Store

PLATFORM = "platform"


class Sandbox:
    def __init__(self, path: str, *, config: Config, clock: Clock) -> None:
        self.config = config
        self.clock = clock
        self.store = Store(path)
        self.ids = Ids(config.seed, lambda: self.store.count("ids"))
        self.rung = threading.Event()  # wakes whoever delivers webhooks
        with self.store.transaction():
            self.clock.offset = int(self.store.meta("offset", "0"))
            # A process that died in the middle of a request has done none of it: its keys are free again.
            self.store.run("DELETE FROM idempotency WHERE status IS NULL")

    @contextmanager
    def turn(self, **about: Any) -> Iterator["Context"]:
        """One transaction under the one lock, at one moment."""
        with self.store.transaction():
            yield Context(self, self.clock.now(), **about)


@dataclass
class Context:
    """What a piece of work knows: when it happens, for which account, and on whose request."""

    sandbox: Sandbox
    now: int
    account: str = PLATFORM
    base_url: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None
    upload: int | None = None  # the bytes of a file that came with the request
    listed_before: int | None = None  # lists lag behind: they show what was made before this

    @property
    def store(self) -> Store:
        return self.sandbox.store

    @property
    def config(self) -> Config:
        return self.sandbox.config

    def address(self, path: str) -> str:
        return (self.config.public_url or self.base_url or "http://sandbox.invalid").rstrip("/") + path

    def new_id(self, prefix: str, length: int = 24) -> str:
        return self.sandbox.ids.new(prefix, length)

    def make(
        self,
        cls: type[stripe.StripeObject],
        *,
        account: str | None = None,
        private: Body | None = None,
        **values: Any,
    ) -> Body:
        """A new object of this class, kept, with its nullable fields as null."""
        body = annotations.blank(cls, **values)
        return self.store.add(body, account=account or self.account, created=self.now, private=private)

    def need(self, kind: str, id_: str, *, param: str = "id", status: int = 404) -> Body:
        """The object of this account. Raises ApiError resource_missing."""
        found = self.store.get(id_, kind=kind, account=self.account)
        if found is None:
            raise missing(kind, id_, param=param, status=status)
        return found

    def is_cut_off(self, account: str) -> bool:
        """Whether the account's person took our access away: nothing of it is told or done for us any more."""
        return bool(self.store.meta(f"cut_off:{account}"))

    def reach(self, account: str) -> None:
        """Raises ApiError account_invalid where it is cut off from us."""
        if self.is_cut_off(account):
            raise no_access(account)

    def at(self, due: int, action: str, ref: str, *, keep: bool = False) -> None:
        """Have something happen by the clock; a second appointment for the same replaces the first, or `keep`s it."""
        then = "NOTHING" if keep else "UPDATE SET due = excluded.due"
        self.store.run(
            f"INSERT INTO timer (due, action, ref) VALUES (?, ?, ?) ON CONFLICT (action, ref) DO {then}",  # noqa: S608
            *(due, action, ref),
        )

    def not_at(self, action: str, ref: str) -> None:
        self.store.run("DELETE FROM timer WHERE action = ? AND ref = ?", action, ref)
