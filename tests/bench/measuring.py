"""What was measured, over several rounds, and whether it is what it should be."""

import statistics
from dataclasses import dataclass

ROUNDS = 5


@dataclass
class Measured:
    """The same number of each round; `goal` is the least that the median may be, or with `at_most` the most."""

    name: str
    values: list
    unit: str = ""
    goal: float | None = None
    at_most: bool = False

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def is_reached(self):
        return self.goal is None or (self.median <= self.goal if self.at_most else self.median >= self.goal)

    def __str__(self):
        sign = "" if self.goal is None else f"{'≤' if self.at_most else '≥'} {self.goal:g}"
        said = "" if self.goal is None else "reached" if self.is_reached else "MISSED"
        spread = f"{min(self.values):.4g} to {max(self.values):.4g}"
        return f"{self.name:<58}{self.median:>10.4g} {self.unit:<8}{sign:<8}{said:<8}{spread}"


def percentile(values, share):
    """The value under which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
