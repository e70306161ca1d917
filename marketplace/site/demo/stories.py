"""Who does what and when in each project of the demo, worked out before anything is done, the same each time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings

from marketplace.site.demo import reading
from marketplace.site.demo.reading import Fate, Plan, Student

UP, ASLEEP = 7, 22  # the hours between which people of the demo do things
A_WHILE = timedelta(minutes=20)
MOST_ENGAGEMENTS = 2  # of one student
LONGEST_AGO = 46.0  # days: no last step is longer ago
MAYA = "Maya Lindqvist"  # the demo's student does only what is written for her
OVER = {"chosen": 0, "declined": 12, "ignored": 3, "withdrawn": 1}  # how often, once all was answered
CURRENT = {"waiting": 10, "shortlisted": 4, "declined": 3, "withdrawn": 1}


@dataclass(frozen=True)
class Bid:
    """One student's application, with what becomes of it; `answered_at` is when, where somebody acts."""

    student: Student
    at: datetime
    outcome: str
    answered_at: datetime | None
    motivation: str
    answers: list[str]


@dataclass(frozen=True)
class Asked:
    """One public question, with its answer and when that comes, where it comes by now."""

    student: str
    at: datetime
    text: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Story:
    """One project from its draft on. `opened` is None for one that never opened."""

    plan: Plan
    fate: Fate
    number: int
    window: int
    drafted: datetime
    sent: datetime | None
    opened: datetime | None
    steps: list[tuple[str, datetime]]
    bids: list[Bid]
    talk: list[Asked] = field(default_factory=list)

    @property
    def chosen(self) -> Student | None:
        return next((bid.student for bid in self.bids if bid.outcome == "chosen"), None)


def all_stories(base: datetime) -> list[Story]:
    """Every project of the demo, told up to `base`; those that end last first, which have the least choice."""
    casting, purses = Casting(), Purses()
    numbered = sorted(enumerate(reading.plans()), key=lambda one: latest_end(one[1]))
    stories = [tell(plan, number, casting, purses, base) for number, plan in numbered]
    be_silent_once(stories)
    return stories


def be_silent_once(stories: list[Story]) -> None:
    """A company leaves applicants of one project without an answer at most: two would pause its posting."""
    silent: set[str] = set()
    for story in stories:
        ignored = [bid for bid in story.bids if bid.outcome == "ignored"]
        if ignored and story.plan.company in silent:
            assert story.opened is not None
            late = story.opened + days(story.window + 4.6)
            story.bids[:] = [
                replace(bid, outcome="declined", answered_at=late) if bid in ignored else bid
                for bid in story.bids
            ]
        elif ignored:
            silent.add(story.plan.company)


def latest_end(plan: Plan) -> float:
    fate = reading.fates()[plan.fate]
    return fate.ends[1] if fate.ends else 0


class Purses:
    """When each company has how much reserved or held: an unproven one may have only so much at a time."""

    def __init__(self) -> None:
        self.held: dict[str, list[tuple[float, float, int]]] = {}

    def find_room(self, plan: Plan, fate: Fate, wanted: float) -> float:
        """The first end, in days before now and not after `wanted`, at which the company can afford it."""
        cents = plan.hours * plan.pay * 110  # with the platform's ten percent
        lasts = sum(gap for _, gap in fate.gaps[1:]) + 1
        own = self.held.setdefault(plan.company, [])
        ends = wanted
        while self.bound(own, ends + lasts, ends - fate.settles) + cents > settings.UNPROVEN_LIMIT_CENTS:
            ends += 1
            if ends > LONGEST_AGO:
                raise ValueError(f"{plan.company} can never afford “{plan.title}”.")
        own.append((ends + lasts, ends - fate.settles, cents))
        return ends

    def bound(self, own: list[tuple[float, float, int]], start: float, end: float) -> int:
        """What may be held at once from `start` to `end`; days before now count down."""
        return sum(cents for begins, over, cents in own if begins >= end and over <= start)


