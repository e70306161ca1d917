"""Where every cent of one engagement is: move by move from the book, what stands in the way, and what comes next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from marketplace.kernel.money import Money
from payments.accounting.receipts import SEEN_BY, numbered
from payments.accounting.sides import Sum
from payments.accounting.statements import parts_of
from payments.ledger import Standing
from payments.ledger.models import Journal
from payments.models import Deadline, Hold, Operation, Payout, Release
from payments.models.causes import cause
from projects import narrating
from projects.models import Engagement
from projects.narrating import AUTO, NEXT, Event

WORDS = {
    Journal.Kind.FUNDED: "The card was charged, and the money is held",
    Journal.Kind.UNAPPLIED: "A payment came that nothing waited for",
    Journal.Kind.RELEASE: "Released to the student",
    Journal.Kind.RELEASE_UNDONE: "The release was taken back before it was sent",
    Journal.Kind.LEAVING: "Released to the student, who left because promised materials stayed away",
    Journal.Kind.TRANSFER: "Sent to the student’s account",
    Journal.Kind.REFUND: "To be given back to the card",
    Journal.Kind.REFUND_UNDONE: "Not given back: the bank did that itself",
    Journal.Kind.REFUND_BOOKED: "Given back to the card",
    Journal.Kind.REFUND_FAILED: "The bank sent the refund back; it is owed to the employer again",
    Journal.Kind.REFUND_OTHERWISE: "Paid back from our bank, since the card did not take it",
    Journal.Kind.REVERSAL: "Taken back from the student, after a finding of fraud",
    Journal.Kind.REVERSAL_REFUSED: "Owed by the student, after a finding of fraud",
    Journal.Kind.CLAWBACK_KEPT: "What was taken back makes the loss of the site good",
    Journal.Kind.DISPUTE_MOVED: "Moved by the bank of the card",
    Journal.Kind.DISPUTE_LOST: "The bank kept it",
    Journal.Kind.DISPUTE_RECOVERED: "Won back from the bank",
}
CARD_DAYS = "Banks show a refund within 5 to 10 business days."
BANK_DAYS = "Stripe pays it into the bank account, usually within a few business days."


@dataclass(frozen=True)
class Move:
    """One journal in words: what it was about, what it changed, what moved at Stripe where that changes nothing,
    and the number of its receipt, where this side has one.
    """

    at: datetime
    what: str
    about: str
    change: Standing
    moved: Money | None
    receipt: int | None


@dataclass(frozen=True)
class Trouble:
    """What stands in the way, how much waits for it, and whether the student can do something."""

    title: str
    words: str
    amount: Money
    is_setup: bool = False


@dataclass(frozen=True)
class Journey:
    """The money of one engagement: `standing` is what `moves` add up to."""

    student: str
    standing: Standing
    reserved: Money
    moves: list[Move]
    troubles: list[Trouble]
    coming: list[Event]

    @property
    def figures(self) -> list[Sum]:
        """Where what came in is now; what is nowhere is left out, but for the sides themselves."""
        now = self.standing
        rows = [
            Sum("held", "Still held", now.held, "Charged, and not decided yet.", "held"),
            Sum(
                "promised",
                f"On its way to {self.student}",
                now.promised,
                "Released, not sent yet.",
                "waiting",
            ),
            Sum("sent", f"Sent to {self.student}", now.sent, "At Stripe for their bank account.", "released"),
            Sum("fee", "Platform fee", now.fee, "Earned with each release.", "brand"),
            Sum("returning", "On its way back to the card", now.returning, CARD_DAYS, "waiting"),
            Sum("returned", "Given back to the card", now.returned, "", "waiting"),
            Sum("bank", "Taken back by the bank", now.bank, "", "trouble"),
            Sum("borne", "Borne by the platform", now.borne, "So that approved work stays paid.", "trouble"),
        ]
        return [row for row in rows if row.amount or row.name in {"held", "sent"}]

    @property
    def whole(self) -> Sum:
        return Sum("charged", "Came in from the card", self.standing.charged, "", "")

    @property
    def has_bank(self) -> bool:
        """Whether a bank took something back, so that two more columns are needed."""
        return any(move.change.bank or move.change.borne for move in self.moves)


def journey_of(engagement: Engagement, *, role: str, at: datetime) -> Journey:
    """Of all payments of `engagement`, in a number of queries that does not depend on how much happened."""
    holds = list(engagement.holds.all())
    moves = moves_of(engagement, seen=SEEN_BY[role])
    total = sum((move.change for move in moves), Standing())
    waiting = [op for hold in holds for op in hold.operations.all()]
    troubles = [*troubles_of(engagement, waiting, total, role=role)]
    told = [event for event in narrating.story_of_engagement(engagement) if event.state in {NEXT, AUTO}]
    coming = narrating.in_order([*told, *coming_of(holds, waiting, at=at)])
    reserved = [hold.gross.cents for hold in holds if hold.status == Hold.Status.AUTHORISED]
    return Journey(str(engagement.student), total, Money(sum(reserved)), moves, troubles, coming)


def moves_of(engagement: Engagement, *, seen: frozenset[str]) -> list[Move]:
    found = numbered(engagement)
    parts = parts_of(journal.operation_id for _, journal, _ in found)
    return [
        Move(
            journal.occurred_at,
            WORDS.get(Journal.Kind(journal.kind)) or journal.get_kind_display(),
            parts.get(journal.operation_id, ""),
            change,
            moved_by(change),
            number if journal.kind in seen else None,
        )
        for number, journal, change in found
    ]


def moved_by(change: Standing) -> Money | None:
    """What only went on from a promise to the account or the card: it is whose it was."""
    return next((sum_ for sum_ in (change.sent, change.returned, change.taken) if sum_), None)


def troubles_of(
    engagement: Engagement, operations: list[Operation], standing: Standing, *, role: str
) -> Iterator[Trouble]:
    """Each cause once, with what waits for it."""
    waits: dict[str, int] = {}
    for operation in operations:
        if code := operation.stopped_by:
            waits[code] = waits.get(code, 0) + operation.amount.cents
    for hold in engagement.holds.all():
        if hold.hold_reason:
            waits.setdefault(hold.hold_reason, 0)
    if standing.disputed and "bank_dispute" in waits:
        waits["bank_dispute"] = -standing.disputed.cents
    if owed := owed_back(operations, standing):
        waits["refund_failed"] = owed.cents
    for code, cents in waits.items():
        words = cause(code)
        is_setup = role == "student" and code in Operation.PAYEE_REASONS
        told = words.student if role == "student" else words.employer
        yield Trouble(title_for(code, role), told, Money(cents), is_setup)


def owed_back(operations: list[Operation], standing: Standing) -> Money:
    """What is owed to the employer without any refund on its way: the bank has sent one back after it was booked."""
    refunds = [op for op in operations if op.kind == Operation.Kind.REFUND and op.is_open]
    return Money(standing.returning.cents - sum(refund.amount.cents for refund in refunds))


def title_for(code: str, role: str) -> str:
    if code in Operation.PAYEE_REASONS:
        return "Your set-up comes first" if role == "student" else "The student’s set-up comes first"
    told = {Hold.Reason.BANK_DISPUTE: Hold.Reason.BANK_DISPUTE.label, "refund_failed": "The refund came back"}
    return told.get(code, "A person looks at it first")


def coming_of(holds: list[Hold], operations: list[Operation], *, at: datetime) -> Iterator[Event]:
    """What money does by itself, beside what the work waits for."""
    for hold in holds:
        if hold.number > 1:  # the story of more work says it
            continue
        if hold.status == Hold.Status.CAPTURING:
            yield Event(AUTO, f"{hold.gross} is being charged to the card", at)
        elif hold.status == Hold.Status.CAPTURE_FAILED:
            ends = Deadline.objects.pending().filter(
                kind=Deadline.Kind.CAPTURE_RETRY_ENDS, engagement=hold.engagement_id
            )
            until = ends.values_list("due_at", flat=True).first()
            yield Event(NEXT, f"{hold.engagement.company} pays {hold.gross} again", until)
            yield Event(AUTO, "Without a payment the engagement ends; nothing was charged", until)
    for payout, cents in payouts_of(holds).items():
        yield Event(AUTO, f"{Money(cents)} arrives in the bank", payout.arrives_at)
    for operation in operations:
        if operation.kind == Operation.Kind.REFUND and operation.status in Operation.OPEN:
            yield Event(AUTO, f"{operation.amount} goes back to the card", None, CARD_DAYS)


def payouts_of(holds: list[Hold]) -> dict[Payout, int]:
    """What of this money is on its way to the student's bank, with the cents in each payout."""
    under_way: dict[Payout, int] = {}
    releases = Release.objects.filter(share__hold__in=holds, payout__status__in=Payout.UNDER_WAY)
    for release in releases.select_related("payout"):
        assert release.payout is not None
        under_way[release.payout] = under_way.get(release.payout, 0) + release.student_cents
    return under_way
