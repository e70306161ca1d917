"""What the people of one project do, each act by the rule that its page would call.

An act that was done leaves a history row of its very moment, by which an interrupted demo knows it again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Protocol

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import JobRole, Skill
from marketplace.site.demo import reading
from marketplace.site.demo.people import People
from marketplace.site.demo.reading import Student
from marketplace.site.demo.stories import Asked, Bid, Story
from projects import applying, asking, attaching, moderating, opening, posting, selecting
from projects.drafts import Part
from projects.models import Application, Project

ALL_SENT = 5  # every so many projects wants two students instead of one
MOMENT = timedelta(minutes=4)


class StandIn(Protocol):
    """What the demo asks of the stand-in for Stripe, beyond what Stripe itself offers."""

    def pay(self, session: str) -> Any: ...
    def onboard(self, account: str) -> Any: ...
    def advance(self, *, seconds: int = 0) -> int: ...
    def reset(self, *, days_ago: int = 0) -> Any: ...
    def break_(self, kind: str, **where: Any) -> Any: ...


@dataclass(frozen=True, order=True)
class Act:
    """One thing that one person does at one moment."""

    at: datetime
    do: Callable[[datetime], object] = field(compare=False)


class Acting:
    """Turns a story into acts, from the draft to the answers; `working` adds what is done with money."""

    def __init__(self, story: Story, people: People) -> None:
        self.story, self.plan, self.people = story, story.plan, people
        self.random = Random(f"{story.plan.title}, acted")  # noqa: S311, the same each time
        self.project: Project | None = None
        self.owner = people.employer(story.plan.company)

    def acts(self) -> list[Act]:
        return sorted([*self.posted(), *self.applied(), *self.talked()])

    # Posting

    def posted(self) -> Iterator[Act]:
        story = self.story
        yield Act(story.drafted, self.write)
        if story.sent and story.plan.fate not in {"draft", "blank"}:
            yield Act(story.sent, self.send)
        if story.opened:
            yield Act(story.opened, self.let_through)
        if story.sent and story.plan.fate == "rejected":
            yield Act(story.sent + timedelta(hours=5), self.refuse)
        if story.sent and story.plan.fate == "discarded":
            yield Act(story.sent + timedelta(hours=2), self.discard)

    def write(self, at: datetime) -> None:
        company, plan = self.people.companies[self.plan.company], self.plan
        self.project = Project.objects.filter(company=company, title=plan.title).first()
        if self.project is not None:
            return
        draft = posting.start_draft(company, by=self.owner, at=at)
        self.project = posting.save_draft(
            draft,
            by=self.owner,
            at=at + MOMENT,
            title=plan.title,
            brief=plan.brief,
            industry=company.industry,
            job_role=JobRole.objects.get(slug=plan.role),
            skills=list(Skill.objects.filter(slug__in=plan.skills)),
            eligibility=plan.works,
            is_trial=plan.trial,
            hours=plan.hours,
            fee_cents=plan.hours * plan.pay * 100,
            seats=2 if plan.fate == "open" and self.story.number % ALL_SENT == 0 else 1,
            starts_within_days=3 + self.story.number % 3,
            window_days=self.story.window,
            promised_materials=plan.promises,
            questions=[reading.words()["questions"][ask] for ask in plan.asks],
            parts=[self.part(number) for number in range(len(plan.parts))],
        )
        files = [SimpleUploadedFile(name, text.encode()) for name, text in plan.files.items()]
        attaching.attach(self.project, files, by=self.owner, at=at + MOMENT)

    def part(self, number: int) -> Part:
        title, *criteria = self.plan.parts[number]
        return Part(title, criteria, 0, max(1, self.plan.days * (number + 1) // len(self.plan.parts)))

    def send(self, at: datetime) -> None:
        if not self.was_done(at):
            self.project = posting.send_to_moderation(self.known, by=self.owner, at=at)

    def let_through(self, at: datetime) -> None:
        if not self.was_done(at):
            self.project = moderating.pass_project(self.known, by=self.people.admin, at=at)

    def refuse(self, at: datetime) -> None:
        if not self.was_done(at):
            code, note = self.plan.refusal or self.random.choice(reading.words()["deliveries"]["refusals"])
            moderating.refuse_project(self.known, by=self.people.admin, at=at, codes=[code], note=note)

    def discard(self, at: datetime) -> None:
        if not self.was_done(at):
            posting.discard(self.known, by=self.owner, at=at)

    def pause(self, at: datetime) -> None:
        if not self.was_done(at):
            posting.pause(self.known, by=self.owner, at=at)

    def open_again(self, at: datetime) -> None:
        """After nobody applied; the sweep that ended it may have been at this very moment."""
        if not self.known.history.opened_again().exists():
            opening.open_again(self.known, by=self.owner, at=at, window_days=self.story.window)

    def was_done(self, at: datetime) -> bool:
        return self.known.history.filter(at=at).exists()

    @property
    def known(self) -> Project:
        assert self.project is not None
        return self.project

    # Applying and answering

    def applied(self) -> Iterator[Act]:
        for bid in self.story.bids:
            yield Act(bid.at, partial(self.bid, bid))
            answer = ANSWERS.get(bid.outcome)
            if answer and bid.answered_at:
                yield Act(bid.answered_at, partial(answer, self, bid))
        for name, at in self.story.steps:
            if name in {"pause", "open_again"}:
                yield Act(at, getattr(self, name))

    def talked(self) -> Iterator[Act]:
        """What students ask in public, and what the company says to it."""
        for asked in self.story.talk:
            yield Act(asked.at, partial(self.ask_in_public, asked))
            if asked.answered_at:
                yield Act(asked.answered_at, partial(self.answer_in_public, asked))

    def ask_in_public(self, asked: Asked, at: datetime) -> None:
        if not self.known.public_questions.filter(asked_at=at).exists():
            asking.ask(self.known, by=self.people.student(asked.student), at=at, text=asked.text)

    def answer_in_public(self, asked: Asked, at: datetime) -> None:
        for question in self.known.public_questions.waiting().filter(asked_at=asked.at):
            asking.answer(question, by=self.owner, at=at, text=asked.answer)

    def bid(self, bid: Bid, at: datetime) -> None:
        student = self.people.student(bid.student.name)
        if not self.known.applications.filter(student=student).exists():
            applying.apply(self.known, by=student, at=at, motivation=bid.motivation, answers=bid.answers)

    def application(self, student: Student) -> Application:
        of = self.people.student(student.name)
        return self.known.applications.select_related("project__company", "student").get(student=of)

    def shortlist(self, bid: Bid, at: datetime) -> None:
        application = self.application(bid.student)
        if not application.history.filter(at=at).exists():
            selecting.shortlist(application, by=self.owner, at=at)

    def decline(self, bid: Bid, at: datetime) -> None:
        application = self.application(bid.student)
        if application.history.filter(at=at).exists():
            return
        taken = any(name == "accept" and moment < at for name, moment in self.story.steps)
        codes = ["filled"] if taken else ["skills", "experience", "answers", "availability"]
        code = self.random.choice(codes)
        note = self.random.choice(reading.words()["declines"][code])
        selecting.decline(application, by=self.owner, at=at, reason=code, note=note)

    def withdraw(self, bid: Bid, at: datetime) -> None:
        application = self.application(bid.student)
        if not application.history.filter(at=at).exists():
            applying.withdraw(application, by=application.student, at=at)


ANSWERS: dict[str, Callable[[Acting, Bid, datetime], None]] = {
    "chosen": Acting.shortlist,
    "shortlisted": Acting.shortlist,
    "declined": Acting.decline,
    "withdrawn": Acting.withdraw,
}
