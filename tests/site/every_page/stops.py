"""The words in which a walk is written down: who opens which address, and what they do there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import Company


@dataclass(frozen=True)
class Stop:
    """A page as one person finds it; `does` brings it into another state or leads to the page `then`."""

    who: str | None
    name: str
    args: tuple[str | int, ...] = ()
    query: str = ""
    does: Callable[[Any], None] | None = None
    then: str = ""
    status: int = 200

    def __str__(self) -> str:
        act = f", {self.does.__name__}" if self.does else ""
        return f"{self.who or 'a visitor'}: {self.name} {' '.join(map(str, self.args))}{self.query}{act}"

    @property
    def is_ours(self) -> bool:
        """Written by us, and not Django's administration or the stand-in for Stripe."""
        return not self.name.startswith(("admin:", "stripe:"))

    @property
    def page(self) -> str:
        """The name of the address that is looked at."""
        return self.then or self.name

    @property
    def kind(self) -> tuple[Any, ...]:
        """Which page it is, and whether it stands as it opens, was sent back, or tells of a mishap."""
        return self.page, self.status

    def address(self, world: Any) -> str:
        if self.name.startswith("stripe:"):
            return getattr(world, self.name.removeprefix("stripe:"))
        is_admin = self.name.startswith("admin:")
        known = [value_of(world, arg, by_key=is_admin) for arg in self.args]
        return reverse(self.name, args=known) + self.query


def value_of(world: Any, arg: str | int, *, by_key: bool) -> Any:
    """What stands in the address for the thing that the world calls `arg`."""
    thing = getattr(world, arg, arg) if isinstance(arg, str) else arg
    if by_key and hasattr(thing, "pk"):
        return thing.pk
    if isinstance(thing, Company):
        return thing.slug
    return getattr(thing, "public_id", thing)


def seen_by(who: str | None, *lines: str | tuple[Any, ...]) -> list[Stop]:
    """One person's stops: a name alone, or name, what stands in its address, an act, where it leads, status."""
    return [stop_of(who, *((line,) if isinstance(line, str) else line)) for line in lines]


def stop_of(who: str | None, name: str, *rest: Any) -> Stop:
    name, _, query = name.partition("?")
    query = query and f"?{query}"
    act = next((n for n, item in enumerate(rest) if callable(item)), len(rest))
    args, does, after = rest[:act], next(iter(rest[act : act + 1]), None), rest[act + 1 :]
    then = next((item for item in after if isinstance(item, str)), "")
    status = next((item for item in after if isinstance(item, int)), 200)
    if args and isinstance(args[-1], int) and args[-1] >= 400:  # no number of a part
        *args, status = args
    if name == "mishap":
        status = int(args[0][:3])
    return Stop(who, name, tuple(args), query, does, then, status)
