"""Templates: projects that can be posted as they stand, or changed to fit. Their words are in `gallery/`.

There each file is an industry, each table in it one template, under the key that stands in addresses.
"""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

GALLERY = Path(__file__).parent / "gallery"


class TemplatePart(NamedTuple):
    title: str
    due_days: int
    criteria: tuple[str, ...]


class ProjectTemplate(NamedTuple):
    """A whole project in words; industry, role and skills are slugs of the closed lists.

    `fee` is in whole units of the site's currency, for one student.
    """

    key: str
    industry: str
    title: str
    summary: str
    job_role: str
    skills: tuple[str, ...]
    hours: int
    fee: int
    brief: str
    questions: tuple[str, ...]
    deliverables: tuple[TemplatePart, ...]

    @property
    def fee_cents(self) -> int:
        return self.fee * 100

    @property
    def days(self) -> int:
        return max(part.due_days for part in self.deliverables)

    def says(self, word: str) -> bool:
        """Whether this word, in lower case, stands in what the template is about."""
        return word in f"{self.title} {self.summary} {' '.join(self.skills)} {self.brief}".lower()


def read(path: Path) -> list[ProjectTemplate]:
    with path.open("rb") as file:
        tables = tomllib.load(file)
    return [written(key, path.stem, **words) for key, words in tables.items()]


def written(
    key: str, industry: str, *, brief: str, deliverables: list[dict[str, Any]], **words: Any
) -> ProjectTemplate:
    parts = tuple(TemplatePart(**part | {"criteria": tuple(part["criteria"])}) for part in deliverables)
    words |= {name: tuple(words[name]) for name in ("skills", "questions")}
    return ProjectTemplate(key, industry, brief=brief.strip(), deliverables=parts, **words)


TEMPLATES: dict[str, ProjectTemplate] = {
    template.key: template for path in sorted(GALLERY.glob("*.toml")) for template in read(path)
}


def fitting(words: str = "", industry: str = "") -> list[ProjectTemplate]:
    """The templates of an industry, or of all, in which every one of the words stands."""
    wanted = words.lower().split()
    return [
        template
        for template in TEMPLATES.values()
        if industry in {"", template.industry} and all(map(template.says, wanted))
    ]
