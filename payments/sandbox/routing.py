"""What an address of the API is: what it takes, what it answers, who carries it out."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import stripe

Handler = Callable[..., dict[str, Any]]
PAGED = "limit starting_after ending_before created"


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    handler: Handler
    takes: type
    gives: Any
    knows: frozenset[str] = field(default_factory=frozenset)
    named: bool = (
        False  # whether it may be asked for in the name of a connected account, and so change its things
    )

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", r"([A-Za-z0-9_]+)", self.path))

    @property
    def is_v2(self) -> bool:
        return self.path.startswith("/v2/")

    @property
    def permission(self) -> tuple[str, str]:
        """What a restricted key must be allowed: a resource, and to read or to write it."""
        parts = self.path.split("/")
        return parts[3 if self.is_v2 else 2], "read" if self.method == "GET" else "write"


def get(path: str, handler: Handler, takes: type, gives: Any, knows: str = "") -> Route:
    return Route("GET", path, handler, takes, gives, frozenset([*knows.split(), "expand"]))


def post(
    path: str, handler: Handler, takes: type, gives: Any, knows: str = "", *, named: bool = False
) -> Route:
    return Route("POST", path, handler, takes, gives, frozenset([*knows.split(), "expand"]), named)


def listed(path: str, handler: Handler, takes: type, of: Any, knows: str = "") -> Route:
    return get(path, handler, takes, stripe.ListObject[of], f"{PAGED} {knows}")