class Casting:
    """Hands out the students, so that all are about equally busy and some know what is asked for."""

    def __init__(self) -> None:
        self.busy: Counter[str] = Counter()
        self.engaged = Counter(
            name for plan in reading.plans() for name, what in plan.cast.items() if what == "chosen"
        )

    def pick(self, plan: Plan, count: int, random: Random) -> list[Student]:
        known = reading.students()
        asked = [known[name] for name in plan.cast]
        others = [one for one in known.values() if one.name not in {MAYA, *plan.cast} and may_do(one, plan)]
        others.sort(key=lambda student: self.busy[student.name] - fit(student, plan) + random.random())
        picked = (asked + others)[: max(count, len(asked))]
        self.busy.update(student.name for student in picked)
        return picked

    def choose(self, plan: Plan, picked: list[Student]) -> Student:
        """Who is made the offer: the one that the plan names, else the first who has time for it."""
        for name, what in plan.cast.items():
            if what == "chosen":
                return reading.students()[name]
        free = [one for one in picked if self.engaged[one.name] < MOST_ENGAGEMENTS]
        found = max(free or picked, key=lambda one: fit(one, plan))
        self.engaged[found.name] += 1
        return found


def may_do(student: Student, plan: Plan) -> bool:
    return plan.works in reading.may_work_as(student.name)


def fit(student: Student, plan: Plan) -> float:
    return 2 * (plan.role in student.job_roles) + len({*plan.skills} & {*student.skills})


def tell(plan: Plan, number: int, casting: Casting, purses: Purses, base: datetime) -> Story:
    fate, random = reading.fates()[plan.fate], Random(plan.title)  # noqa: S311, the same each time
    zone = ZoneInfo(reading.companies()[plan.company].time_zone)
    window = random.randint(*fate.window)
    picked = casting.pick(plan, random.randint(*fate.applicants), random)
    chosen = casting.choose(plan, picked) if fate.moves_money else None
    ends = random.uniform(*fate.ends) if fate.ends else 0
    if chosen:
        ends = purses.find_room(plan, fate, ends)
    steps = list(steps_of(fate, zone, chosen, base - days(ends), base, random))
    if fate.sent:  # it never opened
        sent = awake(base - days(random.uniform(*fate.sent)), zone, random)
        return Story(plan, fate, number, window, sent - 8 * A_WHILE, sent, None, [], [])
    opened = opening(fate, steps, zone, base, random)
    story = Story(plan, fate, number, window, opened - days(1.1), opened - days(0.8), opened, steps, [])
    story.bids.extend(bids_of(story, picked, chosen, base, random))
    story.talk.extend(talk_of(story, opened, base))
    return story


def steps_of(
    fate: Fate, zone: ZoneInfo, chosen: Student | None, at: datetime, base: datetime, random: Random
) -> Iterator[tuple[str, datetime]]:
    """The acts with their moments, counted back from the last one, which is at `at`."""
    found = []
    for name, gap in reversed(fate.gaps):
        of_student = chosen and name in {"accept", "accept_refused", "refuse", "deliver", "deliver_one"}
        own = ZoneInfo(chosen.time_zone) if of_student and chosen else zone
        at = at if base - at < days(0.02) else awake(at, own, random)
        found.append((name, at))
        at -= days(gap)
    yield from reversed(found)


def opening(
    fate: Fate, steps: list[tuple[str, datetime]], zone: ZoneInfo, base: datetime, random: Random
) -> datetime:
    if steps:
        return awake(steps[0][1] - days(fate.gaps[0][1]), zone, random)
    assert fate.opened is not None
    return awake(base - days(random.uniform(*fate.opened)), zone, random)


# Public questions


