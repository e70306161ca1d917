"""Which mutants of the money core live on; the score is the share of those that a test notices."""

import argparse
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.making import ROOT, Mutant, Source, equivalent, load, sampled
from tests.mutants.trying import Trying

MUTATED = ("payments/ledger", "payments/operations", "payments/releasing.py", "payments/refunding.py")
TESTS = ("tests/payments",)
TOO_LONG = ("machine", "kill", "races", "sandbox")  # and what they prove, no single function shows
AT_LEAST = 0.9


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("what", nargs="*", default=MUTATED, help="files, folders, or names of mutants")
    parser.add_argument(
        "--share", type=float, default=1, help="so much of each file's mutants, 0.15 for a sample"
    )
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument(
        "--seconds", type=float, default=20, help="of tests for one mutant, the nearest first"
    )
    parser.add_argument("--tests", nargs="*", default=TESTS, help="files or folders of tests")
    asked = parser.parse_args()

    names = {name for name in asked.what if "__mutmut_" in name}
    paths = [module_path(name) for name in names] + [ROOT / p for p in asked.what if p not in names]
    files = {file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])}
    sources = [Source(file) for file in sorted(files)]
    load(sources)
    chosen: list[Mutant] = []
    for source in sources:
        mutants = sampled(source.mutants(), asked.share, asked.seed)
        chosen += [mutant for mutant in mutants if not names or mutant.full_name in names]

    trying = Trying(chosen, asked.seconds)
    left_out = [f"--ignore=tests/payments/{name}" for name in TOO_LONG]
    ended = pytest.main(
        ["-n", "0", "-qq", "-p", "no:cacheprovider", *left_out, *asked.tests], plugins=[trying]
    )
    return report(trying.outcomes) if trying.outcomes else int(ended) or 1


def module_path(name: str) -> Path:
    """The file of a mutant."""
    path = ROOT / name.rpartition(".x")[0].replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def report(outcomes: dict[Mutant, str]) -> int:
    """A line for each file and the score, which is too low below 90 of 100."""
    excused = equivalent()
    counts: dict[str, Counter[str]] = {}
    for mutant, outcome in outcomes.items():
        same = outcome == "survived" and (mutant.file, mutant.becomes) in excused
        counts.setdefault(mutant.file, Counter())["equivalent" if same else outcome] += 1
    total = sum(counts.values(), Counter())
    columns = ("killed", "timeout", "survived", "unreached", "equivalent")
    print(f"\n{'':40}" + "".join(f"{name:>12}" for name in columns) + f"{'score':>8}")  # noqa: T201
    for file, count in [*counts.items(), ("together", total)]:
        print(f"{file:40}" + "".join(f"{count[name]:12}" for name in columns) + f"{score(count):8.1%}")  # noqa: T201
    return int(score(total) < AT_LEAST)


def score(count: Counter[str]) -> float:
    tried = count.total() - count["equivalent"]
    return (count["killed"] + count["timeout"]) / tried if tried else 1.0


sys.exit(main())
