"""Beginning the demo, going on with one that was interrupted, and ending it: three parts, each harmless twice.

The first part is small and is there before the site answers. The second lives through the stories with money, while
nothing else may touch them. The third adds the rest, story by story, beside a site that runs.
"""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from accounts import proving
from accounts.models import User
from marketplace.kernel import mail
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.letters import About
from marketplace.kernel.models import Letter, Notice, Topic
from marketplace.kernel.transactions import without_nudges
from marketplace.site.demo import PASSWORD, PEOPLE, reading, retelling
from marketplace.site.demo.acting import Acting, StandIn
from marketplace.site.demo.living import Past, live_alone, never
from marketplace.site.demo.people import People
from marketplace.site.demo.stories import Story, all_stories
from marketplace.site.demo.working import Working
from payments.models import Operation
from projects.models import Application, Engagement, Project

FIRST = 12  # so many projects are there before the site answers
PAST_DAYS = 75
STILL_NEWS = timedelta(days=1)
BEGUN, THERE = "demo-begun", "demo-is-there"
Say = Callable[[str], object]
Pick = Callable[[Story], bool]


def everything(story: Story) -> bool:  # noqa: ARG001
    return True


def check_allowed() -> None:
    """Raises ImproperlyConfigured in production."""
    if settings.PRODUCTION:
        raise ImproperlyConfigured("The demo has a known password and is never loaded in production.")


def begun_at() -> datetime | None:
    """The present of the demo: everything in it happened before. None where none was begun."""
    return Letter.objects.filter(key__startswith=BEGUN).values_list("created_at", flat=True).first()


def is_told_otherwise() -> bool:
    return retelling.is_told_otherwise(Letter.objects.get(key__startswith=BEGUN))


def is_wanted() -> bool:
    """Whether there is something to do: a demo that is not complete, or a site where nobody is yet."""
    if begun_at() is not None:
        return not Letter.objects.filter(key__startswith=THERE).exists()
    return not User.objects.exists()


@transaction.atomic
def begin(*, at: datetime) -> datetime:
    """The three people, and the letter from which an interrupted demo knows when it began."""
    known = begun_at()
    if known is not None:
        return known
    people = People(at)
    student, employer = people.student(next(iter(reading.students()))), people.employer(company_of_demo())
    mail.send(
        "site/demo_begins",
        to=people.admin,
        key=BEGUN,
        at=at,
        about=about("/", "See the site"),
        password=PASSWORD,
        student=student.email,
        employer=employer.email,
        admin=people.admin.email,
        stories=retelling.mark(at),
    )
    return at


def about(path: str, action: str) -> About:
    return About(path=path, action=action, why="you are the moderator of this demo", topic=Topic.MODERATION)


def company_of_demo() -> str:
    return next(iter(reading.companies()))


def first(*, at: datetime, most: int = FIRST) -> int:
    """The people, and the first dozen projects as they opened. Returns how many are new."""
    check_allowed()
    with without_nudges():
        base = begin(at=at)
        people, before = People(base), Project.objects.count()
        stories = [story for story in all_stories(base) if story.opened and not story.steps][:most]
        for story in retelling.not_begun(stories) if is_told_otherwise() else stories:
            with transaction.atomic():
                for act in Acting(story, people).posted():
                    act.do(act.at)
        let_bygones_be(base)
    return Project.objects.count() - before


def live_past(
    standin: StandIn, *, pick: Pick = everything, stop: Callable[[], bool] = never, say: Say = print
) -> None:
    """The stories with money, side by side, up to the present of the demo; only those that `pick` wants.

    Raises Stopped where `stop` said so; the next call goes on.
    """
    check_allowed()
    base = begun_at()
    if base is None:
        return
    with without_nudges():
        is_new = not Operation.objects.exists()
        if is_new:
            standin.reset(days_ago=PAST_DAYS)
        people, past = People(base), Past(standin, stop=stop)
        wanted = [story for story in all_stories(base) if story.fate.moves_money and pick(story)]
        if is_told_otherwise():  # days that were lived are over; what was begun goes on by its dates
            wanted = retelling.not_begun(wanted) if is_new else []
            retelling.answer_everybody(at=past.present, until=base)
        acts = [act for story in wanted for act in Working(story, people, standin).acts()]
        past.live(acts, until=base, passed=Milestones(base, say).passed)
        let_bygones_be(base)
    past.catch_up_with_now()


class Milestones:
    """Says every ten days how far the past has come."""

    def __init__(self, base: datetime, say: Say) -> None:
        self.base, self.say, self.last = base, say, PAST_DAYS

    def passed(self, at: datetime) -> None:
        left = (self.base - at).days
        if left <= self.last - 10:
            self.last = left
            self.say(f"The demo lives through its past: {left} days to go")


def add_rest(
    *,
    at: datetime,
    with_money: bool,
    pick: Pick = everything,
    stop: Callable[[], bool] = never,
    say: Say = print,
) -> None:
    """The stories in which no money moves, the demo people's own first; then the word that all is there.

    `with_money` says that the other stories were lived through; else they are told up to the answers.
    """
    check_allowed()
    base = begun_at()
    if base is None:
        return
    told = [story for story in all_stories(base) if not (with_money and story.fate.moves_money)]
    stories = [story for story in told if pick(story)]
    otherwise = is_told_otherwise()
    if otherwise:
        stories = retelling.not_begun(stories)
    people = People(base)
    with without_nudges():
        for number, story in enumerate(sorted(stories, key=is_of_others), 1):
            if stop():
                return
            # What was begun may stand in the way of a story that is new: then it stays untold.
            with suppress(RuleViolation) if otherwise else nullcontext(), transaction.atomic():
                live_alone(Acting(story, people), until=base)
                let_bygones_be(base)
            if number % 40 == 0:
                say(f"The demo grows: {number} of {len(stories)} more projects")
        with transaction.atomic():
            prove_two(people, at=base)
            let_bygones_be(base)
    end(people, at=at)
    say(f"The demo is complete: {Project.objects.count()} projects")


def is_of_others(story: Story) -> bool:
    return company_of_demo() != story.plan.company and next(iter(reading.students())) not in story.plan.cast


def let_bygones_be(base: datetime) -> None:
    """What was told before the last day is read; letters of the past go out to the demo people alone."""
    recent = base - STILL_NEWS
    Notice.objects.unread().filter(created_at__lt=recent).update(read_at=recent)
    old = Letter.objects.filter(created_at__lte=base).exclude(key__startswith=BEGUN)
    old.exclude(to__email__in=PEOPLE, created_at__gte=recent).let_go(at=base)


def prove_two(people: People, *, at: datetime) -> None:
    """Two companies, not that of the demo employer, showed a number of a registry, and the moderator looked it up."""
    for name in list(reading.companies())[1:3]:
        owner, company = people.employer(name), people.companies[name]
        if not company.is_proven and not company.proofs.exists():
            told = {"registry": "Register of this demo", "number": f"D-{company.pk:04}"}
            proof = proving.tell_number(company, by=owner, at=at, **told)
            proving.confirm_number(proof, by=people.admin, at=at)


def end(people: People, *, at: datetime) -> None:
    mail.send(
        "site/demo_is_there",
        to=people.admin,
        key=THERE,
        at=at,
        about=about("/projects/", "See the projects"),
        projects=Project.objects.count(),
        applications=Application.objects.count(),
        engagements=Engagement.objects.count(),
    )
