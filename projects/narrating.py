"""The story of an application or an engagement: what happened, what comes next, what will happen by itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.kernel.money import Money
from projects.models import Application, Deliverable, Engagement, Project

PAST, NEXT, AUTO, TROUBLE = "past", "next", "auto", "trouble"


@dataclass(frozen=True)
class Event:
    """One point of the timeline; `state` is how it is drawn."""

    state: str
    what: str
    at: datetime | None = None
    note: str = ""


def in_order(events: Iterable[Event]) -> list[Event]:
    """What happened, then what is to come, each by its moment; what has none yet comes last."""
    return sorted(events, key=lambda event: (event.state in {NEXT, AUTO}, event.at is None, event.at or 0))


# Applications

APPLICATION_WORDS = {
    Application.Status.SHORTLISTED: (PAST, "On the short-list"),
    Application.Status.OFFERED: (PAST, "Offer made"),
    Application.Status.ACCEPTED: (PAST, "Accepted, and the money is held"),
    Application.Status.DECLINED: (TROUBLE, "Declined"),
    Application.Status.WITHDRAWN: (PAST, "Withdrawn"),
    Application.Status.NOT_ANSWERED: (TROUBLE, "Not answered"),
    Application.Status.OFFER_DECLINED: (PAST, "Offer declined"),
    Application.Status.OFFER_EXPIRED: (TROUBLE, "Offer ended without an answer"),
    Application.Status.OFFER_WITHDRAWN: (TROUBLE, "Offer withdrawn"),
    Application.Status.VOID: (TROUBLE, "Ended with the project"),
}


def story_of_application(application: Application) -> list[Event]:
    past = [Event(PAST, "Application sent", application.submitted_at)]
    if application.asked_at is not None:
        past.append(
            Event(PAST, "A seat is free again: asked whether it is still wanted", application.asked_at)
        )
    openings = application.project.history.opened_again().filter(at__gt=application.submitted_at)
    past += [
        Event(PAST, "Opened again to new applicants; no date of yours moves", one.at) for one in openings
    ]
    for move in application.history.all():
        state, words = APPLICATION_WORDS[Application.Status(move.to_status)]
        if move.to_status == Application.Status.SHORTLISTED and move.reason:
            words = move.reason.rstrip(".")
        past.append(Event(state, words, move.at, move.reason if state == TROUBLE else ""))
    return in_order([*past, *what_comes(application)])


def why_it_ended(application: Application) -> str:
    """The reason that the company gave for cancelling the project, where that ended this application."""
    if application.project.status != Project.Status.CANCELLED:
        return ""
    move = application.project.history.cancelled().get()
    return move.reason if application.history.filter(at__gte=move.at).exists() else ""


def what_comes(application: Application) -> Iterator[Event]:
    project = application.project
    if application.asked_until is not None:
        yield Event(NEXT, "One click says yes or no", application.asked_until)
        yield Event(AUTO, "Without an answer the question ends", application.asked_until)
    if application.is_undecided:
        until = application.answer_by_at
        yield Event(NEXT, f"{project.company} answers", until)
        yield Event(AUTO, "Without an answer it closes as not answered, and you are told", until)


# Engagements

ENGAGEMENT_WORDS = {
    Engagement.Status.OFFERED: (PAST, "Offer made, the amount is reserved on the card"),
    Engagement.Status.FUNDING: (PAST, "Accepted"),
    Engagement.Status.ACTIVE: (PAST, "Work can start"),
    Engagement.Status.COMPLETED: (PAST, "No part is open any more"),
    Engagement.Status.ABANDONED: (TROUBLE, "The payment page was left"),
    Engagement.Status.DECLINED: (TROUBLE, "Offer declined"),
    Engagement.Status.EXPIRED: (TROUBLE, "Offer ended without an answer"),
    Engagement.Status.WITHDRAWN: (TROUBLE, "Offer withdrawn"),
    Engagement.Status.PAYMENT_FAILED: (TROUBLE, "The payment failed"),
    Engagement.Status.CANCELLED: (TROUBLE, "Cancelled before the start"),
    Engagement.Status.ENDED: (TROUBLE, "Ended early"),
}
DELIVERABLE_WORDS = {
    Deliverable.Status.SUBMITTED: (PAST, "delivered"),
    Deliverable.Status.CHANGES_REQUESTED: (PAST, "changes asked for"),
    Deliverable.Status.APPROVED: (PAST, "approved"),
    Deliverable.Status.AUTO_APPROVED: (PAST, "approved by silence"),
    Deliverable.Status.DISPUTED: (TROUBLE, "disputed"),
    Deliverable.Status.RESOLVED: (PAST, "dispute decided"),
    Deliverable.Status.ENDED: (TROUBLE, "ended"),
}
BEFORE_THE_MONEY = {Engagement.Status.OFFERED, Engagement.Status.FUNDING}
TAKEN_BACK = {Deliverable.Status.APPROVED, Deliverable.Status.AUTO_APPROVED}


def story_of_engagement(engagement: Engagement) -> list[Event]:
    """Built from the history rows of the engagement, its deliverables and its payment, all prefetched."""
    moves = engagement.history.all()
    # Of what happened at one moment, the cause comes first: yes, money, work, end.
    events = [*moves_of(move for move in moves if move.to_status in BEFORE_THE_MONEY)]
    for hold in engagement.holds.all():
        events += moves_of_money(hold)
    for part in engagement.deliverables.all():
        events += [*moves_of_part(part), *what_awaits_part(engagement, part)]
    events += moves_of(move for move in moves if move.to_status not in BEFORE_THE_MONEY)
    events += [*story_of_materials(engagement), *story_of_more_work(engagement)]
    return in_order([*events, *what_awaits(engagement)])


def story_of_materials(engagement: Engagement) -> Iterator[Event]:
    """What the company handed over of what it promised, and what is still to come."""
    for material in engagement.promised_materials.all():
        if material.given_at:
            yield Event(PAST, f"{engagement.company} handed over “{material}”", material.given_at)
        elif engagement.status == Engagement.Status.ACTIVE:
            note = "No due date runs until all that was promised is there."
            yield Event(
                NEXT, f"{engagement.company} hands over “{material}”", engagement.materials_due_at, note
            )
    if engagement.materials_asked_at:
        yield Event(PAST, f"{engagement.student} asked for what is missing", engagement.materials_asked_at)


MORE_WORK_WORDS = {
    "agreed": (PAST, "{student} agreed to “{what}”"),
    "started": (PAST, "“{what}” became a part of the work"),
    "declined": (PAST, "{student} declined “{what}”"),
    "withdrawn": (PAST, "{company} withdrew “{what}”"),
    "expired": (TROUBLE, "“{what}” was not answered in time"),
    "unpaid": (TROUBLE, "“{what}” was not paid in time"),
    "void": (TROUBLE, "“{what}” ended before it was paid"),
}


def story_of_more_work(engagement: Any) -> Iterator[Event]:
    """What was proposed beside the work agreed on at the offer, and what becomes of it."""
    names = {"student": engagement.student, "company": engagement.company}
    for more in engagement.more_work.all():
        price = f"{more.fee} for {more.hours} hours"
        yield Event(PAST, f"{engagement.company} proposed more work: “{more}”", more.created_at, price)
        for move in more.history.all():
            state, words = MORE_WORK_WORDS[move.to_status]
            yield Event(state, words.format(what=more, **names), move.at)
        if more.status == "proposed":
            yield Event(NEXT, f"{engagement.student} answers “{more}”", more.until)
            yield Event(AUTO, f"Without an answer “{more}” is not added", more.until)
        elif more.is_being_charged:
            yield Event(AUTO, f"{more.total_price} is being charged for “{more}”")
        elif more.status == "agreed":
            yield Event(NEXT, f"{engagement.company} pays {more.total_price} for “{more}”", more.until)
            yield Event(AUTO, f"Without a payment “{more}” is not added", more.until)


def moves_of(moves: Iterable[Any]) -> Iterator[Event]:
    for move in moves:
        if (move.from_status, move.to_status) == (Engagement.Status.COMPLETED, Engagement.Status.ACTIVE):
            continue  # the part that was taken back tells it
        state, words = ENGAGEMENT_WORDS[Engagement.Status(move.to_status)]
        yield Event(state, words, move.at, move.reason if state == TROUBLE else "")


def moves_of_part(part: Deliverable) -> Iterator[Event]:
    for move in part.history.all():
        state, words = DELIVERABLE_WORDS[Deliverable.Status(move.to_status)]
        if move.from_status in TAKEN_BACK and move.to_status == Deliverable.Status.SUBMITTED:
            words = "approval taken back"
        yield Event(state, f"{part}: {words}", move.at, move.reason if state == TROUBLE else "")
    if part.extended_at:
        yield Event(PAST, f"{part}: more time taken", part.extended_at, part.extension_reason)


def moves_of_money(hold: Any) -> Iterator[Event]:
    """What is seen of the payment in the workroom; its own page tells every cent."""
    if hold.funded_at:
        yield Event(PAST, f"{Money(hold.gross_cents)} charged and held", hold.funded_at)
    for share in hold.shares.all():
        refund = getattr(share, "refund", None)
        if refund is not None:
            booked = refund.operation.done_at
            words = "given back to the card" if booked else "goes back to the card"
            yield Event(PAST, f"{refund.amount} {words}", booked or refund.decided_at)
        for release in share.releases.all():
            if release.sent_at:
                yield Event(PAST, f"{release.amount} sent to the student", release.sent_at)
            elif release.undone_at is None:
                yield what_awaits_release(release)


def what_awaits_release(release: Any) -> Event:
    if release.waits_for == "payee":
        return Event(NEXT, f"{release.amount} leaves once the student has set up being paid")
    if release.waits_for:
        return Event(NEXT, f"{release.amount} waits until a person has looked at it")
    if release.operation.first_sent_at:
        return Event(AUTO, f"{release.amount} is on its way to the student")
    return Event(AUTO, f"{release.amount} leaves for the student", release.operation.not_before)


def what_awaits(engagement: Engagement) -> Iterator[Event]:
    status, terms = engagement.Status, engagement.terms
    if engagement.status == status.AUTHORISING:
        yield Event(NEXT, f"{engagement.company} reserves {engagement.total_price} on a card")
    if engagement.status in {status.AUTHORISING, status.OFFERED}:
        yield Event(NEXT, f"{engagement.student} accepts or declines")
    if engagement.status == status.OFFERED:
        yield Event(
            AUTO, "Without an answer the offer ends and the card is let go", engagement.offer_expires_at
        )
    if engagement.status in {status.AUTHORISING, status.OFFERED, status.FUNDING}:
        yield Event(NEXT, f"The card is charged, {engagement.total_price} is held, and work starts")
        for part in terms["deliverables"]:
            yield Event(
                NEXT, f"{part['number']}. {part['title']} is due {part['due_days']} days after the start"
            )


def what_awaits_part(engagement: Engagement, part: Deliverable) -> Iterator[Event]:
    if engagement.status != Engagement.Status.ACTIVE:
        return
    if part.status == Deliverable.Status.PENDING:
        yield Event(NEXT, f"{part} is due", part.due_at)
        if refund_at := refund_of(part):
            note = f"{part.share} and its part of the platform fee. Anything handed in stops that for good."
            yield Event(AUTO, f"With nothing handed in, {part} is refunded", refund_at, note)
    elif part.status == Deliverable.Status.CHANGES_REQUESTED:
        yield Event(NEXT, f"{part}: the next version is due", part.due_at)
    elif part.status == Deliverable.Status.SUBMITTED:
        yield Event(NEXT, f"{engagement.company} reviews {part}", part.review_ends_at)
        note = f"{part.share} goes to {engagement.student}."
        yield Event(AUTO, f"Without an answer {part} is approved", part.review_ends_at, note)


def refund_of(part: Deliverable) -> datetime | None:
    """When this happens by itself, read from the rows that will do it."""
    clocks: Any = part.money_deadlines.all()
    ends = [row.due_at for row in clocks if row.kind == "undelivered_ends" and row.done_at is None]
    return max(ends, default=None)
