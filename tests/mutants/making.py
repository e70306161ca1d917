"""The mutants of a file, and how they come to be loaded instead of it."""

import difflib
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents
from mutmut.utils.format_utils import mangled_name_from_mutant_name

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.txt")


@dataclass(frozen=True)
class Mutant:
    """One mistake in one function."""

    file: str
    module: str
    name: str
    was: str
    "Its line or lines before, stripped."
    becomes: str

    @property
    def full_name(self) -> str:
        """As mutmut switches it on."""
        return f"{self.module}.{self.name}"

    @property
    def function(self) -> str:
        """As mutmut records that a function is reached."""
        return mangled_name_from_mutant_name(self.full_name)


class Source:
    """A file whose every mistake is loaded at once, none of them switched on."""

    def __init__(self, path: Path) -> None:
        self.path, self.file = path, str(path.relative_to(ROOT))
        self.module = self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.mutated: MutatedFile = mutate_file_contents(self.file, path.read_text())
        self.lines = self.mutated.code.splitlines()

    def mutants(self) -> list[Mutant]:
        """All of them, in the order of the file."""
        return [self.mutant(name) for name in self.mutated.mutant_names]

    def mutant(self, name: str) -> Mutant:
        right = self.body(f"{mangled_name_from_mutant_name(name)}__mutmut_orig")
        changed = [line for line in difflib.ndiff(right, self.body(name)) if line[:2] in {"- ", "+ "}]
        was, becomes = (" ".join(x[2:].strip() for x in changed if x[0] == sign) for sign in "-+")
        return Mutant(self.file, self.module, name, was, becomes)

    def body(self, name: str) -> list[str]:
        """The lines of a function below its first, which names it; the first line too where that was changed."""
        span = self.mutated.line_span_by_function_name[name]
        lines = self.lines[span.start - 1 : span.end]
        return [line.replace(name, "NAME") for line in lines]


class Loader(SourceFileLoader):
    """Loads a file with its mutants; nothing is cached."""

    def __init__(self, name: str, source: Source) -> None:
        super().__init__(name, str(source.path))
        self.source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source.mutated.code, str(self.source.path), "exec", dont_inherit=True)


class Finder:
    """Comes before Python's own."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = {source.module: source for source in sources}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if (source := self.sources.get(name)) is None:
            return None
        return spec_from_file_location(name, source.path, loader=Loader(name, source))


def load(sources: Iterable[Source]) -> None:
    """From here on; before anything imports them."""
    sys.meta_path.insert(0, Finder(sources))


def sampled(mutants: list[Mutant], share: float, seed: int) -> list[Mutant]:
    """So many of the mutants of a file, always the same with one seed."""
    chosen = random.Random(seed).sample(
        range(len(mutants)), min(len(mutants), round(len(mutants) * share + 0.499))
    )
    return [mutants[n] for n in sorted(chosen)]


def equivalent() -> dict[tuple[str, str], str]:
    """Why a mutant may live: (file, its line) → the reason. A line of the table is `file | line | reason`."""
    rows = [line.split(" | ") for line in EQUIVALENT.read_text().splitlines() if line and line[0] != "#"]
    return {(file, becomes): reason for file, becomes, reason in rows}