def talk_of(story: Story, opened: datetime, base: datetime) -> Iterator[Asked]:
    """Spread over the days in which applications are taken, up to `base`."""
    last = min(opened + days(story.window - 1), base - A_WHILE)
    gap = (last - opened) / (2 * len(story.plan.talk) + 1)
    for number, (student, text, *answers) in enumerate(story.plan.talk):
        at = opened + gap * (2 * number + 1)
        answer = answers[0] if answers else ""
        yield Asked(student, at, text, answer, at + gap if answer else None)


# Applications


def bids_of(
    story: Story, picked: list[Student], chosen: Student | None, base: datetime, random: Random
) -> Iterator[Bid]:
    assert story.opened is not None
    last = min(story.opened + days(story.window - 0.2), base - A_WHILE)
    if story.steps:
        last = min(last, story.steps[0][1] - days(0.3))
    writing = Writing(story.plan, random)
    for student in picked:
        moment = story.opened + (last - story.opened) * random.uniform(0.05, 1)
        at = max(awake(moment, ZoneInfo(student.time_zone), random), story.opened + A_WHILE)
        outcome, answered_at = outcome_of(story, student, chosen, at, base, random)
        yield Bid(student, at, outcome, answered_at, writing.motivation(student), writing.answers(student))


def outcome_of(
    story: Story, student: Student, chosen: Student | None, at: datetime, base: datetime, random: Random
) -> tuple[str, datetime | None]:
    """What becomes of one bid, and when: everything that should be decided after `base` still waits."""
    assert story.opened is not None
    if student == chosen:
        return "chosen", max(at + A_WHILE, story.steps[0][1] - days(0.2))
    ends = story.opened + days(story.window + 4.6)  # the answer-by date is 5 days after the window
    weights = OVER if ends < base else CURRENT
    drawn = random.choices([*weights], [*weights.values()])[0]
    outcome = story.plan.cast.get(student.name, drawn)
    if outcome in {"waiting", "ignored"}:
        return outcome, None
    accepted = next((moment for name, moment in story.steps if name == "accept"), None)
    if accepted and outcome == "shortlisted":  # whose seat is taken by then
        outcome = "declined"
    earliest = at + days(0.3) if outcome == "withdrawn" else max(at, accepted or at) + days(0.3)
    moment = min(earliest + days(random.uniform(0.1, 2)), ends)
    return (outcome, moment) if at < moment < base - A_WHILE else ("waiting", None)


class Writing:
    """What the applicants of one project write; nobody says what another said before."""

    def __init__(self, plan: Plan, random: Random) -> None:
        self.plan, self.random, words = plan, random, reading.words()
        self.motives = shuffled(words["motives"][plan.role], random)
        self.closings = shuffled([*words["closing"]["lines"], *[""] * 8], random)
        self.lines = {name: shuffled(lines, random) for name, lines in words["answers"].items()}

    def motivation(self, student: Student) -> str:
        motive, closing = self.motives.pop() if self.motives else "", self.closings.pop()
        said = [motive, student.about] if self.random.random() < 0.6 else [student.about, motive]
        return " ".join(part for part in (*said, closing) if part)

    def answers(self, student: Student) -> list[str]:
        return [student.closest if ask == "closest" else self.line(ask) for ask in self.plan.asks]

    def line(self, ask: str) -> str:
        lines = self.lines[ask]
        lines.insert(0, line := lines.pop())
        return line


# Time and chance


def shuffled(lines: Iterable[str], random: Random) -> list[str]:
    found = list(lines)
    random.shuffle(found)
    return found


def days(number: float) -> timedelta:
    return timedelta(days=number)


def awake(at: datetime, zone: ZoneInfo, random: Random) -> datetime:
    """The same moment where people are up, else the evening before it."""
    local = at.astimezone(zone)
    if UP <= local.hour < ASLEEP:
        return at
    evening = local if local.hour >= ASLEEP else local - timedelta(days=1)
    hour, minute = random.randint(ASLEEP - 4, ASLEEP - 1), random.randint(0, 59)
    return evening.replace(hour=hour, minute=minute).astimezone(at.tzinfo)
