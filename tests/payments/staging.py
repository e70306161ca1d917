"""A moment in the life of an engagement, reached once by the rules and then copied for every test.

Both books are copied: the database, and the file of the stand-in for Stripe.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketplace.site.local.servers import DATABASE
from payments.sandbox.control import Control
from tests import embedded
from tests.databases import WORKER, separate, working_in
from tests.sandboxed import FILE, standing_in


@dataclass(frozen=True)
class Stage:
    """What `build` returned, and where its two books are."""

    about: Any
    database: str
    folder: Path


@contextmanager
def staged(
    name: str,
    build: Callable[[Control], Any],
    folder: Path,
    *,
    after: Stage | None = None,
    tells: bool = True,
) -> Iterator[Stage]:
    """Build once, going on from where `after` ended; both books are then closed, so that they can be copied."""
    if after is not None:
        shutil.copy(after.folder / FILE, folder / FILE)
    with embedded.clone(f"staged_{WORKER}_{name}", of=after.database if after else DATABASE) as database:
        with working_in(database), standing_in(str(folder / FILE), tells=tells) as control:
            about = build(control)
        yield Stage(about, database, folder)


@contextmanager
def copied(stage: Stage, folder: Path) -> Iterator[str]:
    """Copies of both books, the stand-in's in `folder`; yields the name of the database, which is in use."""
    shutil.copy(stage.folder / FILE, folder / FILE)
    with separate(f"copied_{WORKER}", of=stage.database) as database:
        yield database


@contextmanager
def gone_on(stage: Stage, folder: Path) -> Iterator[Control]:
    """A copy of both books in use, the stand-in inside this process; yields its control."""
    with copied(stage, folder), standing_in(str(folder / FILE)) as control:
        yield control
