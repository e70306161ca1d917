"""What the people of one project do with money and work: from the offer to the last approval."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from marketplace.site.demo import reading
from marketplace.site.demo.acting import MOMENT, Act, Acting, StandIn
from marketplace.site.demo.people import People
from marketplace.site.demo.stories import Story
from payments import funding, offering, paying_out, refunding, releasing, reviewing
from payments.models import Hold, Payee
from projects import messaging
from projects.models import Deliverable, Engagement

SET_UP_AFTER = timedelta(hours=9)
TURN = timedelta(minutes=40)  # between one message and the answer to it
CAPTURES = {"method": "POST", "path": "/v1/payment_intents/*/capture"}
UNREADY = "late_payee"  # the fate of a student who never finished the set-up at Stripe


class Working(Acting):
    """A story whose seat was offered."""

    def __init__(self, story: Story, people: People, standin: StandIn) -> None:
        super().__init__(story, people)
        self.standin = standin
        assert story.chosen is not None
        self.student = people.student(story.chosen.name)

    def acts(self) -> list[Act]:
        return sorted([*super().acts(), *self.worked()])

    def worked(self) -> Iterator[Act]:
        for number, (name, at) in enumerate(self.story.steps):
            yield Act(at, partial(STEPS[name], self))
            if name == "offer":
                yield Act(at + MOMENT, self.pay)
            if name == "accept":
                for place, (side, text) in enumerate(self.plan.said, start=1):
                    yield Act(at + place * TURN, partial(self.say, side, text))
            if name == "accept" and self.plan.fate != UNREADY:
                yield Act(min(at + SET_UP_AFTER, self.before(number + 1)), self.set_up)

    def before(self, number: int) -> datetime:
        """Just before that step, or long after all."""
        steps = self.story.steps
        return steps[number][1] - MOMENT if number < len(steps) else steps[-1][1] + SET_UP_AFTER

    # The offer

    def offer(self, at: datetime) -> None:
        assert self.story.chosen is not None
        application = self.application(self.story.chosen)
        if not application.engagements.filter(created_at=at).exists():
            offering.make_offer(application, by=self.owner, at=at)

    def pay(self, at: datetime) -> None:
        """Fill the payment page, as the employer does, and come back from it."""
        hold = self.engagement.holds.get()
        if hold.status != Hold.Status.CHECKOUT_OPEN or hold.checkout_session is None:
            return
        hold = funding.confirm_payment(hold, at=at)  # an interrupted demo may have paid
        if hold.status == Hold.Status.CHECKOUT_OPEN:
            self.standin.pay(hold.checkout_session or "")
            funding.confirm_payment(hold, at=at)

    def accept(self, at: datetime) -> None:
        if not self.engagement.history.filter(at=at).exists():
            assert self.story.chosen is not None
            paying_out.open_account(self.student, country=self.story.chosen.country, at=at)
            offering.accept_offer(self.engagement, by=self.student, at=at)

    def accept_refused(self, at: datetime) -> None:
        """Accept, and the bank refuses the card."""
        if not self.engagement.history.filter(at=at).exists():
            self.standin.break_("402", **CAPTURES)
            self.accept(at)

    def say_no(self, at: datetime) -> None:
        if not self.engagement.history.filter(at=at).exists():
            offering.decline_offer(self.engagement, by=self.student, at=at)

    def take_back(self, at: datetime) -> None:
        if not self.engagement.history.filter(at=at).exists():
            offering.withdraw_offer(self.engagement, by=self.owner, at=at)

    def cancel(self, at: datetime) -> None:
        if not self.engagement.history.filter(at=at).exists():
            reason = self.plan.reason or "Our plans have changed, and the work is not needed any more."
            refunding.cancel_before_start(self.engagement, by=self.owner, at=at, reason=reason)

    def set_up(self, at: datetime) -> None:
        """The student fills Stripe's pages, so that money can be sent."""
        payee = Payee.objects.get(user=self.student)
        if not payee.is_ready and payee.stripe_account:
            self.standin.onboard(payee.stripe_account)
            paying_out.refresh_payee(payee, at=at)

    @property
    def engagement(self) -> Engagement:
        """The newest one of this project, as it is now."""
        return self.known.engagements.select_related("company", "student").latest("created_at")

    def say(self, side: str, text: str, at: datetime) -> None:
        """Read what the other side wrote, and write to it."""
        by = self.student if side == "student" else self.owner
        if not self.engagement.messages.filter(sent_at=at).exists():
            messaging.read(self.engagement, by=by, at=at)
            messaging.send(self.engagement, by=by, at=at, text=text)

    # The work

    @transaction.atomic
    def deliver(self, at: datetime, *, most: int = 9) -> None:
        """Hand in what is awaited, every part in its order."""
        parts = self.engagement.deliverables.order_by("number")
        if parts.filter(history__at=at).exists():
            return
        awaited = [Deliverable.Status.PENDING, Deliverable.Status.CHANGES_REQUESTED]
        for part in parts.filter(status__in=awaited)[:most]:
            text, answers = self.words_for(part)
            reviewing.submit_work(part, by=self.student, at=at, text=text, criteria_answers=answers)

    def words_for(self, part: Deliverable) -> tuple[str, list[str]]:
        given = reading.words()["deliveries"]
        answers = self.plan.answers or self.random.sample(given["answers"], len(part.criteria))
        return self.plan.delivery or self.random.choice(given["texts"]), answers

    def ask(self, at: datetime) -> None:
        parts = self.engagement.deliverables.order_by("number")
        part = parts.filter(status=Deliverable.Status.SUBMITTED).last()
        if part is None or parts.filter(history__at=at).exists():
            return
        message = self.plan.changes or self.random.choice(reading.words()["deliveries"]["changes"])
        failing = self.plan.failing or [min(2, len(part.criteria))]
        reviewing.ask_for_changes(part, by=self.owner, at=at, failing_criteria=failing, message=message)

    @transaction.atomic
    def approve(self, at: datetime) -> None:
        parts = self.engagement.deliverables.order_by("number")
        if parts.filter(history__at=at).exists():
            return
        for part in parts.filter(status=Deliverable.Status.SUBMITTED):
            releasing.approve_work(part, by=self.owner, at=at)


STEPS: dict[str, Callable[[Working, datetime], None]] = {
    "page": Working.offer,
    "offer": Working.offer,
    "accept": Working.accept,
    "accept_refused": Working.accept_refused,
    "refuse": Working.say_no,
    "withdraw": Working.take_back,
    "cancel": Working.cancel,
    "deliver": Working.deliver,
    "deliver_one": partial(Working.deliver, most=1),
    "ask": Working.ask,
    "approve": Working.approve,
}
