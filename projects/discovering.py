"""Discovering: which open projects fit a search, page by page, and the lists one narrows it by."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.cache import cache

from accounts.models import Industry, JobRole
from projects.models import Project
from projects.models.finding import Place, ProjectQuerySet

PAGE = 20
MOST_COUNTED = 1000
LISTS_LIVE = 300  # seconds that a new industry or role may take to be offered


class Choice(NamedTuple):
    """A term of a closed list: what an address says, what a page shows, what a row holds."""

    slug: str
    name: str
    pk: int


@dataclass(frozen=True)
class Wish:
    """What somebody looks for; what is None or empty does not matter to them."""

    words: str = ""
    industry: int | None = None
    job_role: int | None = None
    hours_min: int | None = None
    hours_max: int | None = None
    pay_min_cents: int | None = None
    eligibility: str = ""
    is_trial: bool | None = None

    def filters(self) -> dict[str, Any]:
        wanted = {
            "industry": self.industry,
            "job_role": self.job_role,
            "hours__gte": self.hours_min,
            "hours__lte": self.hours_max,
            "eligibility": self.eligibility or None,
            "is_trial": self.is_trial,
        }
        return {name: value for name, value in wanted.items() if value is not None}


class Page(NamedTuple):
    """Some projects, where they end if more follow, and how many there are, counted to 1,001 at most."""

    projects: list[Project]
    end: Place | None
    total: int

    @property
    def counted(self) -> str:
        """`37`, or `1,000+` where counting on would only cost time."""
        return f"{MOST_COUNTED:,}+" if self.total > MOST_COUNTED else str(self.total)


def find(wish: Wish) -> ProjectQuerySet:
    """Open projects that fit, in no order yet."""
    rows = Project.objects.open().filter(**wish.filters())
    if wish.pay_min_cents:
        rows = rows.paying(wish.pay_min_cents)
    return rows.matching(wish.words) if wish.words else rows


def page_of(wish: Wish, *, after: Place | None = None, size: int = PAGE) -> Page:
    """One page of what fits: two queries, however much there is. A place of another order starts from the front."""
    searching = bool(wish.words)
    if after is not None and searching == (after.in_front is None):
        after = None
    rows = find(wish)
    ordered = rows.best_first() if searching else rows.newest_first()
    found = list(ordered.following(after).for_cards()[: size + 1])
    more = len(found) > size
    return Page(found[:size], place_of(found[size - 1]) if more else None, rows[: MOST_COUNTED + 1].count())


def place_of(project: Project) -> Place:
    assert project.published_at is not None
    return Place(project.published_at, project.pk, getattr(project, "in_front", None))


def industries() -> list[Choice]:
    return choices(Industry)


def job_roles() -> list[Choice]:
    return choices(JobRole)


def choices(model: type[Industry] | type[JobRole]) -> list[Choice]:
    """A closed list by name, from the cache: it changes once a year and stands on every page of the list."""
    key = f"choices-{model._meta.model_name}"
    rows: list[tuple[str, str, int]] | None = cache.get(key)
    if rows is None:
        rows = list(model._default_manager.order_by("name").values_list("slug", "name", "pk"))
        cache.set(key, rows, LISTS_LIVE)
    return [Choice(*row) for row in rows]
