"""An update may tell the stories of the demo otherwise: those that were begun before it stay as far as they came."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from marketplace.kernel.models import Letter
from marketplace.site.demo.stories import Story, all_stories
from projects import selecting
from projects.models import Application, Project


def mark(base: datetime) -> str:
    """The same for the same stories; the letter with which a demo begins keeps it."""
    return hashlib.sha256(repr(all_stories(base)).encode()).hexdigest()


def is_told_otherwise(letter: Letter) -> bool:
    """Whether the demo that `letter` began was begun with other stories."""
    return bool(letter.context.get("stories") != mark(letter.created_at))


def not_begun(stories: Iterable[Story]) -> list[Story]:
    known = set(Project.objects.values_list("company__name", "title"))
    return [story for story in stories if (story.plan.company, story.plan.title) not in known]


def answer_everybody(*, at: datetime, until: datetime) -> None:
    """Where a story breaks off nobody waits in vain until `until`, which would pause its company's posting."""
    bids = Application.objects.without_offer().filter(answer_by_at__gt=at, answer_by_at__lte=until)
    for bid in bids.select_related("project__posted_by"):
        selecting.decline(bid, by=bid.project.posted_by, at=at, reason=Application.DeclineReason.FILLED)
