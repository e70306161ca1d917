"""How applications are listed: for their student by whose turn it is, for the employer to compare."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual

from accounts.models import User
from projects.models.turns import Micros, Spot, past, sorted_by_turn

if TYPE_CHECKING:
    from projects.models.applications import Application

UNANSWERED = ("authorising", "offered", "funding")  # engagements that are no work yet
UNDECIDED = ("submitted", "shortlisted")
FIRST = Value(0)
FEWEST = 3  # projects with a decided application; of fewer a share of answers says nothing


def percent_on_time() -> Case:
    """Of decided applications, whole percent answered by the date; null where too few projects are among them."""
    in_time = Q(answered_at__lte=F("answer_by_at"), unanswered_at=None)
    share = Count("pk", filter=in_time) * 100 / Count("pk")
    enough = GreaterThanOrEqual(Count("project", distinct=True), FEWEST)
    return Case(When(enough, then=share), output_field=models.IntegerField())


def most_first(expression: Any) -> Any:
    """As a whole number that grows the other way; typed, or the address of a page would not reach it."""
    return ExpressionWrapper(expression * Value(-1), output_field=models.BigIntegerField())


# How an employer may sort applicants: rank and key of each order.
ORDERS: dict[str, tuple[Any, Any]] = {
    "": (
        Case(
            When(status__in=["shortlisted", "offered"], then=0), When(status="submitted", then=1), default=2
        ),
        Micros("submitted_at"),
    ),
    "newest": (FIRST, most_first(Micros("submitted_at"))),
    "oldest": (FIRST, Micros("submitted_at")),
    "hours": (FIRST, most_first(F("student__student_profile__hours_a_week"))),
}


class ApplicationQuerySet(models.QuerySet["Application"]):
    model: "type[Application]"

    def visible_to(self, user: Any) -> "ApplicationQuerySet":
        """One's own, and those for projects of one's company; a moderator sees all."""
        if user.is_staff:
            return self
        return self.filter(Q(student=user) | Q(project__company__in=user.company_ids))

    def of(self, student: User) -> "ApplicationQuerySet":
        return self.filter(student=student)

    def next_number(self) -> int:
        """The number of the next applicant. The project is locked, or two get the same."""
        return (self.aggregate(last=Max("number"))["last"] or 0) + 1

    def waiting(self) -> "ApplicationQuerySet":
        """Those still without an answer."""
        return self.filter(status=self.model.Status.SUBMITTED)

    def using_budget(self, *, at: datetime) -> "ApplicationQuerySet":
        """Those that use a place of the student's budget: until short-list, answer or date."""
        return self.waiting().filter(answer_by_at__gt=at)

    def in_a_place(self) -> "ApplicationQuerySet":
        """Those that take one of the places of their project; one that ended leaves it free."""
        return self.filter(status__in=[*UNDECIDED, "offered", "accepted"])

    def undecided(self) -> "ApplicationQuerySet":
        """Those that the answer-by date closes."""
        return self.filter(status__in=UNDECIDED)

    def without_offer(self) -> "ApplicationQuerySet":
        """Those that can be declined: undecided, and no payment page for them is open."""
        return self.undecided().exclude(engagements__status__in=UNANSWERED)

    def decided(self) -> "ApplicationQuerySet":
        """Those that were answered or whose date passed without it; a student's withdrawal says nothing.

        Who heard nothing in time counts for good, also where a seat reopened and they came back.
        """
        status = self.model.Status
        open_or_void = [status.SUBMITTED, status.SHORTLISTED, status.WITHDRAWN, status.VOID]
        return self.exclude(status__in=open_or_void, unanswered_at=None)

    def the_rest(self) -> "ApplicationQuerySet":
        """Those that an employer may want to close together: without an offer, and not second in line."""
        return self.without_offer().filter(second_at=None)

    def second_in_line(self) -> "ApplicationQuerySet":
        return self.filter(status=self.model.Status.SHORTLISTED, second_at__isnull=False)

    def asked_again(self) -> "ApplicationQuerySet":
        """Those whose student was asked after a no and has not said yes or no."""
        return self.filter(asked_until__isnull=False)

    def hear_by(self, *, at: datetime) -> datetime | None:
        """When the first of those who still wait hears at the latest: always after `at`."""
        found: datetime | None = self.undecided().aggregate(
            first=Min("answer_by_at", filter=Q(answer_by_at__gt=at))
        )["first"]
        return found

    def hope_until(self, *, at: datetime) -> datetime | None:
        """The same, and of those who were asked again: when the first of their questions ends."""
        found = self.aggregate(
            heard=Min("answer_by_at", filter=Q(status__in=UNDECIDED, answer_by_at__gt=at)),
            asked=Min("asked_until", filter=Q(asked_until__gt=at)),
        )
        return min((moment for moment in found.values() if moment is not None), default=None)

    def standing(self) -> dict[str, Any]:
        """How many there are, wait for an answer, are short-listed, are the rest; and when the first hears."""
        undecided = Q(status__in=UNDECIDED)
        closable = Exists(self.model.objects.the_rest().filter(pk=OuterRef("pk")))
        return self.order_by().aggregate(
            total=Count("pk"),
            undecided=Count("pk", filter=undecided),
            shortlisted=Count("pk", filter=Q(status="shortlisted")),
            rest=Count("pk", filter=closable),
            hear_by=Min("answer_by_at", filter=undecided),
        )

    def newest_first(self) -> "ApplicationQuerySet":
        return self.order_by("-submitted_at", "-pk")

    def with_turn(self) -> "ApplicationQuerySet":
        """Rows know their `turn` as their student sees it."""
        offered = self.model.objects.filter(pk=OuterRef("pk"), status=self.model.Status.OFFERED)
        offer = offered.filter(engagements__status="offered").values("engagements__offer_expires_at")
        return self.annotate(turn_mine_until=Coalesce(Subquery(offer[:1]), "asked_until"))

    def by_turn(self) -> "ApplicationQuerySet":
        """As their student sees them: offers first, then what waits for an answer, by time left."""
        undecided = Q(status__in=UNDECIDED)
        return sorted_by_turn(
            self.with_turn(),
            theirs=Case(When(undecided, then="answer_by_at")),
            under_way=undecided,
            since="submitted_at",
        )

    def for_choosing(self, *, order: str = "") -> "ApplicationQuerySet":
        """As an employer compares them, in one of `ORDERS`; how well a student fits orders nothing."""
        live = self.model.objects.filter(pk=OuterRef("pk"), engagements__status__in=UNANSWERED)
        known = self.annotate(
            live_status=Subquery(live.values("engagements__status")[:1]),
            offer_until=Subquery(live.values("engagements__offer_expires_at")[:1]),
        )
        rank, key = ORDERS.get(order, ORDERS[""])
        return known.annotate(turn_rank=rank, turn_key=key).order_by("turn_rank", "turn_key", "pk")

    def after(self, spot: Spot | None) -> "ApplicationQuerySet":
        return past(self, spot)
