"""What is asked of a soak, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field

from tests.soak import verdict


@dataclass(frozen=True)
class Wish:
    """What is asked of a soak."""

    operations: int = 10_000  # of the control: transfers
    kills: int = 2_000
    faults: int = 8_000
    seed: int = 1
    watch_pace: float = 1  # of the part in which recovery is measured: 1 is true time
    watched_for: float = 260  # of the site's seconds
    pace: float = 10  # the site's seconds in a true one, once its clock leaps
    parts: int = 12  # that are approved by silence while that is watched
    patience: float = 3 * 3600  # true seconds of all at once, and as many until it has come to rest
    crowd: int = 2  # processes of people, and as many that drain
    deploys: int = 5
    restores: int = 2
    careless: bool = False


@dataclass
class Soak:
    """What came of it; times are the site's seconds."""

    wish: Wish
    verdict: verdict.Verdict
    seconds: float
    operations: dict
    kills: Counter
    faults: Counter
    webhooks: Counter
    events: Counter
    recoveries: list = field(default_factory=list)
    after_wipes: list = field(default_factory=list)
    silences: list = field(default_factory=list)  # of the watched part
    all_silences: list = field(default_factory=list)
