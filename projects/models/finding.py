"""How projects are found: whose they are, which match, in which order, and from which place on."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Case, Count, Exists, F, Max, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce

from accounts.models import User
from projects.models.comparing import percent_on_time
from projects.models.turns import Spot, past, sorted_by_turn

if TYPE_CHECKING:
    from projects.models.projects import Project

UNDECIDED = Q(applications__status__in=["submitted", "shortlisted"])
NO_DATE = datetime(9999, 1, 1, tzinfo=UTC)  # one's turn, but nothing happens by itself: after all dates


class Place(NamedTuple):
    """Where a page of a list ended: the last row's values in the order of the list."""

    published_at: datetime
    pk: int
    in_front: bool | None = None  # only in a search: whether the words stand in title or skills


class WordsInFront(models.Func):
    """Whether the words stand in the title or the skills, by the weights of the stored search text."""

    template = "(ts_filter(%(expressions)s)"
    arg_joiner = ", '{a,b}') @@ "
    output_field = models.BooleanField()


class ProjectQuerySet(models.QuerySet["Project"]):
    model: "type[Project]"

    def open(self) -> "ProjectQuerySet":
        """Those a student may apply to now."""
        return self.filter(status=self.model.Status.OPEN)

    def public(self) -> "ProjectQuerySet":
        """Those anyone may look at: they were opened, and no admin removed them."""
        return self.filter(status__in=self.model.PUBLIC)

    def visible_to(self, user: Any) -> "ProjectQuerySet":
        """What was published, and one's own company's; a moderator sees all."""
        if user.is_staff:
            return self
        if not user.is_authenticated:
            return self.public()
        return self.filter(Q(status__in=self.model.PUBLIC) | Q(company__in=user.company_ids))

    def managed_by(self, user: User) -> "ProjectQuerySet":
        """Those of the companies this person acts for."""
        return self.filter(company__in=user.company_ids)

    def in_moderation(self) -> "ProjectQuerySet":
        """The moderators' queue, the longest wait first."""
        waiting = self.filter(status=self.model.Status.IN_MODERATION)
        return waiting.order_by("sent_to_moderation_at", "pk")

    def matching(self, words: str) -> "ProjectQuerySet":
        """Those with all these words; quotes, `or` and a minus sign work as in search engines."""
        query = SearchQuery(words, config="english", search_type="websearch")
        return self.filter(search=query).annotate(in_front=WordsInFront(F("search"), query))

    def paying(self, cents_an_hour: int) -> "ProjectQuerySet":
        """Those that pay at least so much for an hour."""
        return self.filter(fee_cents__gte=Cast("hours", models.BigIntegerField()) * cents_an_hour)

    def with_turn(self) -> "ProjectQuerySet":
        """Rows know their `turn` as their company sees it."""
        unsent = Q(status__in=[self.model.Status.DRAFT, self.model.Status.REJECTED])
        hear_by = Min("applications__answer_by_at", filter=UNDECIDED)
        mine = Coalesce(hear_by, Case(When(unsent, then=Value(NO_DATE)), output_field=models.DateTimeField()))
        return self.annotate(turn_mine_until=mine)

    def by_turn(self) -> "ProjectQuerySet":
        """As their company sees them: what waits for it by time left, then the rest; rows know their `turn`."""
        status = self.model.Status
        return sorted_by_turn(
            self.with_turn().annotate(
                applicants=Count("applications"), undecided=Count("applications", filter=UNDECIDED)
            ),
            theirs=Case(When(status=status.OPEN, then="applications_close_at")),
            under_way=Q(status__in=[status.IN_MODERATION, status.OPEN, status.PAUSED, status.CLOSED]),
            since="created_at",
        )

    def after(self, spot: Spot | None) -> "ProjectQuerySet":
        """What follows in the order of `by_turn`."""
        return past(self, spot)

    def with_seats(self) -> "ProjectQuerySet":
        """Rows know how many seats are `taken`, by an open offer too, and how many are `seats_left`."""
        engagements: Any = apps.get_model("projects", "Engagement")  # it imports this module
        live = engagements.objects.live().filter(project=OuterRef("pk")).order_by()
        taken = Subquery(live.values("project").annotate(number=Count("pk")).values("number"))
        return self.annotate(taken=Coalesce(taken, 0), seats_left=F("seats") - F("taken"))

    def with_answers(self) -> "ProjectQuerySet":
        """Rows know how many percent of its decided applications their company answered `on_time`, if enough."""
        applications: Any = apps.get_model("projects", "Application")  # it imports this module
        decided = applications.objects.decided().filter(project__company=OuterRef("company")).order_by()
        share = decided.values("project__company").annotate(share=percent_on_time()).values("share")
        return self.annotate(on_time=Subquery(share))

    def answers(self, *, at: datetime) -> dict[str, int | None]:
        """The same of the applications for these projects, and how many of the projects lately `left_silent`."""
        applications: Any = apps.get_model("projects", "Application")
        decided = applications.objects.decided().filter(project__in=self)
        since = at - timedelta(days=settings.UNANSWERED_DAYS)
        lately = Count("project", distinct=True, filter=Q(unanswered_at__gt=since))  # as `with_silence`
        found: dict[str, int | None] = decided.aggregate(on_time=percent_on_time(), left_silent=lately)
        return found

    def with_openings(self) -> "ProjectQuerySet":
        """Rows know when they were last opened again: `opened_again_at`."""
        moves: Any = apps.get_model("projects", "ProjectTransition")  # it imports this module
        last = moves.objects.opened_again().filter(row=OuterRef("pk")).reverse().values("at")
        return self.annotate(opened_again_at=Subquery(last[:1]))

    def with_places(self) -> "ProjectQuerySet":
        """Rows know whether all places for applications are taken: `is_full`."""
        bids: Any = apps.get_model("projects", "Application").objects.in_a_place()
        waiting: Any = apps.get_model("projects", "Waiting").objects.filter(project=OuterRef("pk"))
        rows = bids.filter(project=OuterRef("pk")).order_by().values("project")
        taken = Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)
        places = F("seats") * settings.APPLICATIONS_PER_SEAT
        return self.annotate(bids=taken, is_full=Q(bids__gte=places) | Exists(waiting))

    def with_waiting(self) -> "ProjectQuerySet":
        """Rows know how many wait for a place: `waits`."""
        waiting: Any = apps.get_model("projects", "Waiting").objects.filter(project=OuterRef("pk"))
        number = waiting.order_by().values("project").annotate(n=Count("pk")).values("n")
        return self.annotate(waits=Coalesce(Subquery(number), 0))

    def with_silence(self, *, at: datetime) -> "ProjectQuerySet":
        """Rows know how many projects of their company lately ended while an applicant had no answer."""
        applications: Any = apps.get_model("projects", "Application")  # it imports this module
        since = at - timedelta(days=settings.UNANSWERED_DAYS)
        silent = applications.objects.filter(project__company=OuterRef("company"), unanswered_at__gt=since)
        number = silent.values("project__company").annotate(n=Count("project", distinct=True)).values("n")
        return self.annotate(left_silent=Coalesce(Subquery(number), 0))

    def left_silent(self, *, since: datetime) -> "ProjectQuerySet":
        """Those that ended after `since` while an applicant had no answer; rows know when: `silent_at`."""
        silent = Max("applications__unanswered_at", filter=Q(applications__unanswered_at__gt=since))
        return self.annotate(silent_at=silent).filter(silent_at__isnull=False)

    def with_public_questions(self) -> "ProjectQuerySet":
        """Rows know how many questions wait for an answer of their company: `asked`, none where none is taken."""
        questions: Any = apps.get_model("projects", "PublicQuestion")  # it imports this module
        waiting = (
            questions.objects.waiting().filter(project=OuterRef("pk"), project__status="open").order_by()
        )
        number = Subquery(waiting.values("project").annotate(number=Count("pk")).values("number"))
        return self.annotate(asked=Coalesce(number, 0))

    def for_cards(self) -> "ProjectQuerySet":
        """With what a card shows, and not the long texts."""
        return (
            self.with_seats()
            .with_answers()
            .select_related("company")
            .only(
                *(
                    "public_id",
                    "title",
                    "skill_names",
                    "hours",
                    "is_trial",
                    "fee_cents",
                    "seats",
                    "span_days",
                ),
                *("published_at", "applications_close_at", "answer_by_at", "status", "currency"),
                *("company__name", "company__slug", "company__proven_at"),
            )
        )

    def with_all(self) -> "ProjectQuerySet":
        """With everything that an applicant reads, in three queries."""
        rows = self.with_seats().select_related("company__industry", "industry", "job_role").defer("search")
        return rows.prefetch_related("planned_deliverables", "material_files")

    def newest_first(self) -> "ProjectQuerySet":
        return self.order_by("-published_at", "-pk")

    def best_first(self) -> "ProjectQuerySet":
        """Of what `matching` left: the words in title or skills before those in the brief; then the newest."""
        return self.order_by("-in_front", "-published_at", "-pk")  # type: ignore[misc] # `matching` adds it

    def following(self, place: Place | None) -> "ProjectQuerySet":
        """What follows `place` in the same order; all of it without one."""
        if place is None:
            return self
        # The first half alone lets the index start at the place; the second breaks the tie.
        older = Q(published_at__lte=place.published_at) & (
            Q(published_at__lt=place.published_at) | Q(pk__lt=place.pk)
        )
        if place.in_front is None:
            return self.filter(older)
        if place.in_front:
            return self.filter(Q(in_front=False) | older)
        return self.filter(older, in_front=False)  # type: ignore[misc]
