"""How webhooks travel: what a test makes of their way, and the secrets that sign them."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, TypeVar

from payments.sandbox.clock import DAY
from payments.sandbox.config import CHANNELS
from payments.sandbox.sandbox import Context

T = TypeVar("T")
OVERLAP = DAY  # how long a rolled secret goes on signing at most


@dataclass(frozen=True)
class Way:
    """The way of every webhook from now on. Chance is repeatable for one seed."""

    paused: bool = False  # nothing is posted, and everything waits
    duplicate: int = 1  # how often each is posted
    reorder: int = 1  # so many that are due together are posted in any order
    drop: float = 0.0  # the chance that one is lost, and taken for delivered
    delay: int = 0  # seconds before it is posted the first time
    skew: int = 0  # seconds added to the time in its signature: the future, or below zero the past
    twin: bool = False  # two events for one fact
    stale: bool = False  # the oldest known state of the object, not the newest
    scale: float = 1.0  # of the waits between tries
    seed: int = 0

    def __post_init__(self) -> None:
        for known in fields(self):
            value, wanted = getattr(self, known.name), type(known.default)
            if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
                raise ValueError(f"{known.name} should be of type {wanted.__name__}, not {value!r}.")
        if (
            min(self.duplicate, self.reorder) < 1
            or min(self.delay, self.scale) < 0
            or not 0 <= self.drop <= 1
        ):
            raise ValueError(
                "duplicate and reorder are at least 1, delay and scale at least 0, drop from 0 to 1."
            )


def way(ctx: Context) -> Way:
    return Way(**json.loads(ctx.store.meta("mail", "{}")))


def change(ctx: Context, knobs: dict[str, Any]) -> Way:
    """Set these and leave the others. Raises ValueError for what is no knob, or no value for one."""
    known = {known.name: known.default for known in fields(Way)}
    for name, value in knobs.items():
        if name not in known:
            raise ValueError(f"{name} is none of {', '.join(known)}.")
        if isinstance(known[name], float) and isinstance(value, int) and not isinstance(value, bool):
            knobs[name] = float(value)
    changed = replace(way(ctx), **knobs)
    ctx.store.set_meta("mail", json.dumps(asdict(changed)))
    return changed


def shuffled(found: Way, waiting: Sequence[T]) -> list[T]:
    """In windows of `reorder`, each in any order."""
    chance = random.Random(f"{found.seed}:{len(waiting)}")  # noqa: S311 - repeatable
    windows = [list(waiting[i : i + found.reorder]) for i in range(0, len(waiting), found.reorder)]
    for window in windows:
        chance.shuffle(window)
    return [letter for window in windows for letter in window]


def is_lost(found: Way, delivery: int) -> bool:
    return random.Random(f"{found.seed}:{delivery}").random() < found.drop  # noqa: S311 - repeatable


def secrets(ctx: Context, channel: str, url: str) -> list[str]:
    """What signs a letter: the secret of its address, and for a while the one before. None: it is unknown by now."""
    rolled = json.loads(ctx.store.meta(f"secrets:{channel}", "[]"))
    valid = [secret for secret, until in rolled if until is None or until > ctx.now]
    if valid:
        return valid
    return [w.secret for w in ctx.config.webhooks if (w.channel, w.url) == (channel, url)]


def roll(ctx: Context, channel: str, secret: str, overlap: int) -> None:
    """Sign with a new secret; the old ones sign too, for these seconds more."""
    if channel not in CHANNELS or not secret or not 0 <= overlap <= OVERLAP:
        raise ValueError(
            f"A secret is of {', '.join(CHANNELS)}, not empty, and overlaps at most {OVERLAP} seconds."
        )
    old = json.loads(ctx.store.meta(f"secrets:{channel}", "[]"))
    if not old:
        old = [[w.secret, None] for w in ctx.config.webhooks if w.channel == channel]
    kept = [[one, min(until or ctx.now + overlap, ctx.now + overlap)] for one, until in old]
    ctx.store.set_meta(f"secrets:{channel}", json.dumps([[secret, None], *kept]))
